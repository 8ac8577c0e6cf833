import type { MemoryMap } from './map.ts';
import { ViewForm } from './view-form.ts';
import { maxMessages, never, weakSharedCells, weakViewCells } from './weak-cells.ts';

/** What a timeline must know of a machine. */
export interface TimelineOptions {
  /** Given a CPU's own state: it does nothing any more, so what it has seen does not matter. */
  readonly finished: (local: Int32Array) => boolean;
  /** CPUs may send events or interrupts, which carry what their sender has completed. */
  readonly signals: boolean;
}

/**
 * Puts the times of a whole machine in normal form, so that states that differ only in how much has happened are equal:
 * messages that no CPU can read any more are dropped, times become ranks among those that decide something, and what is
 * ordered before everything that any CPU may still do counts as always there.
 *
 * Exact, because times are only compared with one another, and every comparison that can still be made comes out as
 * before. What decides something is when a message became visible that hides an older one, and when text was written, cleaned
 * or invalidated. The oldest message of a word can be read in any case.
 */
export class Timeline {
  readonly #map: MemoryMap;
  readonly #shared: ReturnType<typeof weakSharedCells>;
  readonly #view: ReturnType<typeof weakViewCells>;
  readonly #options: TimelineOptions;
  readonly #form: ViewForm;
  /**
   * After {@link makePlan}: what is to be done. The last time; a bit for each time that decides something; a bit for those
   * of them that text has; and for each data word how many messages are hidden from every CPU, how many are not, and the
   * times of these.
   */
  plan: Int32Array = new Int32Array(64);
  /** Cells of the plan. */
  planLength = 0;

  constructor(map: MemoryMap, options: TimelineOptions = { finished: () => false, signals: true }) {
    this.#map = map;
    this.#options = options;
    this.#shared = weakSharedCells(map);
    this.#view = weakViewCells(map);
    this.#form = new ViewForm(map, options.signals);
  }

  /** Normalises the shared state and, in each CPU's own state, the view that begins at `at`. */
  settle(shared: Int32Array, locals: readonly Int32Array[], at: number): void {
    const demand = new Int32Array(this.demandLength).fill(never);
    const one = demand.slice();
    for (const local of locals) {
      this.demand(local, at, one);
      joinDemands(demand, one);
    }
    this.makePlan(shared, demand);
    const plan = this.plan.slice(0, this.planLength);
    this.settleShared(plan, shared);
    for (const local of locals) this.settleOwn(plan, local, at);
  }

  /** Cells of a demand. */
  get demandLength(): number {
    return 2 + this.#map.sharedWords;
  }

  /**
   * What a CPU needs of the line of times: its oldest view of data and of text, and for each data word the time up to which
   * it need not tell messages apart. Those of several CPUs are joined by {@link joinDemands}; all of a CPU that does nothing
   * any more is {@link never}.
   */
  demand(local: Int32Array, at: number, into: Int32Array): void {
    if (this.#isIdle(local, at)) {
      into.fill(never);
      return;
    }
    into[0] = this.#form.oldestOfAll(local, at);
    into[1] = local[at + this.#view.contextView];
    for (let d = 0; d < this.#map.sharedWords; d++) {
      into[2 + d] = Math.max(this.#form.oldestRead(local, at, d), local[at + this.#view.coherence + d]);
    }
  }

  /** Finds out what is to be done with a machine of which this is the demand of all CPUs. Few machines differ in it. */
  makePlan(shared: Int32Array, demand: Int32Array): void {
    const now = shared[this.#shared.now];
    const bits = (now >> 5) + 1;
    const most = 1 + 2 * bits + (2 + maxMessages) * this.#map.sharedWords;
    if (this.plan.length < most) this.plan = new Int32Array(2 * most);
    const { plan } = this;
    plan[0] = now;
    plan.fill(0, 1, 1 + 2 * bits);
    this.#eachOfText(shared, (cell) => setBit(plan, 1 + bits, shared[cell]));
    this.#form.read(plan);
    const past = demand[0] === never ? never : this.#form.baseOf(demand[0], demand[1]);
    for (let time = 0; time <= Math.min(past, now); time++) clearBit(plan, 1 + bits, time);
    for (let i = 1; i <= bits; i++) plan[i] = plan[i + bits];
    this.planLength = 1 + 2 * bits;
    for (let d = 0; d < this.#map.sharedWords; d++) this.#planWord(shared, d, demand[2 + d], past);
  }

  /** Messages up to the newest one that is not above `bound` are hidden from every CPU. */
  #planWord(shared: Int32Array, d: number, bound: number, past: number): void {
    const { plan } = this;
    const { messages, messageTime } = this.#shared;
    const count = shared[messages + d];
    const first = messageTime + d * maxMessages;
    let hidden = count - 1;
    while (hidden > 0 && shared[first + hidden] > bound) hidden--;
    plan[this.planLength++] = hidden;
    plan[this.planLength++] = count - hidden;
    for (let i = hidden; i < count; i++) {
      const time = shared[first + i];
      if (i > hidden && time > past) setBit(plan, 1, time);
      plan[this.planLength++] = time;
    }
  }

  /** A CPU that does nothing any more, and of which nothing is under way. */
  #isIdle(local: Int32Array, at: number): boolean {
    const { storeWord, delayedWord } = this.#view;
    return local[at + storeWord] === 0 && local[at + delayedWord] === 0 && this.#options.finished(local);
  }

  /** Does what a plan says of the shared state. */
  settleShared(plan: Int32Array, shared: Int32Array): void {
    const { now, messages, messageTime, messageValue } = this.#shared;
    this.#form.read(plan);
    let at = this.#form.words;
    for (let d = 0; d < this.#map.sharedWords; d++) {
      const hidden = plan[at];
      const kept = plan[at + 1];
      at += 2 + kept;
      for (const start of [messageTime + d * maxMessages, messageValue + d * maxMessages]) {
        shared.copyWithin(start, start + hidden, start + hidden + kept);
        shared.fill(0, start + kept, start + hidden + kept);
      }
      shared[messages + d] = kept;
      for (let i = 0; i < kept; i++) {
        const cell = messageTime + d * maxMessages + i;
        shared[cell] = this.#form.rank(shared[cell]);
      }
    }
    this.#eachOfText(shared, (cell) => (shared[cell] = this.#form.rank(shared[cell])));
    shared[now] = this.#form.rank(shared[now]);
  }

  /** Does what a plan says of a CPU's own state, in which the view begins at `at`. */
  settleOwn(plan: Int32Array, local: Int32Array, at: number): void {
    if (this.#isIdle(local, at)) local.fill(0, at, at + this.#view.length);
    else {
      this.#form.read(plan);
      this.#form.settle(local, at);
    }
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
}

/** Makes a demand that of its CPUs and of those of another one. */
export function joinDemands(demand: Int32Array, other: Int32Array): void {
  for (let i = 0; i < demand.length; i++) demand[i] = Math.min(demand[i], other[i]);
}

function setBit(cells: Int32Array, start: number, bit: number): void {
  cells[start + (bit >> 5)] |= 1 << (bit & 31);
}

function clearBit(cells: Int32Array, start: number, bit: number): void {
  cells[start + (bit >> 5)] &= ~(1 << (bit & 31));
}
