import type { AccessFault, AccessSize, TextView } from '@quiesce/memory';
import type { MachineMemory } from './machine.ts';
import type { Ram, Window } from './ram.ts';

/** Memory as one CPU of the simulated machine uses it. Data is sequentially consistent; a pair access is one step. */
export class CpuMemory implements MachineMemory {
  low = 0;
  high = 0;
  readonly ctr: number;
  readonly text: TextView;
  modified: (at: number) => void = () => undefined;
  readonly #ram: Ram;
  readonly #words: Int32Array;
  readonly #clocks: Int32Array;
  #last: Window;

  constructor(ram: Ram, text: TextView, ctr: number) {
    this.#ram = ram;
    this.#words = ram.words;
    this.#clocks = ram.clocks;
    this.text = text;
    this.ctr = ctr;
    this.#last = ram.windows[0];
  }

  /** Forgets which window was used last: a fixmap slot changed. */
  remap(): void {
    this.#last = this.#ram.windows[0];
  }

  isLocal(): boolean {
    return true;
  }

  #window(address: number, size: number): Window | undefined {
    const last = this.#last;
    if (address >= last.base && address + size <= last.base + last.size) return last;
    const window = this.#ram.windowOf(address);
    if (window === undefined || address + size > window.base + window.size) return undefined;
    this.#last = window;
    return window;
  }

  #read(at: number): number {
    this.text.learn(this.#clocks[at]);
    return this.#words[at];
  }

  load(address: number, size: AccessSize): AccessFault | undefined {
    const window = this.#window(address, size);
    if (window === undefined) return 'translation';
    const offset = address - window.base;
    const at = window.at + (offset >> 2);
    const place = offset & 3;
    this.high = 0;
    if (place + size <= 4) {
      const word = this.#read(at);
      if (size === 4) this.low = word;
      else this.low = (word >>> (8 * place)) & (size === 1 ? 0xff : 0xffff);
      return undefined;
    }
    const first = this.#read(at);
    const second = this.#read(at + 1);
    if (place === 0) {
      this.low = first;
      this.high = second;
      return undefined;
    }
    const shift = 8 * place;
    this.low = (first >>> shift) | (second << (32 - shift));
    if (size === 8) {
      this.high = (second >>> shift) | (this.#read(at + 2) << (32 - shift));
    } else if (size === 2) this.low &= 0xffff;
    return undefined;
  }

  store(address: number, size: AccessSize, low: number, high: number): AccessFault | undefined {
    const window = this.#window(address, size);
    if (window === undefined) return 'translation';
    const offset = address - window.base;
    const at = window.at + (offset >> 2);
    if (this.#ram.isText(at) && !window.writesText) return 'permission';
    if ((offset & 3) === 0 && size >= 4) {
      this.#write(at, low);
      if (size === 8) this.#write(at + 1, high);
      return undefined;
    }
    for (let i = 0; i < size; i++) {
      const byte = (i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4))) & 0xff;
      const shift = 8 * ((offset + i) & 3);
      const word = window.at + ((offset + i) >> 2);
      this.#write(word, (this.#words[word] & ~(0xff << shift)) | (byte << shift));
    }
    return undefined;
  }

  #write(at: number, value: number): void {
    this.#ram.dirty[at >> 10] = 1;
    if (this.#ram.isText(at)) {
      const t = this.text.history.add(at, this.#words[at]);
      if (!this.text.write(t, value)) return;
      this.#words[at] = value;
      this.#clocks[at] = this.text.clock;
      this.modified(at);
      return;
    }
    this.#words[at] = value;
    this.#clocks[at] = this.text.clock;
  }

  maintain(operation: 'clean' | 'invalidate', address: number): boolean {
    const window = this.#window(address, 1);
    if (window === undefined) return false;
    // Instruction caches may be indexed by virtual address: an alias does not reach what executes.
    if (operation === 'invalidate' && window.writesText) return true;
    const { history } = this.text;
    const bytes = operation === 'clean' ? history.cache.dataLine : history.cache.instructionLine;
    const offset = Math.floor((4 * window.at + (address - window.base)) / bytes) * bytes;
    const words: number[] = [];
    for (let at = offset >> 2; at < (offset + bytes) >> 2; at++) {
      const t = history.indexOf(at);
      if (t >= 0) words.push(t);
    }
    if (operation === 'clean') this.text.cleanWords(words);
    else this.text.invalidateWords(words);
    return true;
  }
}
