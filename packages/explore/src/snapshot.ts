import { Arena } from './arena.ts';
import { ExploreError } from './error.ts';

/**
 * A search that was interrupted, as a sequence of blocks of cells; `resume` goes on with it. The blocks are views of
 * memory that the search goes on using: copy them before it does.
 */
export type Snapshot = readonly Uint32Array[];

/** A part of a search that can be taken down and taken up again. */
export interface SnapshotPart {
  save(writer: SnapshotWriter): void;
  restore(reader: SnapshotReader): void;
}

/** Takes down the state of a search. */
export class SnapshotWriter {
  readonly blocks: Uint32Array[] = [];

  /** Whole numbers from 0 to 2^53 - 1, in a block of their own. */
  numbers(...values: number[]): void {
    this.blocks.push(Uint32Array.from(values.flatMap((value) => [value >>> 0, Math.floor(value / 2 ** 32)])));
  }

  cells(cells: Uint32Array): void {
    this.blocks.push(cells);
  }

  /** The first `size` records of an arena. */
  arena(arena: Arena, size: number): void {
    const { chunks, shift, low, stride } = arena;
    const count = size === 0 ? 0 : ((size - 1) >>> shift) + 1;
    this.numbers(count);
    for (let i = 0; i < count; i++) {
      const records = Math.min(low + 1, size - i * (low + 1));
      this.cells(chunks[i].subarray(0, records * stride));
    }
  }
}

/** Reads back what a {@link SnapshotWriter} took down; throws `checkpoint` for anything else. */
export class SnapshotReader {
  private readonly blocks: Iterator<Uint32Array>;

  constructor(snapshot: Snapshot) {
    this.blocks = snapshot[Symbol.iterator]();
  }

  numbers(count: number): number[] {
    const block = this.cells();
    if (block.length !== 2 * count) throw damaged(`a block of ${block.length} cells`, `one of ${2 * count}`);
    return Array.from({ length: count }, (_, i) => block[2 * i] + block[2 * i + 1] * 2 ** 32);
  }

  /** A block of any length. */
  cells(): Uint32Array {
    const next = this.blocks.next();
    if (next.done === true) throw damaged('its end', 'another block');
    return next.value;
  }

  arena(stride: number, size: number): Arena {
    const arena = new Arena(stride);
    while (arena.capacity < size) arena.grow();
    const [count] = this.numbers(1);
    for (let i = 0; i < count; i++) {
      const block = this.cells();
      const records = Math.min(arena.low + 1, size - i * (arena.low + 1));
      if (block.length !== records * stride)
        throw damaged(`a block of ${block.length} cells`, `one of ${records * stride}`);
      arena.chunks[i].set(block);
    }
    return arena;
  }
}

function damaged(found: string, expected: string): ExploreError {
  return new ExploreError('checkpoint', {
    what: 'the checkpoint cannot be read',
    found,
    expected,
    remedy: 'start the search again',
  });
}
