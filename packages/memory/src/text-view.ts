import type { BarrierReach } from './instruction-side.ts';
import type { TextPort } from './port.ts';
import { type TextHistory, cpuOf } from './text-history.ts';
import { WordNumbers } from './word-numbers.ts';

/**
 * What the loads and stores of a CPU look at, in cells of 32 bits: its own clock, twice, so that two words can be marked at
 * once, or -1 where it has none; and for each of 32 CPUs the newest of its clocks that this one has learned from. All of
 * these are -1 where the next load does more than learn.
 */
export const clockCells = { own: 0, learned: 2, length: 34 } as const;

/** Newer than every clock. */
const always = 0x7fff_ffff;

/**
 * One CPU's side of a {@link TextHistory}: what it may still fetch, what it knows, and its maintenance under way. Words
 * are named by their index in the history.
 */
export class TextView implements TextPort {
  readonly history: TextHistory;
  readonly #cpu: number;
  /** For each CPU how many of its stores of text this one knows of. */
  readonly #known: Int32Array;
  readonly #knownForFetch: Int32Array;
  /** See {@link clockCells}. */
  readonly #cells: Int32Array;
  /** What {@link clockCells.learned} says, or said before it was hidden. */
  readonly #learned: Int32Array;
  /** When the caches were refetched from, by context synchronisation and by executing a version. */
  #synchronized = 0;
  #executed = 0;
  /** Floors of single words. */
  readonly #own = new WordNumbers();
  /** Words of which the last context synchronisation event was not sure to get the newest version. */
  #unsure = new Set<number>();
  readonly #localFloor = new WordNumbers();
  readonly #pendingClean = new WordNumbers();
  readonly #cleanedBefore = new WordNumbers();
  readonly #pendingInvalidate = new WordNumbers();
  readonly #pendingLocal = new WordNumbers();
  /**
   * Stores of this CPU that no barrier has completed, as 1 + version: the oldest of each word, which is negative after a DMB,
   * and the newest.
   */
  readonly #openFrom = new WordNumbers();
  readonly #openTo = new WordNumbers();
  /** Whether a read completes something that a DMB has ordered before it. */
  #readCompletes = false;

  /** `cells` are for those who do the loads and stores themselves; see {@link clockCells}. */
  constructor(history: TextHistory, cpu: number, cells: Int32Array = new Int32Array(clockCells.length)) {
    this.history = history;
    this.#cpu = cpu;
    this.#cells = cells.fill(0);
    this.#learned = new Int32Array(clockCells.length - clockCells.learned);
    // Its own writes tell a CPU nothing.
    this.#learned[cpu] = always;
    this.#cells.set(this.#learned, clockCells.learned);
    this.#known = new Int32Array(history.cpus);
    this.#knownForFetch = new Int32Array(history.cpus);
  }

