import { formatAddress } from '@quiesce/insn';
import { MemoryError } from './errors.ts';
import type { MemoryMap } from './map.ts';
import { type WeakSharedCells, maxMessages, never } from './weak-cells.ts';

/**
 * The messages of a machine under weak data, each with the time from which on it is visible to all. A location is a
 * data word, or behind the data words a site word, whose messages are its versions.
 */
export class Messages {
  /** What was forgotten, since the object was made, because messages are kept in limited number. */
  readonly bounds: Set<string> = new Set<string>();
  readonly #map: MemoryMap;
  readonly #cells: WeakSharedCells;
  readonly #data: number;
  readonly #versions: number;
  #shared: Int32Array = new Int32Array(0);

  constructor(map: MemoryMap, cells: WeakSharedCells) {
    this.#map = map;
    this.#cells = cells;
    this.#data = map.sharedWords;
    this.#versions = map.maxVersions;
  }

  attach(shared: Int32Array): void {
    this.#shared = shared;
  }

  /** Writes the initial contents of shared data: one message of each word, visible from the beginning. */
  reset(shared: Int32Array): void {
    const { data, messages, messageValue } = this.#cells;
    for (let d = 0; d < this.#data; d++) {
      shared[messages + d] = 1;
      shared[messageValue + d * maxMessages] = shared[data + d];
    }
  }

  /** The last time that was given out. */
  get now(): number {
    return this.#shared[this.#cells.now];
  }

  /** Gives out the next time. */
  next(): number {
    return ++this.#shared[this.#cells.now];
  }

  /** How many messages of a location are kept; the last is the newest. */
  count(location: number): number {
    const { messages, count } = this.#cells;
    return this.#shared[location < this.#data ? messages + location : count + location - this.#data];
  }

  /** When message `i` of a location became visible. */
  time(location: number, i: number): number {
    const { messageTime, versionTime } = this.#cells;
    return this.#shared[
      location < this.#data
        ? messageTime + location * maxMessages + i
        : versionTime + (location - this.#data) * this.#versions + i
    ];
  }

  /** The value of message `i` of a location. */
  value(location: number, i: number): number {
    const { messageValue, value } = this.#cells;
    return this.#shared[
      location < this.#data
        ? messageValue + location * maxMessages + i
        : value + (location - this.#data) * this.#versions + i
    ];
  }

  /** The newest message of a location at a time. */
  newestAt(location: number, time: number): number {
    let i = this.count(location) - 1;
    while (i > 0 && this.time(location, i) > time) i--;
    return i;
  }

  /**
   * Appends a message; returns whether a word of text was modified. Writing the newest value again modifies nothing.
   *
   * @throws {MemoryError} `too-many-versions`
   */
  append(location: number, value: number, time: number): boolean {
    if (location >= this.#data) return this.#appendVersion(location - this.#data, value, time);
    const shared = this.#shared;
    const { data, messages, messageValue, messageTime } = this.#cells;
    let n = shared[messages + location];
    if (n === maxMessages) {
      this.bounds.add(`values of one word that can still be read <= ${maxMessages}`);
      n--;
      for (const start of [messageValue, messageTime]) {
        const first = start + location * maxMessages;
        shared.copyWithin(first, first + 1, first + maxMessages);
      }
    }
    shared[data + location] = value;
    shared[messageValue + location * maxMessages + n] = value;
    shared[messageTime + location * maxMessages + n] = time;
    shared[messages + location] = n + 1;
    return false;
  }

  #appendVersion(t: number, value: number, time: number): boolean {
    const shared = this.#shared;
    const { count, value: values, versionTime, cleanTime, floorTime } = this.#cells;
    const v = shared[count + t];
    const row = t * this.#versions;
    if (shared[values + row + v - 1] === value) return false;
    if (v === this.#versions) {
      throw new MemoryError(
        'too-many-versions',
        `the word at ${formatAddress(this.#map.siteWords[t].address)} was modified ${v} times; raise maxVersions above ${this.#versions}`,
      );
    }
    shared[values + row + v] = value;
    shared[versionTime + row + v] = time;
    shared[cleanTime + row + v] = never;
    shared[floorTime + row + v] = never;
    shared[count + t] = v + 1;
    return true;
  }

  /** The newest version of a site word whose time, of the given kind, a view covers. */
  covered(kind: VersionTime, t: number, view: number): number {
    const row = this.#cells[kind] + t * this.#versions;
    let v = this.#shared[this.#cells.count + t] - 1;
    while (v > 0 && this.#shared[row + v] > view) v--;
    return v;
  }

  /** Whether version `v` of a site word has no time of this kind yet. */
  isOpen(kind: VersionTime, t: number, v: number): boolean {
    return this.#shared[this.#cells[kind] + t * this.#versions + v] === never;
  }

  /** Gives the versions before `count` of a site word a time, where they have none. */
  stamp(kind: VersionTime, t: number, count: number, time: number): void {
    const row = this.#cells[kind] + t * this.#versions;
    for (let v = 0; v < count; v++) if (this.#shared[row + v] === never) this.#shared[row + v] = time;
  }
}

/** When a version became visible, was clean to the Point of Unification, was all that caches could supply. */
export type VersionTime = 'versionTime' | 'cleanTime' | 'floorTime';
