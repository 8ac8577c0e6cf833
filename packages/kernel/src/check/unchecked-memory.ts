import type { PageTable } from '@quiesce/cpu';
import type { AccessFault, AccessSize, TextPort } from '@quiesce/memory';
import type { MachineMemory } from './machine.ts';
import { type Ram, type Window, pageBytes, pageWords } from './ram.ts';
import { Windows } from './windows.ts';

const nothing = (): void => undefined;

/** Barriers and cache maintenance have nothing to do where every fetch gives the newest word. */
const noInstructionSide: TextPort = {
  order: nothing,
  synchronize: nothing,
  contextSynchronize: nothing,
  invalidateAll: nothing,
};

/**
 * Memory of a machine that does not check fetches. It enters the pages that are used in the page table of translated code.
 */
export class UncheckedMemory implements MachineMemory {
  low = 0;
  high = 0;
  readonly ctr: number;
  readonly text: TextPort = noInstructionSide;
  modified: (at: number, before: number) => void = nothing;
  readonly #ram: Ram;
  readonly #pages: PageTable;
  readonly #bytes: DataView;
  readonly #windows: Windows;
  /** The words that a store touches, as they were: at most three. */
  readonly #before = new Int32Array(3);

  constructor(ram: Ram, pages: PageTable, ctr: number) {
    this.#ram = ram;
    this.#pages = pages;
    this.#windows = new Windows(ram);
    this.ctr = ctr;
    this.#bytes = new DataView(ram.words.buffer, ram.words.byteOffset, ram.words.byteLength);
  }

  remap(): void {
    this.#windows.forget();
    this.#pages.clear();
  }

  isLocal(): boolean {
    return true;
  }

  /** Enters the page of an access at a byte of the memory. */
  #enter(address: number, at: number): void {
    this.#pages.enter(address, at, 'loads');
  }

  /** The same for a store. Stores of text are told of, unless a page has something else as well. */
  #enterForStores(address: number, at: number, { writesText }: Window): void {
    const page = Math.floor(at / pageBytes);
    const [first, end] = [page * pageWords, (page + 1) * pageWords];
    if (!this.#ram.hasText(first, end)) {
      this.#ram.keepPage(first);
      this.#pages.enter(address, at, 'stores');
    } else if (writesText && this.#ram.isAllText(first, end)) this.#pages.enter(address, at, 'watchedStores');
  }

  load(address: number, size: AccessSize): AccessFault | undefined {
    const window = this.#windows.at(address, size);
    if (window === undefined) return 'translation';
    const at = 4 * window.at + (address - window.base);
    this.#enter(address, at);
    this.high = 0;
    if (size === 1) this.low = this.#bytes.getUint8(at);
    else if (size === 2) this.low = this.#bytes.getUint16(at, true);
    else this.low = this.#bytes.getInt32(at, true);
    if (size === 8) this.high = this.#bytes.getInt32(at + 4, true);
    return undefined;
  }

  store(address: number, size: AccessSize, low: number, high: number): AccessFault | undefined {
    const window = this.#windows.at(address, size);
    if (window === undefined) return 'translation';
    const at = 4 * window.at + (address - window.base);
    const word = at >> 2;
    const isText = this.#ram.isText(word);
    if (isText && !window.writesText) return 'permission';
    const last = (at + size - 1) >> 2;
    const { words } = this.#ram;
    const before = this.#before;
    for (let one = word; isText && one <= last; one++) before[one - word] = words[one];
    this.#enterForStores(address, at, window);
    for (let one = word; !isText && one <= last; one++) this.#ram.keepPage(one);
    if (size === 1) this.#bytes.setUint8(at, low & 0xff);
    else if (size === 2) this.#bytes.setUint16(at, low & 0xffff, true);
    else this.#bytes.setInt32(at, low, true);
    if (size === 8) this.#bytes.setInt32(at + 4, high, true);
    for (let one = word; isText && one <= last; one++) {
      if (words[one] !== before[one - word]) this.modified(one, before[one - word]);
    }
    return undefined;
  }

  maintain(_operation: 'clean' | 'invalidate', address: number): boolean {
    const window = this.#windows.at(address, 1);
    if (window === undefined) return false;
    this.#enter(address, 4 * window.at + (address - window.base));
    return true;
  }
}
