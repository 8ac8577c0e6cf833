/** Spreads every bit of a 32-bit integer over all others (the finaliser of MurmurHash3). */
export function avalanche(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * A 32-bit hash of `count` cells from `start`. Each cell goes in by a bijection, so tuples that differ in one
 * cell never collide before the last fold.
 */
export function hashCells(cells: Uint32Array | Int32Array, start: number, count: number): number {
  let h = count;
  for (let i = start; i < start + count; i++) {
    h = Math.imul(h ^ cells[i], 0x9e3779b1);
    h ^= h >>> 15;
  }
  return avalanche(h);
}
