import type { Propagation } from './access.ts';
import { resultOf } from './delayed-instructions.ts';
import { WeakText } from './weak-text.ts';

/**
 * Stores under weak data. A store is *outstanding* first, and becomes visible later, in a step of its own, as a message with
 * the next time. That of an atomic or an exclusive locks its word in between, so that nobody else stores there; where it
 * both acquires and releases it is visible at once, since everything behind it comes after it.
 */
export class WeakStores extends WeakText {
  /** The store is not visible yet. */
  pended = false;
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
  /** The first location of a load that is delayed, else -1. */
  delayedAt = -1;
  #second = -1;
  #time = 0;

  /** Announces a store. */
  protected beginStore(): void {
    this.pended = false;
    this.#second = -1;
  }

  /** What the attached CPU does now is known to others, and comes behind its delayed loads. */
  overtakes(): void {
    this.delayed.overtake(this.delayed.loads);
  }

  override writeData(d: number, value: number): void {
    this.#write(d, value);
  }

  override write(t: number, value: number): boolean {
    // That a word is about to be patched is a state of its own.
    if (this.escapes()) return false;
    return this.#write(this.firstText + t, value);
  }

  /** Returns whether a word of text was modified now. */
  #write(location: number, value: number): boolean {
    const { access, viewCells } = this;
    const joined = location === this.#second;
    this.#second = this.wide && !joined ? location + 1 : -1;
    this.raise(viewCells.address, access.pick);
    if (this.delayedAt >= 0) {
      this.#pend(location, value, joined, 1 << this.delayed.count);
      return false;
    }
    const own = access.atomic && access.exclusive ? this.delayed.exclusiveAt(location) : -1;
    if (own >= 0) {
      this.#pair(own, location, value, joined);
      return false;
    }
    if (access.atomic && access.source !== 0) {
      this.wait(access.awaited);
      return false;
    }
    if (access.atomic || this.sequential) {
      if (this.escapes()) return false;
      this.writes |= this.bitOf(location);
      const isLate = access.release && !joined && !this.stores.isEmpty;
      if (this.stores.has(location) || isLate || this.isLocked(location)) {
        this.wait();
        return false;
      }
      const loads = access.release ? this.delayed.loads : this.delayed.at(location);
      if (loads !== 0) {
        this.wait(loads);
        return false;
      }
      if (!this.sequential && !(access.acquire && access.release)) {
        this.#pend(location, value, joined);
        if (!this.pended) return false;
        this.lock(location);
        return false;
      }
      this.overtakes();
      if (!joined) this.#time = this.next();
      const modified = this.messages.append(location, value, this.#time);
      this.#made(location, this.#time, this.#depends(), access.release);
      this.view[viewCells.ownExclusive + location] = access.atomic ? 1 : 0;
      if (access.acquire && access.release) this.raise(viewCells.readNew, this.#time);
      return modified;
    }
    this.#pend(location, value, joined);
    return false;
  }

  /** Makes a store-exclusive outstanding whose load is delayed: together they are an atomic that is delayed. */
  #pair(own: number, location: number, value: number, joined: boolean): void {
    // Whether the monitor is still held depends on the others.
    if (!this.looksAhead && this.escapes()) return;
    // The second word of a doubleword goes the way of the first.
    if (joined) {
      if (!this.waits) this.#pend(location, value, joined);
      return;
    }
    const { release, awaited } = this.access;
    // The lock is held from the load on, so nothing but the load may keep the store.
    const later = release ? this.delayed.loads & ~((2 << own) - 1) : 0;
    const others = later | (awaited & ~(1 << own));
    const isBehind = (of: number): boolean => this.stores.isBehind(own, release ? -1 : of);
    if (others !== 0 || isBehind(location) || (this.wide && isBehind(location + 1))) this.wait(others);
    else {
      this.delayed.pair(own, release);
      this.#pend(location, value, joined);
    }
  }

  /** What the address and the value of a store depend on. */
  #depends(): number {
    const { address, data, computes } = this.access;
    return Math.max(address, data, computes ? this.result : 0);
  }

  /**
   * Makes a store outstanding, or waits for room.
   *
   * @param own The load of the same atomic, which is delayed as the next one, as a bit.
   */
  #pend(location: number, value: number, joined: boolean, own = 0): void {
    const { release, atomic, computes } = this.access;
    // What the atomic computes comes behind its load.
    const source = own !== 0 && computes ? resultOf(this.delayed.count + 1, 0) : this.access.source;
    const view = this.#depends();
    const after = this.delayed.loads | own;
    const waits = release ? after : this.delayed.at(location) | own;
    const word = { location, value, mask: this.partMask, view, release, atomic, after, waits, source };
    if (!this.stores.add(word, joined, this.wide && !joined ? 2 : 1)) this.wait();
    else this.pended = true;
  }

  /** An atomic of the attached CPU has read a location: nobody else stores there until its store is visible. */
  protected lock(location: number): void {
    this.writes |= this.bitOf(location);
    this.shared[this.sharedCells.locks + location] = 1;
    this.sharedChanged = true;
  }

  /** Whether an atomic of some CPU has read a location and its store is outstanding. */
  protected isLocked(location: number): boolean {
    this.reads |= this.bitOf(location);
    return this.shared[this.sharedCells.locks + location] !== 0;
  }

  /** The attached CPU's store of a location became visible. */
  #made(location: number, time: number, depends: number, release: boolean): void {
    const { writeOld, coherence, ownTime, ownView, release: released } = this.viewCells;
    this.raise(writeOld, time);
    this.raise(coherence + location, time);
    this.view[ownTime + location] = time;
    this.view[ownView + location] = depends;
    if (release) this.raise(released, time);
  }

  /** The outstanding stores of the attached CPU that may become visible now, by their place in its program order. */
  propagatable(): number[] {
    return this.stores.ready((location) => this.isLocked(location));
  }

  /** Makes an outstanding store visible. */
  propagate(i: number): Propagation {
    const { pendingClean, ownExclusive } = this.viewCells;
    const words = this.stores.take(i);
    // DC is ordered before a later store of its line.
    const isCleaned = words.some(
      ({ location }) =>
        location >= this.firstText && this.view[pendingClean + location - this.firstText] !== 0,
    );
    if (isCleaned) this.completeCleans();
    const time = this.next();
    this.delayed.overtake(words[0].after);
    let site = -1;
    for (const { location, value, mask, view, release, atomic } of words) {
      this.writes |= this.bitOf(location);
      const old = this.messages.value(location, this.messages.count(location) - 1);
      if (this.messages.append(location, (old & ~mask) | (value & mask), time)) {
        site = this.map.siteWords[location - this.firstText].site;
      }
      this.#made(location, time, view, release);
      this.view[ownExclusive + location] = atomic ? 1 : 0;
      if (atomic) this.shared[this.sharedCells.locks + location] = 0;
    }
    return { time, address: this.addressOfLocation(words[0].location), size: 4 * words.length, site };
  }

  protected addressOfLocation(location: number): number {
    if (location >= this.firstText) return this.map.siteWords[location - this.firstText].address;
    const region = this.map.regions.find(
      ({ kind, firstWord, words }) =>
        kind === 'shared' && location >= firstWord && location < firstWord + words.length,
    );
    return region === undefined ? 0 : region.base + 4 * (location - region.firstWord);
  }
}
