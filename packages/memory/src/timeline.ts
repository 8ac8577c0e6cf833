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
  readonly #finished: (local: Int32Array) => boolean;
  readonly #running: Int32Array[] = [];
  /** After {@link plan}: what is to be done, first all that concerns a CPU's own state. */
  plan: Int32Array = new Int32Array(64);
  /** Cells of the plan that concern a CPU's own state: the last time, and a bit for each time that stays. */
  ownLength = 0;
  /** Cells of the plan; the rest are pairs of a data word and how many of its messages are hidden from every CPU. */
  planLength = 0;
  #ranks: Int32Array = new Int32Array(64);

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
    this.makePlan(shared, locals, at);
    const { plan } = this;
    this.settleShared(plan.subarray(0, this.planLength), shared);
    for (const local of locals) this.settleOwn(plan, local, at);
  }

  /** Finds out what is to be done with a machine, and changes nothing. Few machines differ in it. */
  makePlan(shared: Int32Array, locals: readonly Int32Array[], at: number): void {
    const running = this.#running;
    running.length = 0;
    for (const local of locals) if (!this.#isIdle(local, at)) running.push(local);
    const now = shared[this.#shared.now];
    this.ownLength = 1 + (now >> 5) + 1;
    const most = this.ownLength + 2 * this.#map.sharedWords;
    if (this.plan.length < most) this.plan = new Int32Array(2 * most);
    const { plan } = this;
    plan[0] = now;
    plan.fill(0, 1, this.ownLength);
    this.planLength = this.ownLength;
    const past = this.#past(running, at);
    const stays = (time: number): void => {
      if (time > past) plan[1 + (time >> 5)] |= 1 << (time & 31);
    };
    const { messages, messageTime } = this.#shared;
    for (let d = 0; d < this.#map.sharedWords; d++) {
      const count = shared[messages + d];
      const first = messageTime + d * maxMessages;
      const hidden = count === 1 ? 0 : this.#hidden(shared, running, at, d);
      for (let i = hidden; i < count; i++) stays(shared[first + i]);
      if (hidden === 0) continue;
      plan[this.planLength++] = d;
      plan[this.planLength++] = hidden;
    }
    this.#eachOfText(shared, (cell) => stays(shared[cell]));
  }

  /** A CPU that does nothing any more, and of which nothing is under way. */
  #isIdle(local: Int32Array, at: number): boolean {
    const { storeWord, delayedWord } = this.#view;
    return local[at + storeWord] === 0 && local[at + delayedWord] === 0 && this.#finished(local);
  }

  /** How many messages of a data word are hidden from every CPU. */
  #hidden(shared: Int32Array, locals: readonly Int32Array[], at: number, d: number): number {
    const { messages, messageTime } = this.#shared;
    const times = messageTime + d * maxMessages;
    let hidden = shared[messages + d] - 1;
    for (const local of locals) {
      const bound = Math.max(this.#oldestRead(local, at, d), local[at + this.#view.coherence + d]);
      while (hidden > 0 && shared[times + hidden] > bound) hidden--;
    }
    return hidden;
  }

  /** The rank of each time that a plan keeps, and for others that of the last kept one before. Returns the last rank. */
  #rank(plan: Int32Array): number {
    const now = plan[0];
    if (now >= this.#ranks.length) this.#ranks = new Int32Array(2 * now);
    let rank = 0;
    for (let time = 0; time <= now; time++) {
      if (isKept(plan, time)) rank++;
      this.#ranks[time] = rank;
    }
    return rank;
  }

  /** Does what a plan says of the shared state. */
  settleShared(plan: Int32Array, shared: Int32Array): void {
    const { now, messages, messageTime, messageValue } = this.#shared;
    const last = this.#rank(plan);
    for (let i = 2 + (plan[0] >> 5); i < plan.length; i += 2) {
      const [d, hidden] = [plan[i], plan[i + 1]];
      const count = shared[messages + d];
      for (const start of [messageTime + d * maxMessages, messageValue + d * maxMessages]) {
        shared.copyWithin(start, start + hidden, start + count);
        shared.fill(0, start + count - hidden, start + count);
      }
      shared[messages + d] = count - hidden;
    }
    const ranks = this.#ranks;
    for (let d = 0; d < this.#map.sharedWords; d++) {
      for (let i = 0; i < shared[messages + d]; i++) {
        const cell = messageTime + d * maxMessages + i;
        shared[cell] = ranks[shared[cell]];
      }
    }
    this.#eachOfText(shared, (cell) => (shared[cell] = ranks[shared[cell]]));
    shared[now] = last;
  }

  /** Does what a plan says of a CPU's own state, in which the view begins at `at`. */
  settleOwn(plan: Int32Array, local: Int32Array, at: number): void {
    if (this.#isIdle(local, at)) local.fill(0, at, at + this.#view.length);
    else {
      this.#rank(plan);
      this.#renumber(plan, local, at);
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

  /** Every time of a version. */
  #eachOfText(shared: Int32Array, visit: (cell: number) => void): void {
    const { count, versionTime, cleanTime, floorTime } = this.#shared;
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

  #renumber(plan: Int32Array, local: Int32Array, at: number): void {
    const { readNew, maintain, fetch, contextView, coherence, ownTime, ownView, ownExclusive, times } =
      this.#view;
    const { delayedOrdered } = this.#view;
    const base = this.#base(local, at);
    const ranks = this.#ranks;
    for (let location = 0; location < this.#locations; location++) {
      const own = local[at + ownTime + location];
      // What came before everything that any CPU may still do is not kept, but no later than the base.
      if (own !== 0 && (own <= base || !isKept(plan, own))) {
        local[at + ownTime + location] = 0;
        local[at + ownView + location] = 0;
        local[at + ownExclusive + location] = 0;
      }
      const seen = at + coherence + location;
      if (local[seen] === 0) continue;
      const bound = location < this.#map.sharedWords ? this.#oldestRead(local, at, location) : base;
      if (local[seen] <= bound) local[seen] = 0;
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
    }
  }
}

/** Whether a plan keeps a time. */
function isKept(plan: Int32Array, time: number): boolean {
  return ((plan[1 + (time >> 5)] >> (time & 31)) & 1) === 1;
}
