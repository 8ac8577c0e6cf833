import { DelayedInstructions } from './delayed-instructions.ts';
import { type BarrierReach, InstructionSide } from './instruction-side.ts';
import type { MemoryMap } from './map.ts';
import { Messages } from './messages.ts';
import { OutstandingStores } from './outstanding-stores.ts';
import {
  type WeakSharedCells,
  type WeakViewCells,
  maxOutstanding,
  never,
  maxDelayed,
  weakSharedCells,
  weakViewCells,
} from './weak-cells.ts';

/** What the instruction that executes next orders, and what it depends on (views: times). */
export interface Access {
  /** What the address depends on, as data. */
  address: number;
  /** The same with what selected it (CSEL and its kin): it orders stores, maintenance and ISB, not loads. */
  pick: number;
  /** What the stored value depends on. */
  data: number;
  /** LDAR, LDAXR, atomics with A. */
  acquire: boolean;
  /** LDAPR: not ordered after earlier store-releases. */
  acquirePc: boolean;
  /** STLR, STLXR, atomics with R. */
  release: boolean;
  /** Reads the newest message and makes its store visible at once: LSE atomics; of exclusives the store. */
  atomic: boolean;
  /** LDXR and its kin. */
  exclusive: boolean;
  /** ST<op>: barriers for loads do not order the read. */
  noReturn: boolean;
  /** A load that nothing keeps from being satisfied later than instructions behind it. */
  delayable: boolean;
  /** The result of a delayed instruction that a store stores, or 0. */
  source: number;
}

/** A store that became visible. */
export interface Propagation {
  readonly time: number;
  readonly address: number;
  readonly size: number;
  /** The site of which a word was modified, or -1. */
  readonly site: number;
}

/**
 * Weak data in the manner of Promising-Arm's views (Pulte and others, PLDI 2019), and instruction fetch on the same
 * line of time.
 *
 * A store becomes *outstanding*, and visible later, in a step of its own, as a message with the next time. A load reads
 * any message of its location that no newer one hides which is ordered before the load: its view. Barriers, acquire and
 * dependencies raise views. Versions of text, completed cleans and completed invalidations have times as well, so that
 * a CPU's floors are what is up to its view for fetching, which only context synchronisation and execution of newer text
 * raise.
 *
 * A load may also be *delayed*: it reads later, in a step of its own, and stores behind it may be visible before.
 * What is ordered after it waits for it. A byte or halfword shares its word's order.
 */
export class WeakOrder extends InstructionSide {
  declare readonly sharedCells: WeakSharedCells;
  declare readonly viewCells: WeakViewCells;
  readonly access: Access = {
    address: 0,
    pick: 0,
    data: 0,
    acquire: false,
    acquirePc: false,
    release: false,
    atomic: false,
    exclusive: false,
    noReturn: false,
    delayable: false,
    source: 0,
  };
  /** How many messages the load could have read. */
  alternatives = 1;
  /** The instruction must wait until stores are visible; nothing of what it did counts. */
  waits = false;
  /** The delayed loads that it waits for, as bits. */
  blockers = 0;
  /** The load could be delayed, as the last of {@link alternatives}. */
  delayable = false;
  /** The first location of a load that is delayed, else -1. */
  delayedAt = -1;
  /** What that load is ordered after. */
  delayedOrdered = 0;
  /** The store is not visible yet. */
  pended = false;
  /** Where the load did not read the newest message: the time of that, else 0. */
  stale = 0;
  /** What the value that was read depends on. */
  result = 0;
  /** Bits of the word that the access writes. */
  partMask = -1;
  /** The access has 8 bytes. */
  wide = false;
  /** Everything is read newest and visible at once: the restriction that is tier 1. */
  sequential = false;
  /** Every load that may be delayed is. */
  looksAhead = false;
  readonly delayed: DelayedInstructions;
  readonly #data: number;
  readonly #words: number;
  readonly #messages: Messages;
  readonly #stores: OutstandingStores;
  #v: Int32Array = new Int32Array(0);
  #alternative = 0;
  #second = -1;
  #cut = 0;
  #satisfies = -1;
  #secondStore = -1;
  #storeTime = 0;

