import { ExploreError } from '../error.ts';
import type { Origins } from '../explored.ts';
import { hashCells } from '../hash.ts';
import { NO_PARENT } from '../visited.ts';

/**
 * Cells of the control block that all workers see. What changes often stands 128 bytes from the others, in a cache line of
 * its own: a worker that asks whether it must stop does not wait for another one that counts.
 */
export const control = {
  /** One past the last state to expand in this round. */
  end: 0,
  /** Not 0: stop as soon as possible. */
  stop: 1,
  /** States that are allowed. */
  most: 2,
  /** States so far. */
  size: 32,
  /** The next state to expand. */
  cursor: 64,
  /** The next state to enter into a larger table. */
  entered: 96,
} as const;

const controlCells = 128;

/** A slot whose state is being written. */
const busy = -1;

/** In the cell of the parent: the state ends its path. */
const endedBit = 0x8000_0000;

/** Slots for each state that there are when a round begins; the table may fill up to a half in the round. */
const slotsPerState = 4;
const leastSlots = 1 << 16;

/** States that a worker enters into a larger table at a time. */
const portionToEnter = 4096;

/** Memory for records, at most: addresses are reserved, memory is used as it is needed. */
const mostCells = 2 ** 29 - 1;

/** The memory that workers share. Everything can be sent to a worker. */
export interface SharedMemory {
  readonly width: number;
  readonly capacity: number;
  readonly control: Int32Array;
  readonly records: Int32Array;
  readonly table: Int32Array;
}

/** Memory that several workers see, of so many cells, all 0. Throws `capacity` where the host has not so much. */
export function sharedCells(cells: number): Int32Array {
  try {
    return new Int32Array(new SharedArrayBuffer(4 * cells));
  } catch (cause) {
    throw new ExploreError('capacity', {
      what: 'out of memory',
      found: `a request for ${4 * cells} shared bytes`,
      expected: 'a buffer that the host can allocate',
      remedy: 'bound the search with bounds.states',
      cause,
    });
  }
}

/** Memory for a search of states of so many cells. */
export function sharedMemory(width: number, states: number): SharedMemory {
  const capacity = Math.min(states, Math.floor(mostCells / (width + 2)), 2 ** 28);
  return {
    width,
    capacity,
    control: sharedCells(controlCells),
    records: sharedCells(capacity * (width + 2)),
    table: sharedCells(leastSlots),
  };
}

/**
 * The visited set of several workers. States get the numbers 0, 1, ...; those of a level are neighbours, because all
 * workers finish a level before one begins the next. Within a level the order is whatever it happens to be.
 *
 * A slot of the table is 0, or `busy` while a worker writes the record, or the number of the state plus 1 below bits of
 * its hash. Whoever exchanges 0 for `busy` owns the state; the record is published by the store that follows.
 */
export class SharedSpace implements Origins {
  readonly memory: SharedMemory;
  private readonly width: number;
  private readonly mask: number;
  private readonly table: Int32Array;
  private readonly records: Int32Array;
  private readonly shared: Int32Array;

  constructor(memory: SharedMemory) {
    this.memory = memory;
    this.width = memory.width;
    this.mask = memory.table.length - 1;
    this.table = memory.table;
    this.records = memory.records;
    this.shared = memory.control;
  }

  get size(): number {
    return Math.min(Atomics.load(this.memory.control, control.size), this.memory.capacity);
  }

  /** Memory in use. */
  get bytes(): number {
    return 4 * (this.size * (this.width + 2) + this.memory.table.length);
  }

  /**
   * What the table holds at the place of a hash. Asking for those of several states one after the other, before they are
   * looked for, lets the processor wait for all of them at once.
   */
  touch(hash: number): number {
    return this.table[hash & this.mask];
  }

  /**
   * The number of a state, or -1 less its number if this call added it, or `undefined` if there is no room.
   *
   * @param from Cell of `state` where it begins.
   */
  add(state: Uint32Array, from: number, hash: number, parent: number, choice: number): number | undefined {
    const { width, mask, table, records, shared } = this;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      let entry = Atomics.load(table, slot);
      if (entry === 0) {
        entry = Atomics.compareExchange(table, slot, 0, busy);
        if (entry === 0) {
          const index = Atomics.add(shared, control.size, 1);
          if (index >= Atomics.load(shared, control.most)) {
            Atomics.sub(shared, control.size, 1);
            Atomics.store(table, slot, 0);
            return undefined;
          }
          const start = index * (width + 2);
          for (let i = 0; i < width; i++) records[start + i] = state[from + i];
          records[start + width] = parent;
          records[start + width + 1] = choice;
          Atomics.store(table, slot, (hash & ~mask) | (index + 1));
          return -1 - index;
        }
      }
      while (entry === busy) entry = Atomics.load(table, slot);
      if (entry === 0) {
        // The state that was being written found no room.
        return undefined;
      }
      if (((entry ^ hash) & ~mask) !== 0) continue;
      const index = (entry & mask) - 1;
      const start = index * (width + 2);
      let i = 0;
      while (i < width && records[start + i] === (state[from + i] | 0)) i++;
      if (i === width) return index;
    }
  }

  /** Copies the cells of a state. */
  read(index: number, into: Uint32Array): void {
    const { records } = this.memory;
    const start = index * (this.width + 2);
    for (let i = 0; i < this.width; i++) into[i] = records[start + i];
  }

  parent(index: number): number {
    const cell = this.memory.records[index * (this.width + 2) + this.width] >>> 0;
    return cell === NO_PARENT ? cell : (cell & ~endedBit) >>> 0;
  }

  choice(index: number): number {
    return this.memory.records[index * (this.width + 2) + this.width + 1] >>> 0;
  }

  /** Marks a state that this worker added as one that ends its path. Others may ask in the next round. */
  end(index: number): void {
    this.memory.records[index * (this.width + 2) + this.width] |= endedBit;
  }

  /** Whether a state that has a parent ends its path. */
  ended(index: number): boolean {
    const cell = this.memory.records[index * (this.width + 2) + this.width] >>> 0;
    return cell !== NO_PARENT && (cell & endedBit) !== 0;
  }

  /** Whether the table is too small for another round. */
  get crowded(): boolean {
    return this.memory.table.length < slotsPerState * this.size;
  }

  /** So many states may be found before the table must grow. */
  get room(): number {
    return this.memory.table.length >>> 1;
  }

  /** The memory with a larger table, which is empty: every state has to be entered. While no worker is at work. */
  enlarged(): SharedMemory {
    let slots = this.memory.table.length;
    while (slots < 4 * slotsPerState * this.size) slots *= 2;
    Atomics.store(this.shared, control.entered, 0);
    return { ...this.memory, table: sharedCells(slots) };
  }

  /** Enters states into a table that was enlarged, portion by portion, until all have been, by this worker or another. */
  enter(): void {
    const { width, mask, table, records, shared, size } = this;
    const state = new Int32Array(width);
    for (;;) {
      const from = Atomics.add(shared, control.entered, portionToEnter);
      if (from >= size) return;
      for (let index = from; index < Math.min(from + portionToEnter, size); index++) {
        const start = index * (width + 2);
        for (let i = 0; i < width; i++) state[i] = records[start + i];
        const hash = hashCells(state, 0, width);
        const entry = (hash & ~mask) | (index + 1);
        let slot = hash & mask;
        while (Atomics.compareExchange(table, slot, 0, entry) !== 0) slot = (slot + 1) & mask;
      }
    }
  }
}
