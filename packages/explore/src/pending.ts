import { Arena } from './arena.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/**
 * The states that a breadth-first search has still to expand, in full, where only their fingerprints are stored. They
 * come and go in the order of their indices; memory that was passed is given back.
 */
export class Pending {
  readonly width: number;
  private arena: Arena;
  /** Index of the first state of the arena. */
  private first = 0;
  private size = 0;

  constructor(width: number) {
    this.width = width;
    this.arena = new Arena(width);
  }

  get bytes(): number {
    return this.arena.bytes;
  }

  /** Bytes that the next `push` will allocate. */
  get growth(): number {
    return this.size === this.arena.capacity ? this.arena.growth : 0;
  }

  /** Adds the state that has the next index. */
  push(state: Uint32Array): void {
    if (this.size === this.arena.capacity) this.arena.grow();
    const { chunks, shift, low } = this.arena;
    chunks[this.size >>> shift].set(state, (this.size & low) * this.width);
    this.size += 1;
  }

  /** Copies a state that was not released. */
  read(index: number, into: Uint32Array): void {
    const { chunks, shift, low } = this.arena;
    const at = index - this.first;
    const start = (at & low) * this.width;
    const chunk = chunks[at >>> shift];
    for (let i = 0; i < this.width; i++) into[i] = chunk[start + i];
  }

  /** Forgets the states before an index, as far as whole chunks hold nothing else. */
  release(index: number): void {
    const full = this.arena.low + 1;
    while (index - this.first >= full && this.size > full) {
      this.arena.dropFirst();
      this.first += full;
      this.size -= full;
    }
  }

  save(writer: SnapshotWriter): void {
    writer.numbers(this.first, this.size);
    writer.arena(this.arena, this.size);
  }

  restore(reader: SnapshotReader): void {
    [this.first, this.size] = reader.numbers(2);
    this.arena = reader.arena(this.width, this.size);
  }
}
