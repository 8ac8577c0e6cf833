import { formatAddress } from '@quiesce/insn';
import { type SharedCells, type ViewCells, sharedCells, viewCells } from './cells.ts';
import { MemoryError } from './errors.ts';
import type { MemoryMap } from './map.ts';
import type { TextPort } from './port.ts';

/**
 * How far a barrier reaches: `full` completes accesses and maintenance of every kind, `store` only stores,
 * `load` only loads, `none` is a full barrier whose domain does not include the other CPUs: it completes only what
 * concerns no other CPU.
 */
export type BarrierReach = 'full' | 'store' | 'load' | 'none';

/** Stands for versions, floors and everything else that the instruction side shares, in a set of shared things. */
export const textBit: number = 1 << 27;

/** Stands for shared data word `d`, and for some others: sets of shared things are bits of one number. */
export function dataBit(d: number): number {
  return 1 << (d % 27);
}

/**
 * What a CPU may fetch from each patchable word: versions and floors.
 *
 * Every word keeps its versions in coherence order. The *global floor* of a word is the oldest version that the
 * caches may supply to a CPU that refetches; a CPU's own *floor* is the oldest version that it may still execute,
 * because it may have fetched at any time since its last context synchronisation event and may execute again
 * without refetching (Arm ARM B2.7.4.2). No step of filling or evicting a cache is needed: it could only choose
 * inside the same range.
 *
 * The object works on the arrays that {@link attach} names and keeps no state of its own.
 */
export class InstructionSide implements TextPort {
  readonly map: MemoryMap;
  readonly sharedCells: SharedCells;
  readonly viewCells: ViewCells;
  /** Set when a method changed the shared state. */
  sharedChanged = false;
  /**
   * While set, nothing that other CPUs could notice or influence is done: {@link escaped} is set instead. So an
   * instruction can be tried out, and taken back if it turns out to concern others.
   */
  confined = false;
  /** Whether something was left undone because of {@link confined}. */
  escaped = false;
  /** What was read of the shared state since it was last cleared: {@link dataBit}s and {@link textBit}. */
  reads = 0;
  /** What was written, changed or not, likewise. */
  writes = 0;
  readonly #words: number;
  readonly #versions: number;
  #shared: Int32Array = new Int32Array(0);
  #view: Int32Array = new Int32Array(0);

  constructor(map: MemoryMap, shared: SharedCells = sharedCells(map), view: ViewCells = viewCells(map)) {
    this.map = map;
    this.sharedCells = shared;
    this.viewCells = view;
    this.#words = map.siteWords.length;
    this.#versions = map.maxVersions;
  }

  /** Whether the caller must do nothing, because it would reach beyond its own CPU. */
  escapes(): boolean {
    if (this.confined) this.escaped = true;
    return this.confined;
  }

  /** Names the arrays to work on: the shared state, and the view of one CPU (exactly its cells). */
  attach(shared: Int32Array, view: Int32Array): void {
    this.#shared = shared;
    this.#view = view;
  }

