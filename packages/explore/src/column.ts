import { Arena } from './arena.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** A growable sequence of unsigned 32-bit integers that is never copied once it is large. */
export class Column {
  length = 0;
  private arena = new Arena(1);

  get bytes(): number {
    return this.arena.bytes;
  }

  /** Bytes that the next `push` will allocate. */
  get growth(): number {
    return this.length === this.arena.capacity ? this.arena.growth : 0;
  }

  get(index: number): number {
    const { chunks, shift, low } = this.arena;
    return chunks[index >>> shift][index & low];
  }

  /** Extends the column with zeros as far as needed. */
  set(index: number, value: number): void {
    const arena = this.arena;
    while (index >= arena.capacity) arena.grow();
    if (index >= this.length) this.length = index + 1;
    arena.chunks[index >>> arena.shift][index & arena.low] = value;
  }

  push(value: number): void {
    const arena = this.arena;
    const index = this.length;
    if (index === arena.capacity) arena.grow();
    arena.chunks[index >>> arena.shift][index & arena.low] = value;
    this.length = index + 1;
  }

  /** The last value, which is removed. The column must not be empty. */
  pop(): number {
    this.length -= 1;
    return this.get(this.length);
  }

  save(writer: SnapshotWriter): void {
    writer.numbers(this.length);
    writer.arena(this.arena, this.length);
  }

  restore(reader: SnapshotReader): void {
    [this.length] = reader.numbers(1);
    this.arena = reader.arena(1, this.length);
  }
}
