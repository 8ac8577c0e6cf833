import { maxDelayed, maxOutstanding } from './weak-cells.ts';
import { WeakStores } from './weak-stores.ts';

/**
 * Weak data in the manner of Promising-Arm's views (Pulte and others, PLDI 2019), and instruction fetch on the same
 * line of time.
 *
 * Stores become messages. A load reads any message of its location that no newer one hides which is ordered before the
 * load: its view. Barriers, acquire and dependencies raise views.
 *
 * A load may also be *delayed*: it reads later, in a step of its own, and stores behind it may be visible before.
 * What is ordered after it waits for it. A byte or halfword shares its word's order.
 */
export class WeakOrder extends WeakStores {
  /** How many messages the load could have read, and one more where it could be delayed. */
  alternatives = 1;
  /** The load could be delayed, as the last of {@link alternatives}. */
  delayable = false;
  /** The load can only be delayed: its atomic has release, and not everything before it is visible. */
  isLate = false;
  /** What that load is ordered after. */
  delayedOrdered = 0;
  /** Where the load did not read the newest message: the time of that, else 0. */
  stale = 0;
  #alternative = 0;
  #second = -1;
  #cut = 0;
  #satisfies = -1;

  /** What was left out, since the object was made, because messages and stores are kept in limited number. */
  get bounds(): readonly string[] {
    const crowded = this.stores.crowded ? [`outstanding stores of a CPU <= ${maxOutstanding} words`] : [];
    const delayed = this.delayed.crowded ? [`delayed instructions of a CPU <= ${maxDelayed}`] : [];
    return [...this.messages.bounds, ...crowded, ...delayed];
  }

  /** Announces an instruction; {@link access} says what it orders. */
  begin(alternative: number): void {
    this.beginStore();
    this.#alternative = alternative;
    this.alternatives = 1;
    this.waits = false;
    this.blockers = 0;
    this.delayable = false;
    this.isLate = false;
    this.delayedAt = -1;
    this.#satisfies = -1;
    this.stale = 0;
    this.result = 0;
    this.#second = -1;
  }

  override readData(d: number): number {
    return this.#read(d);
  }

  override readText(t: number): number {
    return this.#read(this.firstText + t);
  }

  #read(location: number): number {
    const { access, viewCells } = this;
    const view = this.view;
    if (location === this.#second) {
      this.#second = -1;
      return this.delayedAt >= 0 ? 0 : this.#take(location, this.#cut);
    }
    const halves = this.wide && location < this.firstText ? [location, location + 1] : [location];
    const load = this.#satisfies;
    const mayDelay = access.delayable && !this.sequential && halves.length === (this.wide ? 2 : 1);
    // An atomic needs a place for what it computes as well.
    this.delayable = mayDelay && this.delayed.hasRoom(!this.looksAhead, access.computes ? 2 : 1);
    if (!(this.looksAhead && this.delayable) && this.escapes()) return 0;
    if (this.#isEarly(halves)) {
      this.wait();
      return 0;
    }
    const ordered =
      load >= 0
        ? this.delayed.ordered(load)
        : Math.max(view[viewCells.readNew], access.address, access.acquire ? view[viewCells.release] : 0);
    this.raise(viewCells.address, access.pick);
    this.isLate = load < 0 && this.delayable && this.#mustFollow();
    const isHeld = this.isLate || (load < 0 && (this.#isHeld(halves) || this.#isLocked(halves)));
    if (isHeld && !this.delayable) {
      for (const half of halves) this.wait(this.delayed.at(half));
      return 0;
    }
    if (halves.length === 2) this.#second = location + 1;
    const cuts = isHeld || (this.looksAhead && this.delayable) ? [] : this.#cuts(halves, ordered, load);
    const choices = cuts.length + (this.delayable ? 1 : 0);
    const choice = this.#alternative % choices;
    this.alternatives *= choices;
    this.#alternative = Math.floor(this.#alternative / choices);
    if (choice === cuts.length) {
      this.delayedAt = location;
      this.delayedOrdered = ordered;
      return 0;
    }
    this.result = Math.max(this.result, ordered);
    this.#cut = cuts[choice];
    return this.#take(location, this.#cut);
  }

  /** Whether the load is that of an atomic, which another one keeps from reading now, or an own store. */
  #isLocked(halves: readonly number[]): boolean {
    if (!this.access.atomic) return false;
    return halves.some((half) => this.isLocked(half) || (this.delayable && this.stores.has(half)));
  }

