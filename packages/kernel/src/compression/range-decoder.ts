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
  #range = 0xffffffff;
  #code = 0;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.at = at + 1;
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  #next(): number {
    if (this.at < this.#end) return this.#bytes[this.at++];
    this.beyond++;
    return 0;
  }

  #normalise(): void {
    if (this.#range >= 0x1000000) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  /** One bit of the probability at an index, which it adapts. */
  bit(model: Uint16Array, i: number): number {
    this.#normalise();
    const probability = model[i];
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      model[i] = probability + ((2048 - probability) >>> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    model[i] = probability - (probability >>> 5);
    return 1;
  }

  /** `count` bits of one half each, most significant first. */
  direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#normalise();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
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
