import type { Output } from './output.ts';
import { type RangeDecoder, probabilities } from './range-decoder.ts';

/** Literal context bits, literal position bits, position bits: the properties byte is (pb * 5 + lp) * 9 + lc. */
export interface LzmaProperties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** Splits a properties byte; undefined for one that is not allowed. */
export function lzmaProperties(byte: number): LzmaProperties | undefined {
  const lc = byte % 9;
  const rest = Math.floor(byte / 9);
  const lp = rest % 5;
  const pb = Math.floor(rest / 5);
  return pb <= 4 ? { lc, lp, pb } : undefined;
}

class LengthModel {
  readonly choice = probabilities(2);
  readonly low = probabilities(16 << 3);
  readonly mid = probabilities(16 << 3);
  readonly high = probabilities(256);

  read(coder: RangeDecoder, position: number): number {
    if (coder.bit(this.choice, 0) === 0) return coder.tree(this.low, position << 3, 3);
    if (coder.bit(this.choice, 1) === 0) return 8 + coder.tree(this.mid, position << 3, 3);
    return 16 + coder.tree(this.high, 0, 8);
  }
}

const endMarker = 0xffffffff;

/** Why a stream ended. */
export type LzmaEnd = 'size' | 'marker' | 'corrupt';

/** The decoder of LZMA (Igor Pavlov's specification), whose state outlives a chunk of LZMA2. */
export class LzmaDecoder {
  readonly #output: Output;
  #properties: LzmaProperties;
  #state = 0;
  readonly #distances = new Uint32Array(4);
  #literal: Uint16Array;
  #isMatch = probabilities(12 << 4);
  #isRep = probabilities(12);
  #isRepG0 = probabilities(12);
  #isRepG1 = probabilities(12);
  #isRepG2 = probabilities(12);
  #isRep0Long = probabilities(12 << 4);
  #slot = probabilities(4 << 6);
  #special = probabilities(128);
  #alignment = probabilities(16);
  #length = new LengthModel();
  #repeatedLength = new LengthModel();
  /** Length of the output where the dictionary begins. */
  dictionaryStart = 0;

  constructor(output: Output, properties: LzmaProperties) {
    this.#output = output;
    this.#properties = properties;
    this.#literal = probabilities(0x300 << (properties.lc + properties.lp));
  }

  /** Forgets all that was learnt, perhaps with new properties. */
  reset(properties: LzmaProperties = this.#properties): void {
    this.#properties = properties;
    this.#state = 0;
    this.#distances.fill(0);
    this.#literal = probabilities(0x300 << (properties.lc + properties.lp));
    for (const model of [
      this.#isMatch,
      this.#isRep,
      this.#isRepG0,
      this.#isRepG1,
      this.#isRepG2,
      this.#isRep0Long,
      this.#slot,
      this.#special,
      this.#alignment,
    ]) {
      model.fill(1024);
    }
    this.#length = new LengthModel();
    this.#repeatedLength = new LengthModel();
  }

  /** Decodes until `size` bytes were made (Infinity: to the end marker) or the input is damaged. */
  decode(coder: RangeDecoder, size: number): LzmaEnd {
    const output = this.#output;
    const end = output.length + size;
    const mask = (1 << this.#properties.pb) - 1;
    while (output.length < end) {
      if (coder.beyond > 8) return 'corrupt';
      output.reserve(1);
      const position = output.length & mask;
      if (coder.bit(this.#isMatch, (this.#state << 4) + position) === 0) {
        this.#readLiteral(coder);
        continue;
      }
      const length = this.#readMatch(coder, position);
      if (length < 0) return length === -1 && size === Infinity ? 'marker' : 'corrupt';
      if (output.length + length > end || !this.#copy(length)) return 'corrupt';
    }
    return 'size';
  }

  #readLiteral(coder: RangeDecoder): void {
    const output = this.#output;
    const { lc, lp } = this.#properties;
    const previous = output.length > this.dictionaryStart ? output.bytes[output.length - 1] : 0;
    const context = ((output.length & ((1 << lp) - 1)) << lc) + (previous >>> (8 - lc));
    const base = 0x300 * context;
    const literal = this.#literal;
    let symbol = 1;
    if (this.#state >= 7) {
      let matched = output.bytes[output.length - this.#distances[0] - 1];
      while (symbol < 0x100) {
        const expected = (matched >>> 7) & 1;
        matched <<= 1;
        const bit = coder.bit(literal, base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | coder.bit(literal, base + symbol);
    output.bytes[output.length++] = symbol & 0xff;
    if (this.#state < 4) this.#state = 0;
    else this.#state -= this.#state < 10 ? 3 : 6;
  }

  /** The length of a match whose distance is then the first; -1 for the end marker. */
  #readMatch(coder: RangeDecoder, position: number): number {
    const state = this.#state;
    if (coder.bit(this.#isRep, state) === 0) {
      const length = this.#length.read(coder, position);
      this.#state = state < 7 ? 7 : 10;
      const distance = this.#readDistance(coder, length);
      this.#putFirst(distance, 3);
      return distance === endMarker ? -1 : length + 2;
    }
    if (coder.bit(this.#isRepG0, state) === 0) {
      if (coder.bit(this.#isRep0Long, (state << 4) + position) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 1;
      }
    } else this.#reuse(this.#whichRepeated(coder, state));
    this.#state = state < 7 ? 8 : 11;
    return this.#repeatedLength.read(coder, position) + 2;
  }

  #whichRepeated(coder: RangeDecoder, state: number): number {
    if (coder.bit(this.#isRepG1, state) === 0) return 1;
    return coder.bit(this.#isRepG2, state) === 0 ? 2 : 3;
  }

  #reuse(which: number): void {
    this.#putFirst(this.#distances[which], which);
  }

  /** Puts a distance before the first ones; the last of these goes. */
  #putFirst(distance: number, count: number): void {
    const distances = this.#distances;
    for (let i = count; i > 0; i--) distances[i] = distances[i - 1];
    distances[0] = distance;
  }

  #readDistance(coder: RangeDecoder, length: number): number {
    const slot = coder.tree(this.#slot, Math.min(length, 3) << 6, 6);
    if (slot < 4) return slot;
    const bits = (slot >>> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + coder.reverseTree(this.#special, base - slot, bits);
    return base + coder.direct(bits - 4) * 16 + coder.reverseTree(this.#alignment, 0, 4);
  }

  #copy(length: number): boolean {
    const output = this.#output;
    const distance = this.#distances[0] + 1;
    if (distance > output.length - this.dictionaryStart) return false;
    output.reserve(length);
    const { bytes } = output;
    for (let i = 0, at = output.length; i < length; i++, at++) bytes[at] = bytes[at - distance];
    output.length += length;
    return true;
  }
}