  /** Whether the load is that of an atomic with release, before which something has not happened yet. */
  #mustFollow(): boolean {
    const { atomic, release } = this.access;
    return atomic && release && !(this.stores.isEmpty && this.delayed.loads === 0);
  }

  /** Whether stores of this CPU must be visible before the load: its releases and atomics. */
  #isEarly(halves: readonly number[]): boolean {
    const { acquire, acquirePc } = this.access;
    if (acquire && this.stores.hasRelease) return true;
    if (!acquire && !acquirePc) return false;
    return halves.some((half) => this.stores.of(half, -1).some((store) => store.atomic));
  }

  /** Whether loads of these locations must wait: for earlier loads of them, or for the value of an own store. */
  #isHeld(halves: readonly number[]): boolean {
    return halves.some(
      (half) => this.delayed.at(half) !== 0 || this.stores.of(half, -1).some(({ source }) => source !== 0),
    );
  }

  /**
   * The delayed loads that may be satisfied now. One that nothing has overtaken could have been satisfied when it was
   * delayed, so it is only if the CPU can do nothing else (`isIdle`), or if a store waits for one.
   */
  satisfiable(isIdle: boolean): number[] {
    if (this.delayed.isEmpty) return [];
    const any = isIdle || this.stores.isDelayed;
    const found: number[] = [];
    for (let i = 0; i < this.delayed.count; i++) {
      if (this.delayed.location(i) < 0 || !(any || this.delayed.isOvertaken(i))) continue;
      const isAtomic = this.delayed.isAtomic(i);
      // The store of one with release is next, so its lock keeps nobody waiting.
      if (this.delayed.isRelease(i) && !this.stores.isNext(i)) continue;
      const isFirst = this.#halvesOf(i).every((half) => {
        const earlier = this.delayed.at(half) & ((1 << i) - 1);
        const stores = this.stores.of(half, i);
        if (isAtomic && (stores.length > 0 || this.isLocked(half))) return false;
        return earlier === 0 && stores.every(({ source }) => source === 0);
      });
      if (isFirst) found.push(i);
    }
    return found;
  }

  /** How many values a delayed load may read. */
  readable(i: number): number {
    if (this.delayed.isAtomic(i)) return 1;
    return this.#cuts(this.#halvesOf(i), this.delayed.ordered(i), i).length;
  }

  #halvesOf(i: number): number[] {
    const first = this.delayed.location(i);
    return this.delayed.span(i) === 2 ? [first, first + 1] : [first];
  }

  /** The next load that is announced is this delayed one. */
  satisfies(i: number): void {
    this.#satisfies = i;
  }

  /** A delayed atomic has read: its word is its own until its store is visible. */
  locks(i: number): void {
    if (!this.delayed.isAtomic(i)) return;
    for (const half of this.#halvesOf(i)) this.lock(half);
  }

  /** Where a delayed load reads. */
  addressOf(i: number): number {
    return this.addressOfLocation(this.delayed.location(i)) + this.delayed.part(i);
  }

  /** A result of a delayed instruction is known: what stores it, has its value. */
  fill(result: number, low: number, high: number, view: number): void {
    this.stores.fill(result, low, high, view);
  }

  /** A delayed instruction is executed. */
  finish(i: number): void {
    this.delayed.remove(i);
    this.stores.without(i);
  }

  /** The delayed loads that the store just made may overtake. */
  get overtaken(): number {
    return this.stores.overtaken;
  }

  /** The times at which the load may read, newest first, each with another outcome. */
  #cuts(halves: readonly number[], ordered: number, load: number): number[] {
    const { access, viewCells } = this;
    let oldest = 0;
    let newest = 0;
    for (const half of halves) {
      this.reads |= this.bitOf(half);
      const bound = Math.max(ordered, this.view[viewCells.coherence + half]);
      oldest = Math.max(oldest, this.messages.time(half, this.messages.newestAt(half, bound)));
      newest = Math.max(newest, this.messages.time(half, this.messages.count(half) - 1));
    }
    const isFailing = access.compares && !halves.some((half) => this.stores.has(half));
    if ((access.atomic && !isFailing) || this.sequential) return [newest];
    const cuts = new Set([oldest]);
    for (const half of halves) {
      if (this.stores.covered(half, load) === -1) continue;
      for (let i = 0; i < this.messages.count(half); i++) {
        if (this.messages.time(half, i) > oldest) cuts.add(this.messages.time(half, i));
      }
    }
    const sorted = [...cuts].sort((a, b) => b - a);
    return access.atomic ? sorted.filter((cut) => cut === newest || this.#fails(halves, cut)) : sorted;
  }

  /** Whether a CAS that reads at a time finds another value than it expects, so that it stores nothing. */
  #fails(halves: readonly number[], cut: number): boolean {
    const { expectedLow, expectedHigh } = this.access;
    const mask = this.partMask;
    const expected = [expectedLow << (31 - Math.clz32(mask & -mask)), expectedHigh];
    return halves.some((half, i) => {
      const value = this.messages.value(half, this.messages.newestAt(half, cut));
      return ((value ^ expected[i]) & mask) !== 0;
    });
  }

  /** Reads one word at a time, with this CPU's outstanding stores over it. */
  #take(location: number, cut: number): number {
    const { access, viewCells } = this;
    const view = this.view;
    let post = 0;
    let value = 0;
    const load = this.#satisfies;
    if (this.stores.covered(location, load) !== -1) {
      const i = this.messages.newestAt(location, cut);
      const time = this.messages.time(location, i);
      const forwards =
        time !== 0 &&
        view[viewCells.ownTime + location] === time &&
        !((access.acquire || access.acquirePc) && view[viewCells.ownExclusive + location] === 1);
      post = forwards ? view[viewCells.ownView + location] : time;
      value = this.messages.value(location, i);
      const last = this.messages.count(location) - 1;
      if (i < last) this.stale = Math.max(this.stale, this.messages.time(location, last));
      this.raise(viewCells.coherence + location, time);
    }
    for (const { value: stored, mask, view: depends } of this.stores.of(location, load)) {
      value = (value & ~mask) | (stored & mask);
      post = Math.max(post, depends);
    }
    this.result = Math.max(this.result, post);
    // DC is ordered after a load of its line, whatever the load itself is ordered after.
    if (location >= this.firstText) this.raise(viewCells.coherence + location, this.result);
    if (!access.noReturn) this.raise(viewCells.readOld, this.result);
    if (access.acquire || access.acquirePc) this.raise(viewCells.readNew, this.result);
    if (this.sequential) {
      this.raise(viewCells.readNew, this.result);
      this.raise(viewCells.control, this.result);
    }
    return value;
  }
}
