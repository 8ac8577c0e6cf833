/** Whether two words differ in one character, or in two that are exchanged, at most. */
export function areAlike(a: string, b: string): boolean {
  const length = Math.max(a.length, b.length);
  let [before, after] = [0, 0];
  while (before < length && a[before] === b[before]) before += 1;
  while (after < length - before && a.at(-1 - after) === b.at(-1 - after)) after += 1;
  const [x, y] = [a, b].map((word) => word.slice(before, Math.max(before, word.length - after)));
  return Math.max(x.length, y.length) <= 1 || (x.length === 2 && x === Array.from(y).reverse().join(''));
}
