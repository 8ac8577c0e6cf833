import { ExploreError } from '../error.ts';
import type { Origins } from '../explored.ts';
import { hashCells } from '../hash.ts';
import { NO_PARENT } from '../visited.ts';

/** Cells of the control block that all workers see. */
export const control = {
  /** States so far. */
  size: 0,
  /** The next state to expand. */
  cursor: 1,
  /** One past the last state to expand in this round. */
  end: 2,
  /** Not 0: stop as soon as possible. */
  stop: 3,
  /** States that are allowed. */
  most: 4,
} as const;

const controlCells = 8;

/** A slot whose state is being written. */
const busy = -1;

/** In the cell of the parent: the state ends its path. */
const endedBit = 0x8000_0000;

/** Slots for each state that there are when a round begins; the table may fill up to a half in the round. */
const slotsPerState = 4;
const leastSlots = 1 << 16;

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

  constructor(memory: SharedMemory) {
    this.memory = memory;
    this.width = memory.width;
    this.mask = memory.table.length - 1;
  }

  get size(): number {
    return Math.min(Atomics.load(this.memory.control, control.size), this.memory.capacity);
  }

  /** Memory in use. */
  get bytes(): number {
    return 4 * (this.size * (this.width + 2) + this.memory.table.length);
  }

  /**
   * The number of a state, or -1 less its number if this call added it, or `undefined` if there is no room.
   *
   * @param from Cell of `state` where it begins.
   */
  add(state: Uint32Array, from: number, hash: number, parent: number, choice: number): number | undefined {
    const { width, mask } = this;
    const { table, records, control: shared } = this.memory;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      let entry = Atomics.load(table, slot);
      if (entry === 0) {
        if (Atomics.load(shared, control.size) >= Atomics.load(shared, control.most)) return undefined;
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

  /** The same states with a larger table; while no worker is at work. */
  grown(): SharedMemory {
    const { memory, width } = this;
    let slots = memory.table.length;
    while (slots < 2 * slotsPerState * this.size) slots *= 2;
    const table = sharedCells(slots);
    const mask = slots - 1;
    const state = new Uint32Array(width);
    for (let index = 0; index < this.size; index++) {
      this.read(index, state);
      const hash = hashCells(state, 0, width);
      let slot = hash & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = (hash & ~mask) | (index + 1);
    }
    return { ...memory, table };
  }
}
