import { allocate } from './arena.ts';
import { Column } from './column.ts';
import { ExploreError } from './error.ts';
import { hashCells } from './hash.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

const FIRST_CELLS = 1 << 10;
const CHUNK_CELLS = 1 << 20;
const FIRST_SLOTS = 128;
const LOAD = 0.6;

/** Numbers sequences of cells: equal ones alike, different ones differently. */
export interface InternTable {
  readonly size: number;
  intern(cells: Int32Array | Uint32Array, length?: number): number;
  get(id: number): Int32Array;
}

/**
 * Gives equal sequences of 32-bit cells the same number and different ones different numbers: 0, 1, 2, ... in
 * the order in which they come. A part of a state that is interned takes one cell, and two parts are equal if
 * their numbers are. Nothing is ever forgotten.
 */
export class Interner implements InternTable {
  /** Sequences interned so far. */
  size = 0;
  private readonly chunks: Int32Array[] = [cellsOf(FIRST_CELLS)];
  private used = 0;
  // By id: the chunk, where in it, how many cells, and the hash.
  private readonly chunk = new Column();
  private readonly start = new Column();
  private readonly length = new Column();
  private readonly hash = new Column();
  private cellBytes = FIRST_CELLS * 4;
  private table: Uint32Array = allocate(FIRST_SLOTS);

  /** Allocated. */
  get bytes(): number {
    const columns = this.chunk.bytes + this.start.bytes + this.length.bytes + this.hash.bytes;
    return columns + this.cellBytes + this.table.byteLength;
  }

  /**
   * The id of the first `length` cells, all of them by default. The cells are copied if they are new. Cells
   * are compared as 32 bits, so an Int32Array and a Uint32Array with the same bits are equal.
   * Throws `range` if `length` is not an integer from 0 to the length of the array.
   */
  intern(cells: Int32Array | Uint32Array, length: number = cells.length): number {
    if (length >>> 0 !== length || length > cells.length) throw outside('length', length, cells.length);
    const hash = hashCells(cells, 0, length) >>> 0;
    const table = this.table;
    const mask = table.length - 1;
    let slot = hash & mask;
    for (let entry = table[slot]; entry !== 0; entry = table[slot]) {
      const id = entry - 1;
      if (this.hash.get(id) === hash && this.equals(id, cells, length)) return id;
      slot = (slot + 1) & mask;
    }
    const id = this.size;
    this.store(cells, length);
    this.hash.push(hash);
    table[slot] = id + 1;
    this.size = id + 1;
    if (this.size > table.length * LOAD) this.rehash();
    return id;
  }

  /** The id of the cells, or -1 where they were never interned. */
  find(cells: Int32Array | Uint32Array): number {
    const { table } = this;
    const hash = hashCells(cells, 0, cells.length) >>> 0;
    const mask = table.length - 1;
    let slot = hash & mask;
    for (let entry = table[slot]; entry !== 0; entry = table[slot]) {
      const id = entry - 1;
      if (this.hash.get(id) === hash && this.equals(id, cells, cells.length)) return id;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /**
   * The cells of an id, as a view that must not be written to. It stays valid and never changes.
   * Throws `range` for an id that was not given out.
   */
  get(id: number): Int32Array {
    if (id >>> 0 !== id || id >= this.size) throw outside('id', id, this.size - 1);
    const start = this.start.get(id);
    return this.chunks[this.chunk.get(id)].subarray(start, start + this.length.get(id));
  }

  /** Takes down every sequence, in the order of the ids. */
  save(writer: SnapshotWriter): void {
    const lengths = Uint32Array.from({ length: this.size }, (_, id) => this.length.get(id));
    const cells = allocate(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (let id = 0; id < this.size; id++) {
      cells.set(this.get(id), at);
      at += lengths[id];
    }
    writer.cells(lengths);
    writer.cells(cells);
  }

  /** Gives the sequences of a snapshot the ids that they had; the interner must be empty, or hold the first of them. */
  restore(reader: SnapshotReader): void {
    const lengths = reader.cells();
    const cells = reader.cells();
    let at = 0;
    for (const length of lengths) {
      this.intern(cells.subarray(at, at + length));
      at += length;
    }
  }

  private equals(id: number, cells: Int32Array | Uint32Array, length: number): boolean {
    if (this.length.get(id) !== length) return false;
    const chunk = this.chunks[this.chunk.get(id)];
    const start = this.start.get(id);
    for (let i = 0; i < length; i++) if (chunk[start + i] !== (cells[i] | 0)) return false;
    return true;
  }

  /** Chunks double up to a limit and are never copied, so a view of one lives as long as it is wanted. */
  private store(cells: Int32Array | Uint32Array, length: number): void {
    let last = this.chunks[this.chunks.length - 1];
    if (this.used + length > last.length) {
      last = cellsOf(Math.max(length, Math.min(last.length * 2, CHUNK_CELLS)));
      this.chunks.push(last);
      this.cellBytes += last.byteLength;
      this.used = 0;
    }
    for (let i = 0; i < length; i++) last[this.used + i] = cells[i];
    this.chunk.push(this.chunks.length - 1);
    this.start.push(this.used);
    this.length.push(length);
    this.used += length;
  }

  private rehash(): void {
    const table = allocate(this.table.length * 2);
    const mask = table.length - 1;
    for (let id = 0; id < this.size; id++) {
      let slot = this.hash.get(id) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = id + 1;
    }
    this.table = table;
  }
}

function cellsOf(count: number): Int32Array {
  return new Int32Array(allocate(count).buffer);
}

function outside(what: string, found: number, most: number): ExploreError {
  return new ExploreError('range', {
    what,
    found: String(found),
    expected: `an integer from 0 to ${most}`,
    remedy: 'pass an id that this interner gave out, or a length within the array',
  });
}