  constructor(map: MemoryMap) {
    super(map, weakSharedCells(map), weakViewCells(map));
    this.#data = map.sharedWords;
    this.#words = map.siteWords.length;
    this.#messages = new Messages(map, this.sharedCells);
    this.#stores = new OutstandingStores(this.viewCells);
    this.delayed = new DelayedInstructions(this.viewCells);
  }

  override attach(shared: Int32Array, view: Int32Array): void {
    super.attach(shared, view);
    this.#messages.attach(shared);
    this.#stores.attach(view);
    this.delayed.attach(view);
    this.#v = view;
  }

  override reset(shared: Int32Array): void {
    super.reset(shared);
    this.#messages.reset(shared);
  }

  /** What was left out, since the object was made, because messages and stores are kept in limited number. */
  get bounds(): readonly string[] {
    const crowded = this.#stores.crowded ? [`outstanding stores of a CPU <= ${maxOutstanding} words`] : [];
    const delayed = this.delayed.crowded ? [`delayed instructions of a CPU <= ${maxDelayed}`] : [];
    return [...this.#messages.bounds, ...crowded, ...delayed];
  }

  /** Announces an instruction; {@link access} says what it orders. */
  begin(alternative: number): void {
    this.#alternative = alternative;
    this.alternatives = 1;
    this.waits = false;
    this.blockers = 0;
    this.delayable = false;
    this.delayedAt = -1;
    this.#satisfies = -1;
    this.pended = false;
    this.stale = 0;
    this.result = 0;
    this.#second = -1;
    this.#secondStore = -1;
  }

  /** Everything that a DSB of the attached CPU has completed: ordered before the events and interrupts that it sends. */
  get completed(): number {
    return this.#v[this.viewCells.complete];
  }

  /** The attached CPU takes an interrupt that another CPU sent, or consumes an event: it comes after what that did. */
  receives(what: 'interrupt' | 'event'): void {
    const { interrupt, event, complete, readNew } = this.viewCells;
    if (what === 'event') this.raise(readNew, this.#v[event]);
    else this.raise(complete, this.#v[interrupt]);
    this.#v[what === 'event' ? event : interrupt] = 0;
  }

  /** Time of the last store that became visible. */
  get now(): number {
    return this.#messages.now;
  }

  /** Raises one of the attached CPU's views. */
  raise(cell: number, time: number): void {
    if (time > this.#v[cell]) this.#v[cell] = time;
  }

  /** The instruction must wait: for delayed loads, as bits, or for stores. */
  wait(blockers = 0): void {
    this.waits = true;
    this.blockers |= blockers;
    if (this.confined) this.escaped = true;
  }

  /** What the attached CPU does now is known to others, and comes behind its delayed loads. */
  overtakes(): void {
    this.delayed.overtake(this.delayed.loads);
  }

  // Loads.

  override readData(d: number): number {
    return this.#read(d);
  }

  override readText(t: number): number {
    return this.#read(this.#data + t);
  }

  #read(location: number): number {
    const { access, viewCells } = this;
    const view = this.#v;
    if (location === this.#second) {
      this.#second = -1;
      return this.delayedAt >= 0 ? 0 : this.#take(location, this.#cut);
    }
    const halves = this.wide && location < this.#data ? [location, location + 1] : [location];
    const load = this.#satisfies;
    const mayDelay = access.delayable && !this.sequential && halves.length === (this.wide ? 2 : 1);
    this.delayable = mayDelay && this.delayed.hasRoom(!this.looksAhead);
    if (!(this.looksAhead && this.delayable) && this.escapes()) return 0;
    if (access.acquire && this.#stores.hasRelease) {
      this.wait();
      return 0;
    }
    const ordered =
      load >= 0
        ? this.delayed.ordered(load)
        : Math.max(view[viewCells.readNew], access.address, access.acquire ? view[viewCells.release] : 0);
    this.raise(viewCells.address, access.pick);
    const isHeld = load < 0 && this.#isHeld(halves);
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

  /** Whether loads of these locations must wait: for earlier loads of them, or for the value of an own store. */
  #isHeld(halves: readonly number[]): boolean {
    return halves.some(
      (half) => this.delayed.at(half) !== 0 || this.#stores.of(half, -1).some(({ source }) => source !== 0),
    );
  }

  // Delayed loads.

  /**
   * The delayed loads that may be satisfied now. One that nothing has overtaken could have been satisfied when it was
   * delayed, so it is only if the CPU can do nothing else (`isIdle`), or if a store waits for one.
   */
  satisfiable(isIdle: boolean): number[] {
    if (this.delayed.isEmpty) return [];
    const any = isIdle || this.#stores.isDelayed;
    const found: number[] = [];
    for (let i = 0; i < this.delayed.count; i++) {
      if (this.delayed.location(i) < 0 || !(any || this.delayed.isOvertaken(i))) continue;
      const isFirst = this.#halvesOf(i).every((half) => {
        const earlier = this.delayed.at(half) & ((1 << i) - 1);
        return earlier === 0 && this.#stores.of(half, i).every(({ source }) => source === 0);
      });
      if (isFirst) found.push(i);
    }
    return found;
  }

  /** How many values a delayed load may read. */
  readable(i: number): number {
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

  /** Where a delayed load reads. */
  addressOf(i: number): number {
    return this.#addressOf(this.delayed.location(i)) + this.delayed.part(i);
  }

  /** A result of a delayed instruction is known: what stores it, has its value. */
  fill(result: number, low: number, high: number, view: number): void {
    this.#stores.fill(result, low, high, view);
  }

  /** A delayed instruction is executed. */
  finish(i: number): void {
    this.delayed.remove(i);
    this.#stores.without(i);
  }

  /** The delayed loads that the store just made may overtake. */
  get overtaken(): number {
    return this.#stores.overtaken;
  }

  /** The times at which the load may read, newest first, each with another outcome. */
  #cuts(halves: readonly number[], ordered: number, load: number): number[] {
    const { access, viewCells } = this;
    let oldest = 0;
    let newest = 0;
    for (const half of halves) {
      const bound = Math.max(ordered, this.#v[viewCells.coherence + half]);
      oldest = Math.max(oldest, this.#messages.time(half, this.#messages.newestAt(half, bound)));
      newest = Math.max(newest, this.#messages.time(half, this.#messages.count(half) - 1));
    }
    if (access.atomic || this.sequential) return [newest];
    const cuts = new Set([oldest]);
    for (const half of halves) {
      if (this.#stores.covered(half, load) === -1) continue;
      for (let i = 0; i < this.#messages.count(half); i++) {
        if (this.#messages.time(half, i) > oldest) cuts.add(this.#messages.time(half, i));
      }
    }
    return [...cuts].sort((a, b) => b - a);
  }

  /** Reads one word at a time, with this CPU's outstanding stores over it. */
  #take(location: number, cut: number): number {
    const { access, viewCells } = this;
    const view = this.#v;
    let post = 0;
    let value = 0;
    const load = this.#satisfies;
    if (this.#stores.covered(location, load) !== -1) {
      const i = this.#messages.newestAt(location, cut);
      const time = this.#messages.time(location, i);
      const forwards =
        time !== 0 &&
        view[viewCells.ownTime + location] === time &&
        !((access.acquire || access.acquirePc) && view[viewCells.ownExclusive + location] === 1);
      post = forwards ? view[viewCells.ownView + location] : time;
      value = this.#messages.value(location, i);
      const last = this.#messages.count(location) - 1;
      if (i < last) this.stale = Math.max(this.stale, this.#messages.time(location, last));
      this.raise(viewCells.coherence + location, time);
    }
    for (const { value: stored, mask, view: depends } of this.#stores.of(location, load)) {
      value = (value & ~mask) | (stored & mask);
      post = Math.max(post, depends);
    }
    this.result = Math.max(this.result, post);
    // DC is ordered after a load of its line, whatever the load itself is ordered after.
    if (location >= this.#data) this.raise(viewCells.coherence + location, this.result);
    if (!access.noReturn) this.raise(viewCells.readOld, this.result);
    if (access.acquire || access.acquirePc) this.raise(viewCells.readNew, this.result);
    if (this.sequential) {
      this.raise(viewCells.readNew, this.result);
      this.raise(viewCells.control, this.result);
    }
    return value;
  }

  // Stores.

  override writeData(d: number, value: number): void {
    this.#write(d, value);
  }

  override write(t: number, value: number): boolean {
    // That a word is about to be patched is a state of its own.
    if (this.escapes()) return false;
    return this.#write(this.#data + t, value);
  }

  /** Returns whether a word of text was modified now. */
  #write(location: number, value: number): boolean {
    const { access, viewCells } = this;
    const joined = location === this.#secondStore;
    this.#secondStore = this.wide && !joined ? location + 1 : -1;
    this.raise(viewCells.address, access.pick);
    if (access.atomic || this.sequential) {
      if (this.escapes()) return false;
      if (this.#stores.has(location) || (access.release && !this.#stores.isEmpty)) {
        this.wait();
        return false;
      }
      const loads = access.release ? this.delayed.loads : this.delayed.at(location);
      if (loads !== 0) {
        this.wait(loads);
        return false;
      }
      this.overtakes();
      if (!joined) this.#storeTime = this.#next();
      const modified = this.#messages.append(location, value, this.#storeTime);
      this.#made(location, this.#storeTime, Math.max(access.address, access.data), access.release);
      this.#v[viewCells.ownExclusive + location] = access.atomic ? 1 : 0;
      if (access.acquire && access.release) this.raise(viewCells.readNew, this.#storeTime);
      return modified;
    }
    const view = Math.max(access.address, access.data);
    const { release, source } = access;
    const after = this.delayed.loads;
    const waits = release ? after : this.delayed.at(location);
    const word = { location, value, mask: this.partMask, view, release, after, waits, source };
    if (!this.#stores.add(word, joined, this.wide && !joined ? 2 : 1)) this.wait();
    else this.pended = true;
    return false;
  }

  #next(): number {
    this.sharedChanged = true;
    return this.#messages.next();
  }

  /** The attached CPU's store of a location became visible. */
  #made(location: number, time: number, depends: number, release: boolean): void {
    const { writeOld, coherence, ownTime, ownView, release: released } = this.viewCells;
    this.raise(writeOld, time);
    this.raise(coherence + location, time);
    this.#v[ownTime + location] = time;
    this.#v[ownView + location] = depends;
    if (release) this.raise(released, time);
  }

  /** The outstanding stores of the attached CPU that may become visible now, by their place in its program order. */
  propagatable(): number[] {
    return this.#stores.ready();
  }

  /** Makes an outstanding store visible. */
  propagate(i: number): Propagation {
    const { pendingClean, ownExclusive } = this.viewCells;
    const words = this.#stores.take(i);
    // DC is ordered before a later store of its line.
    const isCleaned = words.some(
      ({ location }) => location >= this.#data && this.#v[pendingClean + location - this.#data] !== 0,
    );
    if (isCleaned) this.#completeCleans();
    const time = this.#next();
    this.delayed.overtake(words[0].after);
    let site = -1;
    for (const { location, value, mask, view, release } of words) {
      const old = this.#messages.value(location, this.#messages.count(location) - 1);
      if (this.#messages.append(location, (old & ~mask) | (value & mask), time)) {
        site = this.map.siteWords[location - this.#data].site;
      }
      this.#made(location, time, view, release);
      this.#v[ownExclusive + location] = 0;
    }
    return { time, address: this.#addressOf(words[0].location), size: 4 * words.length, site };
  }

  #addressOf(location: number): number {
    if (location >= this.#data) return this.map.siteWords[location - this.#data].address;
    const region = this.map.regions.find(
      ({ kind, firstWord, words }) =>
        kind === 'shared' && location >= firstWord && location < firstWord + words.length,
    );
    return region === undefined ? 0 : region.base + 4 * (location - region.firstWord);
  }

  // Barriers.

  override hasUncompleted(): boolean {
    return !this.#stores.isEmpty || this.#hasMaintenance();
  }

  #hasMaintenance(): boolean {
    const { pendingClean, pendingInvalidate } = this.viewCells;
    for (let u = 0; u < this.#words; u++) {
      if (this.#v[pendingClean + u] !== 0 || this.#v[pendingInvalidate + u] !== 0) return true;
    }
    return false;
  }

  #waitsForLoads(): boolean {
    if (this.delayed.isEmpty) return false;
    this.wait(this.delayed.loads);
    return true;
  }

  override order(reach: BarrierReach): void {
    const { readOld, writeOld, readNew, full } = this.viewCells;
    const view = this.#v;
    if ((reach === 'full' || reach === 'store') && !this.#stores.isEmpty) {
      this.wait();
      return;
    }
    if (reach === 'store') return;
    if (this.#waitsForLoads()) return;
    this.raise(readNew, view[readOld]);
    if (reach !== 'full') return;
    if (this.#completeCleans()) return;
    this.raise(readNew, view[writeOld]);
    this.raise(full, view[readNew]);
  }

  override synchronize(reach: BarrierReach): void {
    const { readOld, writeOld, readNew, maintain, complete, localFloor, pendingLocalInvalidate } =
      this.viewCells;
    const { pendingInvalidate } = this.viewCells;
    const view = this.#v;
    if ((reach === 'full' || reach === 'store') && !this.#stores.isEmpty) {
      this.wait();
      return;
    }
    if (reach !== 'store' && this.#waitsForLoads()) return;
    if (reach === 'full' || reach === 'none') {
      for (let u = 0; u < this.#words; u++) {
        this.raise(localFloor + u, view[pendingLocalInvalidate + u] - 1);
        view[pendingLocalInvalidate + u] = 0;
      }
    }
    let time = reach === 'store' ? view[writeOld] : view[readOld];
    if (reach === 'full') {
      if (this.#hasMaintenance()) {
        if (this.escapes()) return;
        this.#completeCleans();
        const completed = this.#next();
        for (let u = 0; u < this.#words; u++) {
          this.#messages.stamp('floorTime', u, view[pendingInvalidate + u], completed);
          view[pendingInvalidate + u] = 0;
        }
        this.raise(writeOld, completed);
      }
      time = Math.max(time, view[writeOld], view[readNew], view[maintain]);
    }
    for (const cell of [readNew, maintain, complete]) this.raise(cell, time);
  }

  /** What DC has cleaned is at the Point of Unification. Returns whether it had to be left undone. */
  #completeCleans(): boolean {
    const { pendingClean, writeOld } = this.viewCells;
    let time = 0;
    for (let u = 0; u < this.#words; u++) {
      if (this.#v[pendingClean + u] === 0) continue;
      if (this.escapes()) return true;
      if (time === 0) time = this.#next();
      this.#messages.stamp('cleanTime', u, this.#v[pendingClean + u], time);
      this.#v[pendingClean + u] = 0;
    }
    this.raise(writeOld, time);
    return false;
  }

  // The instruction side.

  override globalFloor(t: number): number {
    return this.#floorAt(t, never - 1);
  }

  #floorAt(t: number, view: number): number {
    const { DIC, IDC } = this.map.cache;
    const kind = DIC === 0 ? 'floorTime' : IDC === 1 ? 'versionTime' : 'cleanTime';
    return this.#messages.covered(kind, t, view);
  }

  override floor(t: number): number {
    const { fetch, appliedFloor } = this.viewCells;
    return Math.max(this.#v[appliedFloor + t], this.#floorAt(t, this.#v[fetch]));
  }

  override known(t: number, forFetching: boolean): number {
    const { contextView, readOld, readNew, writeOld } = this.viewCells;
    const view = this.#v;
    const time = forFetching ? view[contextView] : Math.max(view[readOld], view[readNew], view[writeOld]);
    return this.#messages.covered('versionTime', t, time);
  }

  override cleaned(t: number): number {
    return this.#messages.covered('cleanTime', t, never - 1);
  }

  override knowsForFetching(t: number): boolean {
    return this.#messages.time(this.#data + t, this.versions(t) - 1) <= this.#v[this.viewCells.contextView];
  }

  override executed(t: number, v: number): void {
    if (v === 0) return;
    const time = this.#messages.time(this.#data + t, v);
    const { fetch, readNew, maintain } = this.viewCells;
    for (const cell of [fetch, readNew, maintain]) this.raise(cell, time);
  }

  override contextSynchronize(): void {
    const { control, address, complete, readNew, maintain, fetch, contextView } = this.viewCells;
    const { localFloor, appliedFloor } = this.viewCells;
    const view = this.#v;
    const time = Math.max(view[control], view[address], view[complete]);
    for (const cell of [readNew, maintain, fetch, contextView]) this.raise(cell, time);
    for (let u = 0; u < this.#words; u++) this.raise(appliedFloor + u, view[localFloor + u]);
  }

  override cleanLine(t: number): void {
    if (this.map.cache.IDC === 1) return;
    const { coherence, maintain, full, control, pendingClean } = this.viewCells;
    const view = this.#v;
    const line = this.#line(t, 'dataLine');
    if (line.some((u) => this.#stores.has(this.#data + u) || this.delayed.at(this.#data + u) !== 0)) {
      for (const u of line) this.wait(this.delayed.at(this.#data + u));
      return;
    }
    let time = Math.max(view[maintain], view[full], view[control], this.access.pick);
    for (const u of line) time = Math.max(time, view[coherence + this.#data + u]);
    for (const u of line) {
      const v = this.#messages.covered('versionTime', u, time);
      if (this.#messages.isOpen('cleanTime', u, v)) this.raise(pendingClean + u, v + 1);
    }
  }

  override invalidateLine(t: number): void {
    if (this.map.cache.DIC === 1) return;
    for (const u of this.#line(t, 'instructionLine')) this.#invalidate(u, this.viewCells.pendingInvalidate);
  }

  override invalidateAll(broadcast: boolean): void {
    if (this.map.cache.DIC === 1) return;
    const { pendingInvalidate, pendingLocalInvalidate } = this.viewCells;
    for (let u = 0; u < this.#words; u++)
      this.#invalidate(u, broadcast ? pendingInvalidate : pendingLocalInvalidate);
  }

  #line(t: number, kind: 'dataLine' | 'instructionLine'): number[] {
    const { siteWords } = this.map;
    return siteWords.flatMap((word, u) => (word[kind] === siteWords[t][kind] ? [u] : []));
  }

  #invalidate(u: number, pending: number): void {
    const { maintain, control } = this.viewCells;
    const time = Math.max(this.#v[maintain], this.#v[control], this.access.pick);
    const v = this.#messages.covered(this.map.cache.IDC === 1 ? 'versionTime' : 'cleanTime', u, time);
    if (v > 0) this.raise(pending + u, v + 1);
  }
}
