import type { PageTable } from '@quiesce/cpu';
import type { AccessFault, AccessSize, TextView } from '@quiesce/memory';
import type { MachineMemory } from './machine.ts';
import { type Ram, pageBytes, pageWords } from './ram.ts';
import { Windows } from './windows.ts';

/** Memory as one CPU of the simulated machine uses it. Data is sequentially consistent; a pair access is one step. */
export class CpuMemory implements MachineMemory {
  low = 0;
  high = 0;
  readonly ctr: number;
  readonly text: TextView;
  modified: (at: number, before: number) => void = () => undefined;
  readonly #ram: Ram;
  readonly #pages: PageTable;
  readonly #words: Int32Array;
  readonly #clocks: Int32Array;
  readonly #windows: Windows;

  constructor(ram: Ram, pages: PageTable, text: TextView, ctr: number) {
    this.#ram = ram;
    this.#pages = pages;
    this.#words = ram.words;
    this.#clocks = ram.clocks;
    this.#windows = new Windows(ram);
    this.text = text;
    this.ctr = ctr;
  }

  remap(): void {
    this.#windows.forget();
    this.#pages.clear();
  }

  isLocal(): boolean {
    return true;
  }

  #read(at: number): number {
    this.text.learn(this.#clocks[at]);
    return this.#words[at];
  }

  load(address: number, size: AccessSize): AccessFault | undefined {
    const window = this.#windows.at(address, size);
    if (window === undefined) return 'translation';
    const offset = address - window.base;
    const at = window.at + (offset >> 2);
    this.#pages.enter(address, 4 * window.at + offset, 'loads');
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
    const window = this.#windows.at(address, size);
    if (window === undefined) return 'translation';
    const offset = address - window.base;
    const at = window.at + (offset >> 2);
    if (!this.#ram.isText(at)) this.#enterForStores(address, 4 * window.at + offset);
    else if (!window.writesText) return 'permission';
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

  /** Enters the page of a byte of the memory, if it has no text: stores of text are recorded one by one. */
  #enterForStores(address: number, at: number): void {
    const first = Math.floor(at / pageBytes) * pageWords;
    if (!this.#ram.hasText(first, first + pageWords)) this.#pages.enter(address, at, 'stores');
  }

  #write(at: number, value: number): void {
    if (this.#ram.isText(at)) {
      const before = this.#words[at];
      const t = this.text.history.add(at, before);
      if (!this.text.write(t, value)) return;
      this.#words[at] = value;
      this.#clocks[at] = this.text.clock;
      this.modified(at, before);
      return;
    }
    this.#ram.keepPage(at);
    this.#words[at] = value;
    this.#clocks[at] = this.text.clock;
  }

  maintain(operation: 'clean' | 'invalidate', address: number): boolean {
    const window = this.#windows.at(address, 1);
    if (window === undefined) return false;
    // Instruction caches may be indexed by virtual address: an alias does not reach what executes.
    if (operation === 'invalidate' && window.writesText) return true;
    const at = 4 * window.at + (address - window.base);
    this.#pages.enter(address, at, 'loads');
    const { cache } = this.text.history;
    if (operation === 'clean') {
      if (cache.IDC === 0) this.text.cleanWords(this.#modifiedIn(at, cache.dataLine));
    } else if (cache.DIC === 0) this.text.invalidateWords(this.#modifiedIn(at, cache.instructionLine));
    return true;
  }

  /** The modified words in the line of a byte of the memory, by their index in the history. */
  #modifiedIn(at: number, lineBytes: number): number[] {
    const first = Math.floor(at / lineBytes) * lineBytes;
    const words: number[] = [];
    for (let word = first >> 2; word < (first + lineBytes) >> 2; word++) {
      const t = this.text.history.indexOf(word);
      if (t >= 0) words.push(t);
    }
    return words;
  }
}
