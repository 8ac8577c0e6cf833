import { setWithout, without } from './delayed-instructions.ts';
import { type WeakViewCells, maxOutstanding } from './weak-cells.ts';

/** Kinds of outstanding stores, as bits. */
const kinds = { release: 1, joined: 2, atomic: 4 } as const;

/** One word of an outstanding store. */
export interface OutstandingWord {
  readonly location: number;
  readonly value: number;
  /** The bits that it writes. */
  readonly mask: number;
  /** What its address and data depend on. */
  readonly view: number;
  readonly release: boolean;
  /** Of an atomic or a store-exclusive: nobody else may store in between. */
  readonly atomic: boolean;
  /** The delayed loads that it comes after in program order, as bits. */
  readonly after: number;
  /** Those of them that are ordered before it. */
  readonly waits: number;
  /** The result of a delayed instruction that is its value, or 0. */
  readonly source: number;
}

/**
 * The stores of one CPU that no other sees yet, by word and in program order. They become visible in any order, but those
 * of one location in theirs, and the words of one access together.
 */
export class OutstandingStores {
  /** Set, since the object was made, when a store had to wait for room. */
  crowded = false;
  readonly #cells: WeakViewCells;
  #view: Int32Array = new Int32Array(0);

  constructor(cells: WeakViewCells) {
    this.#cells = cells;
  }

  attach(view: Int32Array): void {
    this.#view = view;
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#view[this.#cells.storeWord] === 0;
  }

  /** Whether one of them is a store-release. */
  get hasRelease(): boolean {
    for (let i = 0; this.#isAt(i); i++) {
      if ((this.#view[this.#cells.storeKind + i] & kinds.release) !== 0) return true;
    }
    return false;
  }

  #isAt(i: number): boolean {
    return i < maxOutstanding && this.#view[this.#cells.storeWord + i] !== 0;
  }

  #word(i: number): OutstandingWord {
    const { storeWord, storeValue, storeMask, storeKind, storeView } = this.#cells;
    const { storeAfter, storeWaits, storeSource } = this.#cells;
    const view = this.#view;
    return {
      location: view[storeWord + i] - 1,
      value: view[storeValue + i],
      mask: view[storeMask + i],
      view: view[storeView + i],
      release: (view[storeKind + i] & kinds.release) !== 0,
      atomic: (view[storeKind + i] & kinds.atomic) !== 0,
      after: view[storeAfter + i],
      waits: view[storeWaits + i],
      source: view[storeSource + i],
    };
  }

