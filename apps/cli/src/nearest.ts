/** How many single-character changes lead from one text to the other. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The words that are most like one that is none of them, best first; none if nothing is alike. */
export function nearest(word: string, words: readonly string[], most = 3): string[] {
  const limit = Math.max(2, Math.floor(word.length / 3));
  return words
    .map((candidate) => {
      const part = candidate.includes(word) && word.length > 2;
      return { candidate, far: part ? 1 : distance(word, candidate) };
    })
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** `; did you mean 'a' or 'b'?`, or another remedy where nothing is alike. */
export function suggestion(word: string, words: readonly string[], otherwise: string): string {
  const found = nearest(word, words);
  if (found.length === 0) return `; ${otherwise}`;
  return `; did you mean ${found.map((one) => `'${one}'`).join(' or ')}?`;
}
