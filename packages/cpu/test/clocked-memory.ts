import type { AccessFault, AccessSize, MemoryPort, TextView } from '@quiesce/memory';

/** Where the parts of a {@link ClockedMemory} lie: addresses of virtual memory, and places in the shared memory. */
export interface Parts {
  readonly data: number;
  readonly dataAt: number;
  readonly text: number;
  readonly textAt: number;
  /** How far behind a word its clock lies. */
  readonly clocks: number;
}

const page = 4096;

/** A page of data and a page of text that is only written, with clocks: what {@link TranslatedText.side} describes. */
export class ClockedMemory implements MemoryPort {
  low = 0;
  high = 0;
  readonly ctr = 0;
  readonly text: TextView;
  readonly #bytes: DataView;
  readonly #parts: Parts;

  constructor(bytes: DataView, parts: Parts, text: TextView) {
    this.#bytes = bytes;
    this.#parts = parts;
    this.text = text;
  }

  isLocal(): boolean {
    return true;
  }

  #place(address: number, size: number): number | undefined {
    const { data, dataAt, text, textAt } = this.#parts;
    if (address >= data && address + size <= data + page) return dataAt + (address - data);
    if (address >= text && address + size <= text + page) return textAt + (address - text);
    return undefined;
  }

  load(address: number, size: AccessSize): AccessFault | undefined {
    const at = this.#place(address, size);
    if (at === undefined) return 'translation';
    for (let word = at >> 2; word <= (at + size - 1) >> 2; word++) {
      this.text.learn(this.#bytes.getInt32(4 * word + this.#parts.clocks, true));
    }
    const value = size < 4 ? 0 : this.#bytes.getInt32(at, true);
    this.low = size === 1 ? this.#bytes.getUint8(at) : size === 2 ? this.#bytes.getUint16(at, true) : value;
    this.high = size === 8 ? this.#bytes.getInt32(at + 4, true) : 0;
    return undefined;
  }

  store(address: number, size: AccessSize, low: number, high: number): AccessFault | undefined {
    const at = this.#place(address, size);
    if (at === undefined) return 'translation';
    const { textAt, clocks } = this.#parts;
    const isText = at >= textAt && at < textAt + page;
    const last = (at + size - 1) >> 2;
    const before = [0, 1, 2].map((i) => this.#bytes.getInt32(4 * ((at >> 2) + i), true));
    if (size === 1) this.#bytes.setUint8(at, low & 0xff);
    else if (size === 2) this.#bytes.setUint16(at, low & 0xffff, true);
    else this.#bytes.setInt32(at, low, true);
    if (size === 8) this.#bytes.setInt32(at + 4, high, true);
    for (let word = at >> 2; word <= last; word++) {
      if (isText) {
        const t = this.text.history.add(word - (textAt >> 2), before[word - (at >> 2)]);
        this.text.write(t, this.#bytes.getInt32(4 * word, true));
      }
      this.#bytes.setInt32(4 * word + clocks, this.text.clock, true);
    }
    return undefined;
  }

  maintain(operation: 'clean' | 'invalidate', address: number): boolean {
    const at = this.#place(address, 1);
    if (at === undefined) return false;
    const first = (at - this.#parts.textAt) >> 6;
    const words: number[] = [];
    for (let key = 16 * first; key < 16 * first + 16; key++) {
      const t = key < 0 || key >= page / 4 ? -1 : this.text.history.indexOf(key);
      if (t >= 0) words.push(t);
    }
    if (operation === 'clean') this.text.cleanWords(words);
    else this.text.invalidateWords(words);
    return true;
  }
}
