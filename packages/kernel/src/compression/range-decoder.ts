/** Probability of a bit, in units of 2^-11: one half. */
const even = 1024;

/** Fresh probabilities of bits. */
export function probabilities(count: number): Uint16Array {
  return new Uint16Array(count).fill(even);
}

/** The range decoder of LZMA. Reading past the end yields zeros and is counted, so that callers can refuse it. */
export class RangeDecoder {
  readonly #bytes: Uint8Array;
  /** Next byte. */
  at: number;
  /** Bytes beyond the end that were asked for. */
  beyond = 0;
  readonly #end: number;
  /** The range and the code: in an array, because fields would hold numbers of 32 bits as objects of their own. */
  readonly #coder = Uint32Array.of(0xffffffff, 0);

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.at = at + 1;
    for (let i = 0; i < 4; i++) this.#coder[1] = (this.#coder[1] << 8) | this.#next();
  }

  #next(): number {
    if (this.at < this.#end) return this.#bytes[this.at++];
    this.beyond++;
    return 0;
  }

  #normalise(): void {
    const coder = this.#coder;
    if (coder[0] >= 0x1000000) return;
    coder[0] <<= 8;
    coder[1] = (coder[1] << 8) | this.#next();
  }

  /** One bit of the probability at an index, which it adapts. */
  bit(model: Uint16Array, i: number): number {
    this.#normalise();
    const coder = this.#coder;
    const probability = model[i];
    const bound = Math.imul(coder[0] >>> 11, probability) >>> 0;
    if (coder[1] < bound) {
      coder[0] = bound;
      model[i] = probability + ((2048 - probability) >>> 5);
      return 0;
    }
    coder[0] -= bound;
    coder[1] -= bound;
    model[i] = probability - (probability >>> 5);
    return 1;
  }

  /** `count` bits of one half each, most significant first. */
  direct(count: number): number {
    const coder = this.#coder;
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#normalise();
      coder[0] >>>= 1;
      const bit = coder[1] >= coder[0] ? 1 : 0;
      if (bit === 1) coder[1] -= coder[0];
      value = value * 2 + bit;
    }
    return value;
  }

  /** A symbol of a tree of `bits` levels that begins at `base`. */
  tree(model: Uint16Array, base: number, bits: number): number {
    let node = 1;
    for (let i = 0; i < bits; i++) node = (node << 1) | this.bit(model, base + node);
    return node - (1 << bits);
  }

  /** As {@link tree}, least significant bit first. */
  reverseTree(model: Uint16Array, base: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(model, base + node);
      node = (node << 1) | bit;
      value |= bit << i;
    }
    return value;
  }
}
