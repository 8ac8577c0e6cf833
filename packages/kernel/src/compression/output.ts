import { KernelError, hex } from '../error.ts';

/** Bytes that a decompressor has made so far, up to a limit. */
export class Output {
  bytes: Uint8Array;
  length = 0;
  readonly #limit: number;
  readonly #name: string;

  constructor(expected: number, limit: number, name: string) {
    this.#limit = limit;
    this.#name = name;
    this.bytes = new Uint8Array(Math.min(Math.max(expected, 1 << 16), limit));
  }

  /** Throws {@link KernelError} `too-large` for a size beyond the limit. */
  admit(size: number): void {
    if (size <= this.#limit) return;
    throw new KernelError('too-large', {
      where: this.#name,
      found: `more than ${hex(this.#limit)} bytes when decompressed`,
      expected: 'a kernel',
      remedy: 'this is no kernel, or it is damaged',
    });
  }

  /** Makes room for `more` bytes. Throws {@link KernelError} `too-large` beyond the limit. */
  reserve(more: number): void {
    const needed = this.length + more;
    this.admit(needed);
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.min(this.#limit, Math.max(needed, 2 * this.bytes.length)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** Appends bytes. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What was made. */
  finished(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
