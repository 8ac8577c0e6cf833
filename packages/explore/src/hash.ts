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

/** Cells of a fingerprint. */
export const FINGERPRINT_CELLS = 2;

/** Bits of a fingerprint. */
export const FINGERPRINT_BITS = 64;

/** A 64-bit hash of `count` cells from `start`, written to two cells from `at`. The first is their `hashCells`. */
export function fingerprint(
  cells: Uint32Array,
  start: number,
  count: number,
  into: Uint32Array,
  at: number,
): void {
  let h = ~count;
  for (let i = start; i < start + count; i++) {
    h = Math.imul(h ^ cells[i], 0xc2b2ae3d);
    h ^= h >>> 13;
    h = Math.imul(h, 0x27d4eb2f);
  }
  into[at] = hashCells(cells, start, count);
  into[at + 1] = avalanche(h);
}
