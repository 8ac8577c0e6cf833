import { ExploreError } from './error.ts';

/** Cells of a full chunk, at most: 1 MiB. */
const CHUNK_CELLS = 1 << 18;
const FIRST_RECORDS = 64;

/** Zeroed cells; throws `capacity` instead of a bare RangeError when the host has no more memory. */
export function allocate(cells: number): Uint32Array {
  try {
    return new Uint32Array(cells);
  } catch (cause) {
    throw new ExploreError('capacity', {
      what: 'out of memory',
      found: `a request for ${cells * 4} bytes`,
      expected: 'a buffer that the host can allocate',
      remedy: 'bound the search with bounds.bytes',
      cause,
    });
  }
}

/**
 * A growable sequence of records of `stride` cells. Records live in chunks, so growth copies nothing but the first
 * chunk, which starts small and doubles until it is full. Record `i` starts at cell `(i & low) * stride` of
 * `chunks[i >>> shift]`; hot loops go there directly.
 */
export class Arena {
  readonly stride: number;
  readonly chunks: Uint32Array[];
  readonly shift: number;
  readonly low: number;
  /** Records that fit without growing. */
  capacity: number;
  bytes: number;

  constructor(stride: number) {
    this.stride = stride;
    this.shift = Math.max(0, Math.floor(Math.log2(CHUNK_CELLS / stride)));
    this.low = 2 ** this.shift - 1;
    this.capacity = Math.min(FIRST_RECORDS, this.low + 1);
    this.chunks = [allocate(this.capacity * stride)];
    this.bytes = this.capacity * stride * 4;
  }

  /** Bytes that `grow` will add. */
  get growth(): number {
    return Math.min(this.capacity, this.low + 1) * this.stride * 4;
  }

  /** Makes room: twice as much while there is one chunk that is not full, then a chunk at a time. */
  grow(): void {
    const full = this.low + 1;
    const growth = this.growth;
    if (this.capacity < full) {
      const doubled = allocate(this.capacity * 2 * this.stride);
      doubled.set(this.chunks[0]);
      this.chunks[0] = doubled;
      this.capacity *= 2;
    } else {
      this.chunks.push(allocate(full * this.stride));
      this.capacity += full;
    }
    this.bytes += growth;
  }

  /** Gives back the first chunk, which must be full and not the last; later records move forward by its records. */
  dropFirst(): void {
    this.chunks.shift();
    this.capacity -= this.low + 1;
    this.bytes -= (this.low + 1) * this.stride * 4;
  }
}
