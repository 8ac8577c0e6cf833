import { Fault } from '../error.ts';

/** A fault at an offset of an object file. */
export function badObject(offset: number, expected: string, found: string, remedy?: string): Fault {
  return new Fault(
    { line: 1, column: 1, offset },
    {
      code: 'bad-object',
      expected,
      found,
      remedy: remedy ?? "compile the file again with 'aarch64-linux-gnu-gcc -c'",
    },
  );
}

/** Text of bytes, a character each. */
export function latin(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** Reads little-endian values from a part of a file, and complains where it ends too early. */
export class Bytes {
  readonly data: Uint8Array;
  /** Offset of the part in its file, for complaints. */
  readonly base: number;
  at: number;
  readonly #view: DataView;

  constructor(data: Uint8Array, base = 0, at = 0) {
    this.data = data;
    this.base = base;
    this.at = at;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  /** Whether everything was read. */
  get isAtEnd(): boolean {
    return this.at >= this.data.length;
  }

  /** Insists on so many bytes, takes them, and returns where they begin. */
  take(count: number): number {
    const from = this.at;
    if (count < 0 || from + count > this.data.length) {
      throw badObject(
        this.base + from,
        `${count} bytes`,
        `${Math.max(0, this.data.length - from)}`,
        'copy the whole file',
      );
    }
    this.at = from + count;
    return from;
  }

  u8(): number {
    return this.#view.getUint8(this.take(1));
  }

  i8(): number {
    return this.#view.getInt8(this.take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.take(4), true);
  }

  /** Eight bytes as a signed number. Complains about values that a number cannot hold exactly. */
  i64(): number {
    const from = this.take(8);
    const value = this.#view.getInt32(from + 4, true) * 0x1_0000_0000 + this.#view.getUint32(from, true);
    if (!Number.isSafeInteger(value)) throw badObject(this.base + from, 'a value below 2^53', String(value));
    return value;
  }

  /** A number of variable length (LEB128). */
  uleb(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if ((byte & 0x80) === 0) return value;
      scale *= 128;
      if (scale > Number.MAX_SAFE_INTEGER)
        throw badObject(this.base + this.at, 'a number below 2^53', 'more digits');
    }
  }

  /** A signed number of variable length. */
  sleb(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if ((byte & 0x80) === 0) return (byte & 0x40) === 0 ? value : value - scale;
      if (scale > Number.MAX_SAFE_INTEGER)
        throw badObject(this.base + this.at, 'a number below 2^53', 'more digits');
    }
  }

  /** Text up to a zero byte, a character a byte. */
  text(): string {
    const end = this.data.indexOf(0, this.at);
    if (end < 0) throw badObject(this.base + this.at, 'a zero byte behind a text', 'the end');
    const text = latin(this.data.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }
}