  /** Those of a location that come before a delayed load, or before whatever comes next (-1), the oldest first. */
  of(location: number, load: number): OutstandingWord[] {
    const found: OutstandingWord[] = [];
    for (let i = 0; this.#isAt(i); i++) {
      if (this.#precedes(i, location, load)) found.push(this.#word(i));
    }
    return found;
  }

  #precedes(i: number, location: number, load: number): boolean {
    const { storeWord, storeAfter } = this.#cells;
    if (this.#view[storeWord + i] !== location + 1) return false;
    return load < 0 || (this.#view[storeAfter + i] & (1 << load)) === 0;
  }

  /** Whether any of them waits for a delayed instruction. */
  get isDelayed(): boolean {
    for (let i = 0; this.#isAt(i); i++) if (this.#isHeld(i)) return true;
    return false;
  }

  /** Whether a store must wait for a delayed instruction. */
  #isHeld(i: number): boolean {
    return this.#view[this.#cells.storeWaits + i] !== 0 || this.#view[this.#cells.storeSource + i] !== 0;
  }

  /** Whether the first waits for nothing but one delayed load: that of an atomic has nothing before it then. */
  isNext(load: number): boolean {
    return this.#word(0).waits === 1 << load;
  }

  /** Whether one of a location, or of any (-1), comes after a delayed load in program order. */
  isBehind(load: number, location: number): boolean {
    const { storeWord, storeAfter } = this.#cells;
    for (let i = 0; this.#isAt(i); i++) {
      const isThere = location < 0 || this.#view[storeWord + i] === location + 1;
      if (isThere && (this.#view[storeAfter + i] & (1 << load)) !== 0) return true;
    }
    return false;
  }

  /** Whether there is one of a location. */
  has(location: number): boolean {
    for (let i = 0; this.#isAt(i); i++) {
      if (this.#view[this.#cells.storeWord + i] === location + 1) return true;
    }
    return false;
  }

  /** The bits of a location that those before a delayed load, or before whatever comes next (-1), write. */
  covered(location: number, load: number): number {
    let mask = 0;
    for (let i = 0; this.#isAt(i); i++) {
      if (this.#precedes(i, location, load)) mask |= this.#view[this.#cells.storeMask + i];
    }
    return mask;
  }

  /** The delayed loads that the newest comes after and does not wait for: it may overtake them. */
  get overtaken(): number {
    let i = 0;
    while (this.#isAt(i + 1)) i++;
    return this.#view[this.#cells.storeAfter + i] & ~this.#view[this.#cells.storeWaits + i];
  }

  /** The value of every store of a result of a delayed instruction is known, and what it depends on. */
  fill(result: number, low: number, high: number, view: number): void {
    const { storeValue, storeMask, storeView, storeSource } = this.#cells;
    for (let i = 0; this.#isAt(i); i++) {
      if (this.#view[storeSource + i] !== result) continue;
      const mask = this.#view[storeMask + i];
      // A part of a word lies where its mask begins.
      const shift = 31 - Math.clz32(mask & -mask);
      this.#view[storeValue + i] = ((this.#isJoined(i) ? high : low) << shift) & mask;
      this.#view[storeView + i] = Math.max(this.#view[storeView + i], view);
      this.#view[storeSource + i] = 0;
    }
  }

  /** A delayed instruction is executed. */
  without(delayed: number): void {
    const { storeAfter, storeWaits, storeSource } = this.#cells;
    for (let i = 0; this.#isAt(i); i++) {
      for (const cell of [storeAfter + i, storeWaits + i]) {
        this.#view[cell] = setWithout(this.#view[cell], delayed);
      }
      this.#view[storeSource + i] = without(this.#view[storeSource + i], delayed);
    }
  }

  /** Adds a word, visible together with the one before it if `joined`; false where there is no room for `room` words. */
  add(word: OutstandingWord, joined: boolean, room: number): boolean {
    const { storeWord, storeValue, storeMask, storeKind, storeView } = this.#cells;
    const { storeAfter, storeWaits, storeSource } = this.#cells;
    const view = this.#view;
    let i = 0;
    while (this.#isAt(i)) i++;
    if (i + room > maxOutstanding) {
      this.crowded = true;
      return false;
    }
    view[storeWord + i] = word.location + 1;
    view[storeValue + i] = word.value;
    view[storeMask + i] = word.mask;
    view[storeKind + i] =
      (word.release ? kinds.release : 0) | (joined ? kinds.joined : 0) | (word.atomic ? kinds.atomic : 0);
    view[storeView + i] = word.view;
    view[storeAfter + i] = word.after;
    view[storeWaits + i] = word.waits;
    view[storeSource + i] = word.source;
    return true;
  }

  /** The places of those that may become visible now, if some locations are locked by atomics. */
  ready(isLocked: (location: number) => boolean): number[] {
    const result: number[] = [];
    for (let i = 0; this.#isAt(i); i++) {
      if (this.#isJoined(i)) continue;
      // A store-release comes after everything before it.
      let isFirst = i === 0 || (this.#view[this.#cells.storeKind + i] & kinds.release) === 0;
      for (let k = i; k === i || this.#isJoined(k); k++) {
        const isAtomic = (this.#view[this.#cells.storeKind + k] & kinds.atomic) !== 0;
        if (this.#isHeld(k) || (!isAtomic && isLocked(this.#view[this.#cells.storeWord + k] - 1)))
          isFirst = false;
        const word = this.#view[this.#cells.storeWord + k];
        for (let j = 0; j < i; j++) if (this.#view[this.#cells.storeWord + j] === word) isFirst = false;
      }
      if (isFirst) result.push(i);
    }
    return result;
  }

  #isJoined(i: number): boolean {
    return this.#isAt(i) && (this.#view[this.#cells.storeKind + i] & kinds.joined) !== 0;
  }

  /** Takes out the store at a place: its words. */
  take(i: number): OutstandingWord[] {
    const words = [this.#word(i)];
    for (let k = i + 1; this.#isJoined(k); k++) words.push(this.#word(k));
    const { storeWord, storeValue, storeMask, storeKind, storeView } = this.#cells;
    const { storeAfter, storeWaits, storeSource } = this.#cells;
    for (const cells of [
      storeWord,
      storeValue,
      storeMask,
      storeKind,
      storeView,
      storeAfter,
      storeWaits,
      storeSource,
    ]) {
      this.#view.copyWithin(cells + i, cells + i + words.length, cells + maxOutstanding);
      this.#view.fill(0, cells + maxOutstanding - words.length, cells + maxOutstanding);
    }
    return words;
  }
}
