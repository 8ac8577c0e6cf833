/** One range of virtual addresses of the simulated machine. */
export interface Window {
  readonly name: string;
  readonly base: number;
  /** Bytes. */
  readonly size: number;
  /** Index in {@link Ram.words} of the word at {@link base}. */
  readonly at: number;
  /** Whether text may be stored through it: true for the linear map and the fixmap, not where text executes. */
  readonly writesText: boolean;
  /** The CPU that alone uses it: its stack, its task, its per-CPU variables. */
  readonly owner?: number;
}

/** Ranges of words that are text. */
export type TextWords = readonly (readonly [first: number, end: number])[];

/** Words of a page, as a power of two and as a number; and its bytes. */
const pageShift = 10;
export const pageWords: number = 1 << pageShift;
export const pageBytes: number = 4 * pageWords;

/**
 * The memory of the simulated machine: words, who wrote them, and the addresses at which they are mapped. The page tables
 * of the kernel are reduced to the mapping that they give.
 */
export class Ram {
  readonly words: Int32Array;
  /** For each word what its last writer knew, as a clock of the text's history: 0 of all, where nobody asks. */
  readonly clocks: Int32Array;
  readonly #text: TextWords;
  /** The same, one after the other. */
  readonly #bounds: Int32Array;
  readonly windows: readonly Window[];
  /** 1 for each page of {@link #kept}. */
  readonly #isKept: Uint8Array;
  /** The pages in which something else than text was written, as they were before. */
  readonly #kept = new Map<number, Int32Array>();
  /** The words of text that were written, few of each page: the index of each and what it was, in the order of the stores. */
  #stores = new Int32Array(1024);
  #storesLength = 0;
  /** The fixmap slots in use: the physical page of each, as a word index, by slot number. */
  readonly fixmap: Map<number, number> = new Map<number, number>();

  constructor(words: Int32Array, clocks: Int32Array, windows: readonly Window[], text: TextWords) {
    this.words = words;
    this.clocks = clocks;
    this.#isKept = new Uint8Array(Math.ceil(words.length / pageWords));
    this.#text = text;
    this.#bounds = Int32Array.from(text.flat());
    this.windows = windows;
  }

  /** Something else than text is about to be written in the page of a word. */
  keepPage(at: number): void {
    const page = at >> pageShift;
    if (this.#isKept[page] === 1) return;
    this.#isKept[page] = 1;
    this.#kept.set(page, this.words.slice(page << pageShift, (page + 1) << pageShift));
  }

  /** A word of text has been written. */
  keepText(at: number, before: number): void {
    if (this.#storesLength === this.#stores.length) {
      const larger = new Int32Array(2 * this.#storesLength);
      larger.set(this.#stores);
      this.#stores = larger;
    }
    this.#stores[this.#storesLength++] = at;
    this.#stores[this.#storesLength++] = before;
  }

  /** Sets every word to what it was at the beginning, unknown to any CPU, and takes every fixmap slot away. */
  reset(): void {
    for (const [page, words] of this.#kept) {
      const start = page << pageShift;
      this.words.set(words, start);
      this.clocks.fill(0, start, start + words.length);
      this.#isKept[page] = 0;
    }
    this.#kept.clear();
    // A page may have been kept when a word of text in it had been written: the oldest value of a word comes last.
    while (this.#storesLength > 0) {
      const before = this.#stores[--this.#storesLength];
      const at = this.#stores[--this.#storesLength];
      this.words[at] = before;
      this.clocks[at] = 0;
    }
    this.fixmap.clear();
  }

  isText(at: number): boolean {
    const bounds = this.#bounds;
    for (let i = 0; i < bounds.length; i += 2) if (at >= bounds[i] && at < bounds[i + 1]) return true;
    return false;
  }

  /** Whether any of some words is text. */
  hasText(from: number, to: number): boolean {
    return this.#text.some(([first, end]) => first < to && end > from);
  }

  /** Whether all of some words are text. */
  isAllText(from: number, to: number): boolean {
    return this.#text.some(([first, end]) => first <= from && end >= to);
  }

  /** The window of an address; undefined where nothing is mapped. */
  windowOf(address: number): Window | undefined {
    for (const window of this.windows) {
      if (address >= window.base && address < window.base + window.size) return window;
    }
    return this.#fixmapWindow(address);
  }

  /**
   * A page of the fixmap. Slot n lies n pages below FIXADDR_TOP, which is a multiple of 2 MiB in every kernel, so that the
   * lowest nine bits of the page number name the slot among those in use.
   */
  #fixmapWindow(address: number): Window | undefined {
    if (address >= 0) return undefined;
    const page = Math.floor(address / 4096);
    for (const [slot, at] of this.fixmap) {
      if ((((-page - slot) % 512) + 512) % 512 !== 0) continue;
      return {
        name: `fixmap slot 0x${slot.toString(16)}`,
        base: page * 4096,
        size: 4096,
        at,
        writesText: true,
      };
    }
    return undefined;
  }
}
