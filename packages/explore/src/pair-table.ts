import { allocate } from './arena.ts';
import { ExploreError } from './error.ts';
import { avalanche } from './hash.ts';

/** Cells of a slot: a, b, the value, and 1 if it is taken. Four, so that a slot never straddles a cache line. */
const SLOT = 4;
const FIRST_SLOTS = 64;
const LOAD = 0.6;

/** A map from pairs of unsigned 32-bit integers to one, for steps that were computed before. */
export class PairTable {
  /** Pairs in the table. */
  size = 0;
  private cells: Uint32Array = allocate(FIRST_SLOTS * SLOT);
  private mask = FIRST_SLOTS - 1;

  /** Allocated. */
  get bytes(): number {
    return this.cells.byteLength;
  }

  /** The value of a pair, or -1. Integers that do not fit in 32 bits unsigned are never found. */
  get(a: number, b: number): number {
    const { cells, mask } = this;
    for (let slot = hashPair(a, b) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * SLOT;
      if (cells[at] === a && cells[at + 1] === b && cells[at + 3] !== 0) return cells[at + 2];
      if (cells[at + 3] === 0) return -1;
    }
  }

  /** Gives a pair a value, which replaces the one it had. Throws `range` unless all three are unsigned 32 bits. */
  set(a: number, b: number, value: number): void {
    check('a', a);
    check('b', b);
    check('value', value);
    const { cells, mask } = this;
    let slot = hashPair(a, b) & mask;
    for (; cells[slot * SLOT + 3] !== 0; slot = (slot + 1) & mask) {
      if (cells[slot * SLOT] !== a || cells[slot * SLOT + 1] !== b) continue;
      cells[slot * SLOT + 2] = value;
      return;
    }
    put(cells, slot * SLOT, a, b, value);
    this.size += 1;
    if (this.size > (mask + 1) * LOAD) this.grow();
  }

  private grow(): void {
    const old = this.cells;
    const slots = (this.mask + 1) * 2;
    const cells = allocate(slots * SLOT);
    const mask = slots - 1;
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from + 3] === 0) continue;
      let slot = hashPair(old[from], old[from + 1]) & mask;
      while (cells[slot * SLOT + 3] !== 0) slot = (slot + 1) & mask;
      put(cells, slot * SLOT, old[from], old[from + 1], old[from + 2]);
    }
    this.cells = cells;
    this.mask = mask;
  }
}

function hashPair(a: number, b: number): number {
  return avalanche(Math.imul(a, 0x9e3779b1) ^ b);
}

function put(cells: Uint32Array, at: number, a: number, b: number, value: number): void {
  cells[at] = a;
  cells[at + 1] = b;
  cells[at + 2] = value;
  cells[at + 3] = 1;
}

function check(what: string, value: number): void {
  if (value >>> 0 === value) return;
  throw new ExploreError('range', {
    what,
    found: String(value),
    expected: 'an unsigned 32-bit integer',
    remedy: 'use >>> 0 on a signed one',
  });
}
