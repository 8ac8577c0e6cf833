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
export const pageShift = 10;
export const pageWords: number = 1 << pageShift;
export const pageBytes: number = 4 * pageWords;

/**
 * The memory of the simulated machine: words, who wrote them, and the addresses at which they are mapped. The page tables
 * of the kernel are reduced to the mapping that they give.
 */
export class Ram {
  readonly words: Int32Array;
  /** For each word what its last writer knew, as a clock of the text's history; of no word where nobody asks. */
  readonly clocks: Int32Array;
  readonly #text: TextWords;
  #isSet = false;
  readonly windows: readonly Window[];
  /** 1 for each page in which something else than text was written since the last reset. */
  readonly dirty: Uint8Array;
  /** The words of text that were written since then, some of them several times: few of each page. */
  readonly dirtyText: number[] = [];
  /** The fixmap slots in use: the physical page of each, as a word index, by slot number. */
  readonly fixmap: Map<number, number> = new Map<number, number>();

  constructor(words: Int32Array, clocks: Int32Array, windows: readonly Window[], text: TextWords) {
    this.words = words;
    this.clocks = clocks;
    this.dirty = new Uint8Array(Math.ceil(words.length / pageWords));
    this.#text = text;
    this.windows = windows;
  }

  /** Sets every word, unknown to any CPU, and takes every fixmap slot away. */
  reset(words: Int32Array): void {
    if (!this.#isSet) {
      // All else is 0.
      this.words.set(words);
      this.#isSet = true;
      return;
    }
    for (let page = this.dirty.indexOf(1); page >= 0; page = this.dirty.indexOf(1, page + 1)) {
      const start = page * pageWords;
      this.words.set(words.subarray(start, start + pageWords), start);
      this.clocks.fill(0, start, start + pageWords);
    }
    this.dirty.fill(0);
    for (const at of this.dirtyText) {
      this.words[at] = words[at];
      if (this.clocks.length > 0) this.clocks[at] = 0;
    }
    this.dirtyText.length = 0;
    this.fixmap.clear();
  }

  isText(at: number): boolean {
    for (const [first, end] of this.#text) if (at >= first && at < end) return true;
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
