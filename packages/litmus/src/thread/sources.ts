/** A set of events of a thread: their indices, ascending. */
export type Sources = readonly number[];

export const noSources: Sources = [];

/** The union of sets. */
export function union(...sets: readonly Sources[]): Sources {
  let result = noSources;
  for (const set of sets) result = both(result, set);
  return result;
}

function both(a: Sources, b: Sources): Sources {
  if (b.length === 0 || a === b) return a;
  if (a.length === 0) return b;
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}

/** Whether two sets are the same. */
export function equal(a: Sources, b: Sources): boolean {
  return a.length === b.length && a.every((index, i) => index === b[i]);
}