  /** Writes the initial shared state: one version of every site word, shared data as the map has it. */
  reset(shared: Int32Array): void {
    const { data, count, value } = this.sharedCells;
    for (const region of this.map.regions) {
      if (region.kind === 'shared') shared.set(region.words, data + region.firstWord);
    }
    this.map.siteWords.forEach((word, t) => {
      shared[count + t] = 1;
      shared[value + t * this.#versions] = word.initial;
    });
  }

  /** The number of versions of a site word. */
  versions(t: number): number {
    this.reads |= textBit;
    return this.#shared[this.sharedCells.count + t];
  }

  /** Version `v` of site word `t`, as a signed 32-bit word. */
  versionValue(t: number, v: number): number {
    this.reads |= textBit;
    return this.#shared[this.sharedCells.value + t * this.#versions + v];
  }

  /** The newest version of a site word: what a data access reads. */
  newest(t: number): number {
    return this.versionValue(t, this.versions(t) - 1);
  }

  /** The oldest version of a site word that the attached CPU may execute. */
  floor(t: number): number {
    return this.#view[this.viewCells.floor + t];
  }

  /**
   * The oldest version that a refetch may get. With DIC and IDC it is always the newest; with DIC alone the newest
   * that has been cleaned, because stores stay in the data cache until then.
   */
  globalFloor(t: number): number {
    const { DIC, IDC } = this.map.cache;
    this.reads |= textBit;
    if (DIC === 0) return this.#shared[this.sharedCells.globalFloor + t];
    return IDC === 1 ? this.versions(t) - 1 : this.#shared[this.sharedCells.cleaned + t];
  }

  /** Whether the attached CPU knows, for fetching, every write that is in its range of site word `t`. */
  knowsForFetching(t: number): boolean {
    return this.#view[this.viewCells.knownForFetch + t] >= this.versions(t) - 1;
  }

  /** The newest version of a site word that the attached CPU knows of; for fetching, or at all. */
  known(t: number, forFetching: boolean): number {
    const { known, knownForFetch } = this.viewCells;
    return this.#view[(forFetching ? knownForFetch : known) + t];
  }

  /** The newest version of a site word that has been cleaned to the Point of Unification. */
  cleaned(t: number): number {
    return this.#shared[this.sharedCells.cleaned + t];
  }

  /** The attached CPU has executed version `v` of site word `t`. */
  executed(t: number, v: number): void {
    if (v === 0) return;
    this.reads |= textBit;
    const { floor } = this.viewCells;
    const snapshot = this.sharedCells.snapshot + (t * this.#versions + v) * this.#words;
    for (let u = 0; u < this.#words; u++) this.#raise(floor + u, this.#shared[snapshot + u]);
    if (this.map.cache.DIC === 1) this.#raise(floor + t, v);
  }

  /**
   * The attached CPU stores a word of text. Writing the value that is already the newest is no modification.
   * Returns whether there is a new version.
   *
   * @throws {MemoryError} `too-many-versions`
   */
  write(t: number, value: number): boolean {
    if (this.escapes()) return false;
    this.writes |= textBit;
    const cells = this.sharedCells;
    const shared = this.#shared;
    const v = this.versions(t);
    if (this.newest(t) === value) return false;
    if (v === this.#versions) {
      throw new MemoryError(
        'too-many-versions',
        `the word at ${formatAddress(this.map.siteWords[t].address)} was modified ${v} times; raise maxVersions above ${this.#versions}`,
      );
    }
    this.#view[this.viewCells.known + t] = v;
    this.#openStore(t, v);
    const row = (t * this.#versions + v) * this.#words;
    for (let u = 0; u < this.#words; u++) {
      shared[cells.snapshot + row + u] = this.globalFloor(u);
      shared[cells.versionClock + row + u] = this.#view[this.viewCells.known + u];
    }
    shared[cells.value + t * this.#versions + v] = value;
    shared[cells.count + t] = v + 1;
    this.sharedChanged = true;
    return true;
  }

  /** Notes that a store is not complete. Where something needs cleaning, the clean is ordered after it already. */
  #openStore(t: number, v: number): void {
    if (this.map.cache.IDC === 0) return;
    const { openStore, lastOpenStore } = this.viewCells;
    const view = this.#view;
    // Another CPU's version in between makes the older stores of this one unimportant.
    view[openStore + t] = view[lastOpenStore + t] === v ? Math.abs(view[openStore + t]) : v + 1;
    view[lastOpenStore + t] = v + 1;
  }

  #completeStore(t: number): void {
    this.#view[this.viewCells.openStore + t] = 0;
    this.#view[this.viewCells.lastOpenStore + t] = 0;
  }

  /** The attached CPU reads, as data, the newest version of a site word and learns what its writer knew. */
  readText(t: number): number {
    if (this.escapes()) return 0;
    const v = this.versions(t) - 1;
    this.#learn(this.sharedCells.versionClock + (t * this.#versions + v) * this.#words);
    return this.versionValue(t, v);
  }

  /** The attached CPU reads shared data word `d` and learns what its writer knew. */
  readData(d: number): number {
    if (this.escapes()) return 0;
    this.reads |= dataBit(d);
    this.#learn(this.sharedCells.dataClock + d * this.#words);
    return this.#shared[this.sharedCells.data + d];
  }

  /** The attached CPU writes shared data word `d`. */
  writeData(d: number, value: number): void {
    if (this.escapes()) return;
    this.writes |= dataBit(d);
    const { data, dataClock } = this.sharedCells;
    const { known } = this.viewCells;
    this.#shared[data + d] = value;
    for (let u = 0; u < this.#words; u++) {
      this.#shared[dataClock + d * this.#words + u] = this.#view[known + u];
    }
    this.sharedChanged = true;
  }

  /**
   * DC CVAU or DC CIVAC of the line that holds site word `t`; takes effect at the next full DSB or DMB. With IDC
   * there is nothing to clean.
   */
  cleanLine(t: number): void {
    if (this.map.cache.IDC === 1 || this.escapes()) return;
    const line = this.map.siteWords[t].dataLine;
    for (let u = 0; u < this.#words; u++) {
      if (this.map.siteWords[u].dataLine === line) {
        this.#view[this.viewCells.pendingClean + u] = this.versions(u);
      }
    }
  }

  /** IC IVAU of the line that holds site word `t`; takes effect at the next full DSB. With DIC it does nothing. */
  invalidateLine(t: number): void {
    if (this.map.cache.DIC === 1 || this.escapes()) return;
    const line = this.map.siteWords[t].instructionLine;
    for (let u = 0; u < this.#words; u++) {
      if (this.map.siteWords[u].instructionLine === line)
        this.#invalidate(u, this.viewCells.pendingInvalidate);
    }
  }

  /**
   * IC IALLUIS (broadcast) or IC IALLU (this CPU only); takes effect at the next full DSB, for IC IALLU also at a
   * non-shareable one. With DIC it does nothing.
   */
  invalidateAll(broadcast: boolean): void {
    if (this.map.cache.DIC === 1 || this.escapes()) return;
    const pending = broadcast ? this.viewCells.pendingInvalidate : this.viewCells.pendingLocalInvalidate;
    for (let u = 0; u < this.#words; u++) this.#invalidate(u, pending);
  }

  /** What an IC that is issued now will remove is decided now: what is not complete yet may come after it. */
  #invalidate(u: number, pending: number): void {
    this.#raise(pending + u, this.#completeVersion(u) + 1);
  }

  /**
   * The newest version that is sure to be at the Point of Unification when the attached CPU's next IC or context
   * synchronisation event happens. A DMB orders neither after the CPU's own store or clean; a DSB does, and so does
   * a read that a DMB orders after them.
   */
  #completeVersion(u: number): number {
    const { openStore, lastOpenStore, cleanedBefore } = this.viewCells;
    if (this.map.cache.IDC === 1) {
      const versions = this.versions(u);
      const own = this.#view[lastOpenStore + u] === versions;
      return own ? Math.abs(this.#view[openStore + u]) - 2 : versions - 1;
    }
    this.reads |= textBit;
    const before = this.#view[cleanedBefore + u];
    return before === 0 ? this.#shared[this.sharedCells.cleaned + u] : before - 1;
  }

  /** DSB: completes stores, cleans and invalidations that its reach covers. */
  synchronize(reach: BarrierReach): void {
    if (reach === 'load' || !this.hasUncompleted() || this.escapes()) return;
    const { pendingClean, cleanedBefore, pendingInvalidate, pendingLocalInvalidate, localFloor } =
      this.viewCells;
    const view = this.#view;
    this.writes |= textBit;
    for (let u = 0; u < this.#words; u++) {
      if (reach !== 'none') this.#completeStore(u);
      if (reach === 'store') continue;
      this.#raise(localFloor + u, view[pendingLocalInvalidate + u] - 1);
      view[pendingLocalInvalidate + u] = 0;
      if (reach === 'none') continue;
      this.#clean(u);
      view[pendingClean + u] = 0;
      view[cleanedBefore + u] = 0;
      this.#raiseShared(this.sharedCells.globalFloor + u, view[pendingInvalidate + u] - 1);
      view[pendingInvalidate + u] = 0;
    }
  }

  /** DMB: orders earlier stores and cleans before later accesses, so other CPUs may rely on them. */
  order(reach: BarrierReach): void {
    if (reach !== 'full' || !this.hasUncompleted() || this.escapes()) return;
    const { openStore, pendingClean, cleanedBefore } = this.viewCells;
    const view = this.#view;
    this.writes |= textBit;
    for (let u = 0; u < this.#words; u++) {
      view[openStore + u] = -Math.abs(view[openStore + u]);
      const cleaned = this.#shared[this.sharedCells.cleaned + u];
      if (view[pendingClean + u] - 1 > cleaned && view[cleanedBefore + u] === 0) {
        view[cleanedBefore + u] = cleaned + 1;
      }
      this.#clean(u);
    }
  }

  /** Whether a DSB or DMB would change anything: the attached CPU has stores or maintenance under way. */
  hasUncompleted(): boolean {
    const { pendingClean, cleanedBefore, pendingInvalidate, pendingLocalInvalidate, openStore } =
      this.viewCells;
    const view = this.#view;
    for (let u = 0; u < this.#words; u++) {
      if (
        view[pendingClean + u] !== 0 ||
        view[cleanedBefore + u] !== 0 ||
        view[pendingInvalidate + u] !== 0 ||
        view[pendingLocalInvalidate + u] !== 0 ||
        view[openStore + u] !== 0
      ) {
        return true;
      }
    }
    return false;
  }

  /** A context synchronisation event: what was fetched before is discarded. */
  contextSynchronize(): void {
    if (this.escapes()) return;
    const { floor, known, knownForFetch, localFloor } = this.viewCells;
    const view = this.#view;
    for (let u = 0; u < this.#words; u++) {
      this.#raise(floor + u, this.map.cache.DIC === 1 ? this.#completeVersion(u) : this.globalFloor(u));
      this.#raise(floor + u, view[localFloor + u]);
      view[knownForFetch + u] = view[known + u];
    }
  }

  #clean(u: number): void {
    this.#raiseShared(this.sharedCells.cleaned + u, this.#view[this.viewCells.pendingClean + u] - 1);
  }

  /** A read: joins what the writer knew, and completes what a DMB has ordered before the read. */
  #learn(clock: number): void {
    const { known, openStore, cleanedBefore } = this.viewCells;
    const view = this.#view;
    for (let u = 0; u < this.#words; u++) {
      this.#raise(known + u, this.#shared[clock + u]);
      if (view[openStore + u] < 0) this.#completeStore(u);
      view[cleanedBefore + u] = 0;
    }
  }

  #raise(cell: number, version: number): void {
    if (version > this.#view[cell]) this.#view[cell] = version;
  }

  #raiseShared(cell: number, version: number): void {
    if (version > this.#shared[cell]) {
      this.#shared[cell] = version;
      this.sharedChanged = true;
    }
  }
}
