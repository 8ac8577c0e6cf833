import { allocate, Arena } from './arena.ts';
import { ExploreError } from './error.ts';
import { hashCells } from './hash.ts';
import type { Storage } from './options.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** The parent of an initial state. */
export const NO_PARENT = 0xffffffff;

const FIRST_SLOTS = 128;
const MOST_SLOTS = 2 ** 30;
const LOAD = 0.6;

/**
 * The visited set. States get the indices 0, 1, ... in the order of insertion; a record holds the key of the state (its
 * cells, or where storage is compact their fingerprint), the index of its parent, and the choice that led here from
 * there (for an initial state, its number).
 *
 * A slot of the table is 0 or holds `index + 1` in the bits under the mask and the hash of the state in the bits
 * above it, which the position of the slot does not tell: most comparisons end there and never touch a record.
 */
export class VisitedSet {
  readonly width: number;
  size = 0;
  /** States that fit before something has to grow. */
  capacity = 0;
  private records: Arena;
  /** Whether the first cell of a key is its hash already. */
  private readonly hashed: boolean;
  private table: Uint32Array;
  private mask: number;
  private hash = 0;
  private slot = 0;

  constructor(width: number, storage: Storage) {
    this.width = width;
    this.hashed = storage === 'compact';
    this.records = new Arena(width + 2);
    this.table = allocate(FIRST_SLOTS);
    this.mask = FIRST_SLOTS - 1;
    this.measure();
  }

  get bytes(): number {
    return this.records.bytes + this.table.byteLength;
  }

  /** Bytes the next insertion will allocate. */
  get growth(): number {
    if (this.size < this.capacity) return 0;
    const records = this.size === this.records.capacity ? this.records.growth : 0;
    return records + (this.size >= this.table.length * LOAD ? this.table.byteLength : 0);
  }

  /**
   * What the table holds at the place of a hash. Asking for those of several states one after the other, before they are
   * looked for, lets the processor wait for all of them at once.
   */
  touch(hash: number): number {
    return this.table[hash & this.mask];
  }

  /**
   * The index of the state whose key begins at cell `from`, or -1; after -1 the next call may be `insert` with the same.
   *
   * @param hash Of the key.
   */
  find(state: Uint32Array, from: number, hash: number): number {
    const { width, table, mask, records } = this;
    const { chunks, shift, low, stride } = records;
    let slot = hash & mask;
    for (;;) {
      const entry = table[slot];
      if (entry === 0) break;
      if (((entry ^ hash) & ~mask) === 0) {
        const index = (entry & mask) - 1;
        const chunk = chunks[index >>> shift];
        const start = (index & low) * stride;
        let i = 0;
        while (i < width && chunk[start + i] === state[from + i]) i++;
        if (i === width) return index;
      }
      slot = (slot + 1) & mask;
    }
    this.hash = hash;
    this.slot = slot;
    return -1;
  }

  /** Adds the state that `find` has just missed, and returns its index. */
  insert(state: Uint32Array, from: number, parent: number, choice: number): number {
    if (this.size === this.capacity) this.grow();
    const { chunks, shift, low, stride } = this.records;
    const index = this.size;
    const chunk = chunks[index >>> shift];
    const start = (index & low) * stride;
    for (let i = 0; i < this.width; i++) chunk[start + i] = state[from + i];
    chunk[start + this.width] = parent;
    chunk[start + this.width + 1] = choice;
    this.table[this.slot] = (this.hash & ~this.mask) | (index + 1);
    this.size = index + 1;
    return index;
  }

  /** Copies the key of a state. */
  read(index: number, into: Uint32Array): void {
    const { chunks, shift, low, stride } = this.records;
    const chunk = chunks[index >>> shift];
    const start = (index & low) * stride;
    for (let i = 0; i < this.width; i++) into[i] = chunk[start + i];
  }

  /** The index of the state from which this one was found, or `NO_PARENT`. Always smaller than its own. */
  parent(index: number): number {
    const { chunks, shift, low, stride } = this.records;
    return chunks[index >>> shift][(index & low) * stride + this.width];
  }

  /** The choice that led here from the parent; the number of an initial state. */
  choice(index: number): number {
    const { chunks, shift, low, stride } = this.records;
    return chunks[index >>> shift][(index & low) * stride + this.width + 1];
  }

  save(writer: SnapshotWriter): void {
    writer.numbers(this.size, this.table.length);
    writer.arena(this.records, this.size);
  }

  restore(reader: SnapshotReader): void {
    const [size, slots] = reader.numbers(2);
    this.records = reader.arena(this.width + 2, size);
    this.size = size;
    this.rehash(slots);
    this.measure();
  }

  private measure(): void {
    this.capacity = Math.min(this.records.capacity, Math.ceil(this.table.length * LOAD));
  }

  private grow(): void {
    if (this.size === this.records.capacity) this.records.grow();
    if (this.size >= this.table.length * LOAD) {
      this.rehash(this.table.length * 2);
      let slot = this.hash & this.mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & this.mask;
      this.slot = slot;
    }
    this.measure();
  }

  private rehash(slots: number): void {
    if (slots > MOST_SLOTS) {
      throw new ExploreError('capacity', {
        what: 'the visited set is full',
        found: `${this.size} states`,
        expected: `at most ${Math.floor(MOST_SLOTS * LOAD)}`,
        remedy: 'bound the search with bounds.states, or reduce the system',
      });
    }
    const table = allocate(slots);
    const mask = slots - 1;
    const { chunks, shift, low, stride } = this.records;
    for (let index = 0; index < this.size; index++) {
      const start = (index & low) * stride;
      const chunk = chunks[index >>> shift];
      const hash = this.hashed ? chunk[start] : hashCells(chunk, start, this.width);
      let slot = hash & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = (hash & ~mask) | (index + 1);
    }
    this.table = table;
    this.mask = mask;
  }
}
