import type { MemoryMap } from './map.ts';
import { maxDelayed, maxMessages, never, weakSharedCells, weakViewCells } from './weak-cells.ts';

/**
 * Puts the times of a whole machine in normal form, so that states that differ only in how much has happened are equal:
 * messages that no CPU can read any more are dropped, times become ranks, and what is ordered before everything that any
 * CPU may still do counts as always there.
 *
 * Exact, because times are only compared with one another, and every comparison that can still be made comes out as
 * before: a message is compared with a view of its reader, which is at least the least of the views that bound it, and a
 * view means no more than the newest time that something has at or before it.
 */
export class Timeline {
  readonly #map: MemoryMap;
  readonly #shared: ReturnType<typeof weakSharedCells>;
  readonly #view: ReturnType<typeof weakViewCells>;
  readonly #locations: number;
  /** After {@link settle}: 1 for each CPU whose own state it changed. */
  readonly changed: Uint8Array = new Uint8Array(64);
  readonly #finished: (local: Int32Array) => boolean;
  #ranks: Int32Array = new Int32Array(64);
  #alive: Uint8Array = new Uint8Array(64);

  /** `finished` says which CPUs do nothing any more, given their own state: what they have seen does not matter. */
  constructor(map: MemoryMap, finished: (local: Int32Array) => boolean = () => false) {
    this.#map = map;
    this.#finished = finished;
    this.#shared = weakSharedCells(map);
    this.#view = weakViewCells(map);
    this.#locations = map.sharedWords + map.siteWords.length;
  }

  /** Normalises the shared state and, in each CPU's own state, the view that begins at `at`. */
  settle(shared: Int32Array, locals: readonly Int32Array[], at: number): void {
    const cells = this.#shared;
    const running: Int32Array[] = [];
    this.changed.fill(0);
    locals.forEach((local, cpu) => {
      const { storeWord, delayedWord } = this.#view;
      const isBusy = local[at + storeWord] !== 0 || local[at + delayedWord] !== 0;
      if (!this.#finished(local) || isBusy) running.push(local);
      else {
        this.changed[cpu] = 1;
        local.fill(0, at, at + this.#view.length);
      }
    });
    this.#drop(shared, running, at);
    const now = shared[cells.now];
    if (now >= this.#ranks.length) {
      this.#ranks = new Int32Array(2 * now);
      this.#alive = new Uint8Array(2 * now);
    }
    const alive = this.#alive.fill(0, 0, now + 1);
    this.#eachTime(shared, (cell) => (alive[shared[cell]] = 1));
    const past = this.#past(running, at);
    const ranks = this.#ranks;
    let rank = 0;
    for (let time = 0; time <= now; time++) {
      if (alive[time] === 1 && time > past) rank++;
      ranks[time] = rank;
    }
    locals.forEach((local, cpu) => {
      if (this.changed[cpu] === 0 && this.#renumber(local, at)) this.changed[cpu] = 1;
    });
    this.#eachTime(shared, (cell) => (shared[cell] = ranks[shared[cell]]));
    shared[cells.now] = rank;
  }

  /** Forgets the messages that are hidden from every CPU. */
  #drop(shared: Int32Array, locals: readonly Int32Array[], at: number): void {
    const { messages, messageTime, messageValue } = this.#shared;
    const { coherence } = this.#view;
    for (let d = 0; d < this.#map.sharedWords; d++) {
      const count = shared[messages + d];
      if (count === 1) continue;
      const times = messageTime + d * maxMessages;
      let hidden = count - 1;
      for (const local of locals) {
        const bound = Math.max(this.#oldestRead(local, at, d), local[at + coherence + d]);
        while (hidden > 0 && shared[times + hidden] > bound) hidden--;
      }
      if (hidden === 0) continue;
      for (const start of [times, messageValue + d * maxMessages]) {
        shared.copyWithin(start, start + hidden, start + count);
        shared.fill(0, start + count - hidden, start + count);
      }
      shared[messages + d] = count - hidden;
    }
  }

  /** The least of the views that later and delayed loads of a data word are ordered after. */
  #oldestRead(local: Int32Array, at: number, d: number): number {
    const { readNew, delayedWord, delayedPlace, delayedShape, delayedOrdered } = this.#view;
    let oldest = local[at + readNew];
    for (let i = 0; i < maxDelayed && local[at + delayedWord + i] !== 0; i++) {
      const first = local[at + delayedPlace + i] - 1;
      if (d < first || d >= first + (local[at + delayedShape + i] >> 2) || first < 0) continue;
      oldest = Math.min(oldest, local[at + delayedOrdered + i]);
    }
    return oldest;
  }

  #eachTime(shared: Int32Array, visit: (cell: number) => void): void {
    const { messages, messageTime, count, versionTime, cleanTime, floorTime } = this.#shared;
    for (let d = 0; d < this.#map.sharedWords; d++) {
      for (let i = 0; i < shared[messages + d]; i++) visit(messageTime + d * maxMessages + i);
    }
    const { maxVersions, siteWords } = this.#map;
    for (let t = 0; t < siteWords.length; t++) {
      for (let v = 0; v < shared[count + t]; v++) {
        for (const start of [versionTime, cleanTime, floorTime]) {
          const cell = start + t * maxVersions + v;
          if (shared[cell] !== never) visit(cell);
        }
      }
    }
  }

  /** Up to this time everything is ordered before whatever any CPU may still do. */
  #past(locals: readonly Int32Array[], at: number): number {
    let past = Infinity;
    for (const local of locals) past = Math.min(past, this.#base(local, at));
    return past;
  }

  /** The least of the views that bound what a CPU may still do. */
  #base(local: Int32Array, at: number): number {
    const { readNew, maintain, fetch, contextView, delayedPlace, delayedOrdered } = this.#view;
    let base = Math.min(
      local[at + readNew],
      local[at + maintain],
      local[at + fetch],
      local[at + contextView],
    );
    for (let i = 0; i < maxDelayed; i++) {
      if (local[at + delayedPlace + i] !== 0) base = Math.min(base, local[at + delayedOrdered + i]);
    }
    return base;
  }

  /** Returns whether anything changed. */
  #renumber(local: Int32Array, at: number): boolean {
    const { readNew, maintain, fetch, contextView, coherence, ownTime, ownView, ownExclusive, times } =
      this.#view;
    const { delayedOrdered } = this.#view;
    const base = this.#base(local, at);
    const alive = this.#alive;
    const ranks = this.#ranks;
    let changed = false;
    for (let location = 0; location < this.#locations; location++) {
      const own = local[at + ownTime + location];
      if (own !== 0 && (own <= base || alive[own] === 0)) {
        changed = true;
        local[at + ownTime + location] = 0;
        local[at + ownView + location] = 0;
        local[at + ownExclusive + location] = 0;
      }
      const bound = location < this.#map.sharedWords ? this.#oldestRead(local, at, location) : base;
      const seen = at + coherence + location;
      if (local[seen] !== 0 && local[seen] <= bound) {
        changed = true;
        local[seen] = 0;
      }
    }
    for (let cell = at; cell < at + times; cell++) {
      const time = local[cell];
      if (time === 0) continue;
      const bounds =
        cell === at + readNew ||
        cell === at + maintain ||
        cell === at + fetch ||
        cell === at + contextView ||
        (cell >= at + delayedOrdered && cell < at + delayedOrdered + maxDelayed);
      local[cell] = time <= base && !bounds ? 0 : ranks[time];
      if (local[cell] !== time) changed = true;
    }
    return changed;
  }
}
