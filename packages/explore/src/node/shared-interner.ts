import { ExploreError } from '../error.ts';
import { hashCells } from '../hash.ts';
import type { InternTable } from '../interner.ts';
import { sharedCells } from './shared-space.ts';

/** Sequences that a table can hold, and their cells together. Memory is used as it is needed. */
const mostSequences = 1 << 22;
const mostCells = 1 << 28;
const slots = 2 * mostSequences;

const at = { lock: 0, size: 1, used: 2 } as const;

/** The memory of a table; it can be sent to a worker. */
export interface InternMemory {
  readonly control: Int32Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly hashes: Int32Array;
  readonly slots: Int32Array;
  readonly cells: Int32Array;
}

export function internMemory(): InternMemory {
  return {
    control: sharedCells(4),
    starts: sharedCells(mostSequences),
    lengths: sharedCells(mostSequences),
    hashes: sharedCells(mostSequences),
    slots: sharedCells(slots),
    cells: sharedCells(mostCells),
  };
}

/**
 * An interner that several workers share: a sequence has one number for all of them. What is known is found without a
 * lock; new sequences, which are rare, are added under one.
 */
export class SharedInterner implements InternTable {
  private readonly memory: InternMemory;

  constructor(memory: InternMemory) {
    this.memory = memory;
  }

  get size(): number {
    return Atomics.load(this.memory.control, at.size);
  }

  intern(cells: Int32Array | Uint32Array, length: number = cells.length): number {
    const hash = hashCells(cells, 0, length);
    const known = this.find(hash, cells, length);
    if (known >= 0) return known;
    const { control } = this.memory;
    while (Atomics.compareExchange(control, at.lock, 0, 1) !== 0);
    try {
      const meanwhile = this.find(hash, cells, length);
      return meanwhile >= 0 ? meanwhile : this.store(hash, cells, length);
    } finally {
      Atomics.store(control, at.lock, 0);
    }
  }

  get(id: number): Int32Array {
    const { starts, lengths, cells } = this.memory;
    if (id >>> 0 !== id || id >= this.size) {
      throw new ExploreError('range', {
        what: 'id',
        found: String(id),
        expected: `an integer from 0 to ${this.size - 1}`,
        remedy: 'pass an id that this interner gave out',
      });
    }
    return cells.subarray(starts[id], starts[id] + lengths[id]);
  }

  private find(hash: number, cells: Int32Array | Uint32Array, length: number): number {
    const { memory } = this;
    for (let slot = hash & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const id = Atomics.load(memory.slots, slot) - 1;
      if (id < 0) return -1;
      if (memory.hashes[id] !== hash || memory.lengths[id] !== length) continue;
      const start = memory.starts[id];
      let i = 0;
      while (i < length && memory.cells[start + i] === (cells[i] | 0)) i++;
      if (i === length) return id;
    }
  }

  private store(hash: number, cells: Int32Array | Uint32Array, length: number): number {
    const { memory } = this;
    const id = memory.control[at.size];
    const start = memory.control[at.used];
    if (id === mostSequences || start + length > mostCells) {
      throw new ExploreError('capacity', {
        what: 'a table that workers share is full',
        found: `${id} sequences, ${start} cells`,
        expected: `at most ${mostSequences} and ${mostCells}`,
        remedy: 'explore with one worker, or reduce the system',
      });
    }
    memory.cells.set(cells.subarray(0, length), start);
    memory.starts[id] = start;
    memory.lengths[id] = length;
    memory.hashes[id] = hash;
    memory.control[at.used] = start + length;
    Atomics.store(memory.control, at.size, id + 1);
    let slot = hash & (slots - 1);
    while (memory.slots[slot] !== 0) slot = (slot + 1) & (slots - 1);
    Atomics.store(memory.slots, slot, id + 1);
    return id;
  }
}
