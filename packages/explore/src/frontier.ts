import { Column } from './column.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** The states that wait to be expanded, and the order in which they are. */
export interface Frontier {
  /** How many wait. */
  readonly length: number;
  /** The depth of the state that `pop` returned last. */
  readonly depth: number;
  /** Every new state is announced once, in the order of the indices: `expand` tells whether it is to be popped. */
  push(index: number, depth: number, expand: boolean): void;
  /** The next state, or -1 if there is none. */
  pop(): number;
  save(writer: SnapshotWriter): void;
  restore(reader: SnapshotReader): void;
}

/** First in, first out. States are numbered in this order, so the queue is two numbers and the exceptions. */
export class Queue implements Frontier {
  length = 0;
  depth = -1;
  private head = 0;
  private tail = 0;
  private levelEnd = 0;
  private readonly skipped = new Column();
  private nextSkipped = 0;

  push(index: number, _depth: number, expand: boolean): void {
    this.tail = index + 1;
    if (expand) this.length += 1;
    else this.skipped.push(index);
  }

  pop(): number {
    for (;;) {
      const index = this.head;
      if (index === this.tail) return -1;
      if (index === this.levelEnd) {
        this.depth += 1;
        this.levelEnd = this.tail;
      }
      this.head = index + 1;
      if (this.nextSkipped < this.skipped.length && this.skipped.get(this.nextSkipped) === index) {
        this.nextSkipped += 1;
        continue;
      }
      this.length -= 1;
      return index;
    }
  }

  save(writer: SnapshotWriter): void {
    const { length, depth, head, tail, levelEnd, nextSkipped } = this;
    writer.numbers(length, depth + 1, head, tail, levelEnd, nextSkipped);
    this.skipped.save(writer);
  }

  restore(reader: SnapshotReader): void {
    const numbers = reader.numbers(6);
    this.depth = numbers[1] - 1;
    [this.length, , this.head, this.tail, this.levelEnd, this.nextSkipped] = numbers;
    this.skipped.restore(reader);
  }
}

/** Last in, first out. */
export class Stack implements Frontier {
  depth = 0;
  private readonly indices = new Column();
  private readonly depths = new Column();

  get length(): number {
    return this.indices.length;
  }

  push(index: number, depth: number, expand: boolean): void {
    if (!expand) return;
    this.indices.push(index);
    this.depths.push(depth);
  }

  pop(): number {
    if (this.indices.length === 0) return -1;
    this.depth = this.depths.pop();
    return this.indices.pop();
  }

  save(writer: SnapshotWriter): void {
    writer.numbers(this.depth);
    this.indices.save(writer);
    this.depths.save(writer);
  }

  restore(reader: SnapshotReader): void {
    [this.depth] = reader.numbers(1);
    this.indices.restore(reader);
    this.depths.restore(reader);
  }
}