  /** The oldest version of a word that this CPU may execute. */
  floor(t: number): number {
    const time = this.#unsure.has(t) ? this.#executed : Math.max(this.#executed, this.#synchronized);
    return Math.max(this.#own.get(t, 0), this.history.floorAt(t, time));
  }

  /** Whether this CPU knows, for fetching, the newest version of a word. */
  knowsForFetching(t: number): boolean {
    const { history } = this;
    const v = history.newest(t);
    return v === 0 || history.sequence(t, v) <= this.#knownForFetch[history.writer(t, v)];
  }

  /** This CPU has executed version `v` of a word. */
  executed(t: number, v: number): void {
    if (v === 0) return;
    this.#executed = Math.max(this.#executed, this.history.stamp(t, v));
    if (this.history.cache.DIC === 1) this.#own.raise(t, v);
  }

  /** This CPU stores a word of text. Returns whether there is a new version. */
  write(t: number, value: number): boolean {
    const { history } = this;
    const newest = history.newest(t);
    if (history.value(t, newest) === value) return false;
    history.write(t, value, this.#cpu, ++this.#known[this.#cpu]);
    this.#setClock(-1);
    if (history.cache.IDC === 1) this.#openStore(t, newest + 1);
    return true;
  }

  #openStore(t: number, v: number): void {
    if (this.#openTo.get(t, 0) !== v) this.#openFrom.set(t, v + 1);
    else this.#openFrom.set(t, Math.abs(this.#openFrom.get(t, 0)));
    this.#openTo.set(t, v + 1);
  }

  /** What this CPU knows, for the readers of what it writes. */
  get clock(): number {
    const clock = this.#cells[clockCells.own];
    return clock < 0 ? this.#setClock(this.history.remember(this.#cpu, this.#known)) : clock;
  }

  #setClock(clock: number): number {
    this.#cells[clockCells.own] = clock;
    this.#cells[clockCells.own + 1] = clock;
    return clock;
  }

  /** This CPU reads what was written with a clock. */
  learn(clock: number): void {
    if (clock > this.#cells[clockCells.learned + cpuOf(clock)]) this.#learnMore(clock);
  }

  #learnMore(clock: number): void {
    const cpu = cpuOf(clock);
    if (this.#readCompletes) this.#complete();
    if (clock <= this.#learned[cpu]) return;
    this.#learned[cpu] = clock;
    this.#cells[clockCells.learned + cpu] = clock;
    if (this.history.join(this.#known, clock)) this.#setClock(-1);
  }

  #complete(): void {
    for (let i = this.#openFrom.size - 1; i >= 0; i--) {
      if (this.#openFrom.numberAt(i) > 0) continue;
      const t = this.#openFrom.wordAt(i);
      this.#openFrom.delete(t);
      this.#openTo.delete(t);
    }
    this.#cleanedBefore.clear();
    this.#readCompletes = false;
    this.#cells.set(this.#learned, clockCells.learned);
  }

  /** DC of a line, given its modified words; with IDC there is nothing to clean. */
  cleanWords(words: readonly number[]): void {
    if (this.history.cache.IDC === 1) return;
    for (const t of words) this.#pendingClean.set(t, this.history.newest(t));
  }

  /** IC IVAU of a line, given its modified words. With DIC it does nothing. */
  invalidateWords(words: readonly number[]): void {
    if (this.history.cache.DIC === 1) return;
    for (const t of words) this.#pendingInvalidate.raise(t, this.#completeVersion(t));
  }

  invalidateAll(broadcast: boolean): void {
    if (this.history.cache.DIC === 1) return;
    const pending = broadcast ? this.#pendingInvalidate : this.#pendingLocal;
    for (let t = 0; t < this.history.words; t++) pending.raise(t, this.#completeVersion(t));
  }

  /** The newest version that is sure to be at the Point of Unification; see {@link InstructionSide}. */
  #completeVersion(t: number): number {
    const { history } = this;
    if (history.cache.IDC === 0) return this.#cleanedBefore.get(t, history.cleaned(t));
    const newest = history.newest(t);
    return this.#openTo.get(t, 0) === newest + 1 ? Math.abs(this.#openFrom.get(t, 0)) - 2 : newest;
  }

  synchronize(reach: BarrierReach): void {
    if (reach === 'load') return;
    if (reach !== 'none') {
      this.#openFrom.clear();
      this.#openTo.clear();
    }
    if (reach === 'store') return;
    const local = this.#pendingLocal;
    for (let i = 0; i < local.size; i++) this.#localFloor.raise(local.wordAt(i), local.numberAt(i));
    local.clear();
    if (reach === 'none') return;
    this.#clean();
    this.#pendingClean.clear();
    this.#cleanedBefore.clear();
    const pending = this.#pendingInvalidate;
    for (let i = 0; i < pending.size; i++) this.history.raise(pending.wordAt(i), pending.numberAt(i));
    pending.clear();
    this.history.tick();
  }

  order(reach: BarrierReach): void {
    if (reach !== 'full') return;
    for (let i = 0; i < this.#openFrom.size; i++) {
      this.#openFrom.set(this.#openFrom.wordAt(i), -Math.abs(this.#openFrom.numberAt(i)));
    }
    for (let i = 0; i < this.#pendingClean.size; i++) {
      const t = this.#pendingClean.wordAt(i);
      const cleaned = this.history.cleaned(t);
      if (this.#pendingClean.numberAt(i) > cleaned && !this.#cleanedBefore.has(t)) {
        this.#cleanedBefore.set(t, cleaned);
      }
    }
    this.#clean();
    this.#readCompletes = this.#openFrom.size > 0 || this.#cleanedBefore.size > 0;
    if (this.#readCompletes) this.#cells.fill(-1, clockCells.learned);
    else this.#cells.set(this.#learned, clockCells.learned);
  }

  contextSynchronize(): void {
    if (this.history.cache.DIC === 1) this.#synchronizeOpen();
    const local = this.#localFloor;
    for (let i = 0; i < local.size; i++) this.#own.raise(local.wordAt(i), local.numberAt(i));
    this.#synchronized = this.history.now;
    this.#knownForFetch.set(this.#known);
  }

  /** With DIC alone what was stored is what is fetched, except of stores and cleans that are not complete. */
  #synchronizeOpen(): void {
    const open = [this.#openFrom, this.#cleanedBefore].flatMap((words) =>
      Array.from({ length: words.size }, (_, i) => words.wordAt(i)),
    );
    const sure = open.map((t) => [t, Math.max(this.floor(t), this.#completeVersion(t))] as const);
    for (const [t, version] of sure) this.#own.raise(t, version);
    this.#unsure = new Set(open);
  }

  #clean(): void {
    const pending = this.#pendingClean;
    for (let i = 0; i < pending.size; i++) this.history.clean(pending.wordAt(i), pending.numberAt(i));
    this.history.tick();
  }
}
