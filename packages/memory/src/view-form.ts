import type { MemoryMap } from './map.ts';
import { maxDelayed, never, weakViewCells } from './weak-cells.ts';

/**
 * The normal form of a CPU's view. A view is a bound, or is joined with bounds later; where that can change nothing
 * any more it is 0, and otherwise it is the rank of the last time up to it that decides something.
 */
export class ViewForm {
  readonly #cells: ReturnType<typeof weakViewCells>;
  readonly #data: number;
  readonly #locations: number;
  readonly #signals: boolean;
  #plan: Int32Array = new Int32Array(0);
  /** By time: how many times up to it decide something. */
  #ranks: Int32Array = new Int32Array(64);
  /** By time: the last of text up to it, or 0. */
  #text: Int32Array = new Int32Array(64);
  /** By time: the first of text after it, or {@link never}. */
  #next: Int32Array = new Int32Array(64);

  /** `signals`: what a CPU has completed goes out with what it sends. */
  constructor(map: MemoryMap, signals: boolean) {
    this.#cells = weakViewCells(map);
    this.#data = map.sharedWords;
    this.#locations = map.sharedWords + map.siteWords.length;
    this.#signals = signals;
  }

  /** Takes up a plan of a {@link Timeline}. */
  read(plan: Int32Array): void {
    this.#plan = plan;
    const now = plan[0];
    const bits = (now >> 5) + 1;
    if (now >= this.#ranks.length) {
      [this.#ranks, this.#text, this.#next] = [0, 0, 0].map(() => new Int32Array(2 * now));
    }
    let rank = 0;
    let text = 0;
    for (let time = 0; time <= now; time++) {
      if (isSet(plan, 1, time)) rank++;
      if (isSet(plan, 1 + bits, time)) text = time;
      this.#ranks[time] = rank;
      this.#text[time] = text;
    }
    let next = never;
    for (let time = now; time >= 0; time--) {
      this.#next[time] = next;
      if (isSet(plan, 1 + bits, time)) next = time;
    }
  }

  /** Where a plan comes to the data words. */
  get words(): number {
    return 1 + 2 * ((this.#plan[0] >> 5) + 1);
  }

  /** What a time becomes. */
  rank(time: number): number {
    return this.#ranks[time];
  }

  /** A view that bounds nothing but text bounds as much up to the next time of text. */
  #lift(view: number): number {
    return this.#next[view] - 1;
  }

  /**
   * The least of the views that bound what a CPU may still do. What is not above it changes nothing. `contextView` is never
   * above `fetch` and `maintain`, nor `maintain` above `readNew`.
   */
  base(local: Int32Array, at: number): number {
    return this.baseOf(this.oldestOfAll(local, at), local[at + this.#cells.contextView]);
  }

  /** The same of the least view of data and that of the last context synchronisation. */
  baseOf(oldest: number, contextView: number): number {
    return Math.min(oldest, this.#lift(contextView));
  }

  /** The least of the views that later and delayed loads of any location are ordered after. */
  oldestOfAll(local: Int32Array, at: number): number {
    const { readNew, delayedPlace, delayedOrdered } = this.#cells;
    let oldest = local[at + readNew];
    for (let i = 0; i < maxDelayed; i++) {
      if (local[at + delayedPlace + i] !== 0) oldest = Math.min(oldest, local[at + delayedOrdered + i]);
    }
    return oldest;
  }

  /** The least of the views that later and delayed loads of a location are ordered after. */
  oldestRead(local: Int32Array, at: number, location: number): number {
    const { readNew, delayedWord, delayedPlace, delayedShape, delayedOrdered } = this.#cells;
    let oldest = local[at + readNew];
    for (let i = 0; i < maxDelayed && local[at + delayedWord + i] !== 0; i++) {
      const first = local[at + delayedPlace + i] - 1;
      if (location < first || location >= first + ((local[at + delayedShape + i] >> 2) & 3) || first < 0)
        continue;
      oldest = Math.min(oldest, local[at + delayedOrdered + i]);
    }
    return oldest;
  }

  /** Puts the view that begins at `at` in normal form. */
  settle(local: Int32Array, at: number): void {
    const cells = this.#cells;
    const base = this.base(local, at);
    this.#settleLocations(local, at, base);
    const of = (cell: number): number => local[at + cell];
    const [readNew, complete] = [of(cells.readNew), of(cells.complete)];
    const maintain = this.#lift(of(cells.maintain));
    // DSB joins these with `readNew` and `maintain`, and makes them complete.
    const isDone = (view: number): boolean =>
      (!this.#signals && view <= base) || (view <= readNew && view <= maintain && view <= complete);
    const control = of(cells.control);
    const drop = (cell: number, isRedundant: boolean): void => {
      if (isRedundant) local[at + cell] = 0;
    };
    drop(cells.readOld, isDone(of(cells.readOld)));
    drop(cells.writeOld, isDone(of(cells.writeOld)));
    drop(cells.full, of(cells.full) <= maintain);
    drop(cells.address, of(cells.address) <= Math.max(base, control, complete));
    drop(cells.control, control <= base || (control <= complete && control <= maintain));
    drop(cells.release, of(cells.release) <= readNew);
    drop(cells.event, of(cells.event) <= readNew);
    drop(cells.interrupt, of(cells.interrupt) <= complete || (!this.#signals && of(cells.interrupt) <= base));
    drop(cells.complete, !this.#signals && complete <= base);
    for (const cell of [cells.fetch, cells.contextView, cells.maintain, cells.full]) {
      local[at + cell] = this.#text[of(cell)];
    }
    for (let cell = cells.storeView; cell < cells.times; cell++) {
      const isBound = cell >= cells.delayedOrdered && cell < cells.delayedOrdered + maxDelayed;
      if (!isBound && of(cell) <= base) local[at + cell] = 0;
    }
    for (let cell = at; cell < at + cells.times; cell++) local[cell] = this.#ranks[local[cell]];
  }

  /** What is kept for each location. */
  #settleLocations(local: Int32Array, at: number, base: number): void {
    const { coherence, maintain } = this.#cells;
    const plan = this.#plan;
    let word = this.words;
    for (let d = 0; d < this.#data; d++) {
      const count = plan[word + 1];
      const times = word + 2;
      const seen = local[at + coherence + d];
      let i = count - 1;
      while (i > 0 && plan[times + i] > seen) i--;
      local[at + coherence + d] = i === 0 || seen <= this.oldestRead(local, at, d) ? 0 : plan[times + i];
      const own = local[at + this.#cells.ownTime + d];
      if (own !== 0) {
        let k = count - 1;
        while (k >= 0 && plan[times + k] !== own) k--;
        if (k < 0) this.#disown(local, at, d);
      }
      word = times + count;
    }
    for (let location = this.#data; location < this.#locations; location++) {
      const seen = local[at + coherence + location];
      const isCovered =
        seen <= this.oldestRead(local, at, location) && seen <= this.#lift(local[at + maintain]);
      local[at + coherence + location] = isCovered ? 0 : this.#text[seen];
      const own = local[at + this.#cells.ownTime + location];
      if (this.#text[own] !== own) this.#disown(local, at, location);
    }
    for (let location = 0; location < this.#locations; location++) {
      const { ownTime, ownView } = this.#cells;
      const own = local[at + ownTime + location];
      const view = local[at + ownView + location];
      // It makes no difference whether the value depends on the store or on what the store depended on.
      if (own <= base || this.#ranks[own] === this.#ranks[view]) this.#disown(local, at, location);
      else if (view <= base) local[at + ownView + location] = 0;
    }
  }

  /** The own last store of a location matters no more. */
  #disown(local: Int32Array, at: number, location: number): void {
    const { ownTime, ownView, ownExclusive } = this.#cells;
    for (const cells of [ownTime, ownView, ownExclusive]) local[at + cells + location] = 0;
  }
}

function isSet(plan: Int32Array, start: number, time: number): boolean {
  return ((plan[start + (time >> 5)] >> (time & 31)) & 1) === 1;
}
