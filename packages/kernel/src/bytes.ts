import { KernelError, hex } from './error.ts';

const high = 2 ** 32;
const latin1 = new TextDecoder('latin1');

/** Little-endian reads from a byte array, checked against its end. Offsets are in bytes. */
export class Bytes {
  /** What the bytes are, for errors. */
  readonly name: string;
  readonly array: Uint8Array;
  readonly length: number;
  readonly #view: DataView;

  constructor(array: Uint8Array, name: string) {
    this.array = array;
    this.name = name;
    this.length = array.length;
    this.#view = new DataView(array.buffer, array.byteOffset, array.byteLength);
  }

  /** Throws a `truncated` {@link KernelError} unless `size` bytes at `offset` exist. */
  need(offset: number, size: number, what: string): void {
    if (offset >= 0 && size >= 0 && offset + size <= this.length) return;
    throw new KernelError('truncated', {
      where: `${this.name}+${hex(Math.max(0, offset))}`,
      found: `${hex(this.length)} bytes in all`,
      expected: `${what} of ${hex(size)} bytes`,
      remedy: 'the file is cut off or its header is damaged; get it again',
    });
  }

  u8(offset: number): number {
    this.need(offset, 1, 'a byte');
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    this.need(offset, 2, 'a half-word');
    return this.#view.getUint16(offset, true);
  }

  u32(offset: number): number {
    this.need(offset, 4, 'a word');
    return this.#view.getUint32(offset, true);
  }

  i32(offset: number): number {
    this.need(offset, 4, 'a word');
    return this.#view.getInt32(offset, true);
  }

  /** A signed 64-bit number. Beyond 2^53 it is rounded, which no address is. */
  i64(offset: number): number {
    this.need(offset, 8, 'a double word');
    return this.#view.getInt32(offset + 4, true) * high + this.#view.getUint32(offset, true);
  }

  /** An unsigned 64-bit number. Beyond 2^53 it is rounded, which no size in a file that exists is. */
  u64(offset: number): number {
    this.need(offset, 8, 'a double word');
    return this.#view.getUint32(offset + 4, true) * high + this.#view.getUint32(offset, true);
  }

  /** The ASCII text of `length` bytes. */
  ascii(offset: number, length: number): string {
    this.need(offset, length, 'text');
    return latin1.decode(this.array.subarray(offset, offset + length));
  }

  /** The ASCII text up to a NUL, of at most `limit` bytes. */
  string(offset: number, limit = 512): string {
    let end = offset;
    const last = Math.min(this.length, offset + limit);
    while (end < last && this.array[end] !== 0) end++;
    return this.ascii(offset, end - offset);
  }

  slice(offset: number, length: number, what: string): Uint8Array {
    this.need(offset, length, what);
    return this.array.subarray(offset, offset + length);
  }
}
