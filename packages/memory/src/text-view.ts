import type { BarrierReach } from './instruction-side.ts';
import type { TextPort } from './port.ts';
import type { TextHistory } from './text-history.ts';

/** A store of this CPU that no barrier has completed, as 1 + version; `oldest` is negative after a DMB. */
interface OpenStore {
  readonly oldest: number;
  readonly newest: number;
}

/**
 * One CPU's side of a {@link TextHistory}: what it may still fetch, what it knows, and its maintenance under way. Words
 * are named by their index in the history.
 */
export class TextView implements TextPort {
  readonly history: TextHistory;
  readonly #cpu: number;
  /** For each CPU how many of its stores of text this one knows of. */
  readonly #known: number[];
  #knownForFetch: number[];
  /** Identity of {@link #known} among the remembered ones; -1 after a change. */
  #clock = 0;
  /** The clock that was joined last, to skip it. */
  #joined = 0;
  /** When the caches were refetched from, by context synchronisation and by executing a version. */
  #synchronized = 0;
  #executed = 0;
  /** Floors of single words. */
  readonly #own = new Map<number, number>();
  /** Words of which the last context synchronisation event was not sure to get the newest version. */
  #unsure = new Set<number>();
  readonly #localFloor = new Map<number, number>();
  readonly #pendingClean = new Map<number, number>();
  readonly #cleanedBefore = new Map<number, number>();
  readonly #pendingInvalidate = new Map<number, number>();
  readonly #pendingLocal = new Map<number, number>();
  readonly #open = new Map<number, OpenStore>();
  /** Whether a read completes something that a DMB has ordered before it. */
  #readCompletes = false;

  constructor(history: TextHistory, cpu: number) {
    this.history = history;
    this.#cpu = cpu;
    this.#known = new Array<number>(history.cpus).fill(0);
    this.#knownForFetch = [...this.#known];
  }

  /** The oldest version of a word that this CPU may execute. */
  floor(t: number): number {
    const time = this.#unsure.has(t) ? this.#executed : Math.max(this.#executed, this.#synchronized);
    return Math.max(this.#own.get(t) ?? 0, this.history.floorAt(t, time));
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
    if (this.history.cache.DIC === 1) this.#raise(this.#own, t, v);
  }

  /** This CPU stores a word of text. Returns whether there is a new version. */
  write(t: number, value: number): boolean {
    const { history } = this;
    const newest = history.newest(t);
    if (history.value(t, newest) === value) return false;
    history.write(t, value, this.#cpu, ++this.#known[this.#cpu]);
    this.#clock = -1;
    if (history.cache.IDC === 1) this.#openStore(t, newest + 1);
    return true;
  }

  #openStore(t: number, v: number): void {
    const open = this.#open.get(t);
    const oldest = open?.newest === v ? Math.abs(open.oldest) : v + 1;
    this.#open.set(t, { oldest, newest: v + 1 });
  }

  /** What this CPU knows, for the readers of what it writes. */
  get clock(): number {
    if (this.#clock < 0) this.#clock = this.history.remember(this.#known);
    return this.#clock;
  }

  /** This CPU reads what was written with a clock. */
  learn(clock: number): void {
    if (clock !== this.#joined) {
      if (this.history.join(this.#known, clock)) this.#clock = -1;
      this.#joined = clock;
    }
    if (this.#readCompletes) this.#complete();
  }

  #complete(): void {
    for (const [t, { oldest }] of this.#open) if (oldest < 0) this.#open.delete(t);
    this.#cleanedBefore.clear();
    this.#readCompletes = false;
  }

  /** DC of a line, given its modified words; with IDC there is nothing to clean. */
  cleanWords(words: readonly number[]): void {
    if (this.history.cache.IDC === 1) return;
    for (const t of words) this.#pendingClean.set(t, this.history.newest(t));
  }

  /** IC IVAU of a line, given its modified words. With DIC it does nothing. */
  invalidateWords(words: readonly number[]): void {
    if (this.history.cache.DIC === 1) return;
    for (const t of words) this.#raise(this.#pendingInvalidate, t, this.#completeVersion(t));
  }

  invalidateAll(broadcast: boolean): void {
    if (this.history.cache.DIC === 1) return;
    const pending = broadcast ? this.#pendingInvalidate : this.#pendingLocal;
    for (let t = 0; t < this.history.words; t++) this.#raise(pending, t, this.#completeVersion(t));
  }

  /** The newest version that is sure to be at the Point of Unification; see {@link InstructionSide}. */
  #completeVersion(t: number): number {
    const { history } = this;
    if (history.cache.IDC === 0) return this.#cleanedBefore.get(t) ?? history.cleaned(t);
    const newest = history.newest(t);
    const open = this.#open.get(t);
    return open?.newest === newest + 1 ? Math.abs(open.oldest) - 2 : newest;
  }

  synchronize(reach: BarrierReach): void {
    if (reach === 'load') return;
    if (reach !== 'none') this.#open.clear();
    if (reach === 'store') return;
    for (const [t, version] of this.#pendingLocal) this.#raise(this.#localFloor, t, version);
    this.#pendingLocal.clear();
    if (reach === 'none') return;
    this.#clean();
    this.#pendingClean.clear();
    this.#cleanedBefore.clear();
    for (const [t, version] of this.#pendingInvalidate) this.history.raise(t, version);
    this.#pendingInvalidate.clear();
    this.history.tick();
  }

  order(reach: BarrierReach): void {
    if (reach !== 'full') return;
    for (const [t, { oldest, newest }] of this.#open)
      this.#open.set(t, { oldest: -Math.abs(oldest), newest });
    for (const [t, version] of this.#pendingClean) {
      const cleaned = this.history.cleaned(t);
      if (version > cleaned && !this.#cleanedBefore.has(t)) this.#cleanedBefore.set(t, cleaned);
    }
    this.#clean();
    this.#readCompletes = this.#open.size > 0 || this.#cleanedBefore.size > 0;
  }

  contextSynchronize(): void {
    if (this.history.cache.DIC === 1) {
      const open = [...this.#open.keys(), ...this.#cleanedBefore.keys()];
      const sure = open.map((t) => [t, Math.max(this.floor(t), this.#completeVersion(t))] as const);
      for (const [t, version] of sure) this.#raise(this.#own, t, version);
      this.#unsure = new Set(open);
    }
    for (const [t, version] of this.#localFloor) this.#raise(this.#own, t, version);
    this.#synchronized = this.history.now;
    this.#knownForFetch = [...this.#known];
  }

  #clean(): void {
    for (const [t, version] of this.#pendingClean) this.history.clean(t, version);
    this.history.tick();
  }

  #raise(floors: Map<number, number>, t: number, version: number): void {
    if (version > (floors.get(t) ?? 0)) floors.set(t, version);
  }
}
