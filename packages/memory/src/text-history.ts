import type { CacheType } from './cache-type.ts';
import { WordHistory } from './word-history.ts';

/**
 * The text that a run has modified, for runs that modify many words: what all CPUs share of the instruction side.
 *
 * The rules are those of {@link InstructionSide}, kept in another form. There every word has a floor for every CPU, and
 * every version a copy of all floors. Here time is counted. The floors of the caches only rise, so all of them at one time
 * are that time, and the greater of two sets of floors is the later time. And a CPU that knows a write knows every write that
 * the same CPU made before, so all that it knows is one number for each CPU. The price is that a state has no normal
 * form: this is for simulation, not for a search.
 */
export class TextHistory {
  readonly cache: CacheType;
  readonly cpus: number;
  /** Words by index, in the order in which they were first modified. */
  readonly words: WordHistory[] = [];
  /** Index of each word in {@link words}, by its key. */
  readonly #byKey: Int32Array;
  readonly #keys: number[] = [];
  /** What writers knew: {@link cpus} numbers for each identity. Identity 0 knows nothing. */
  readonly #clocks: number[];
  #time = 0;

  /** `size` is the number of words that can be modified, each known by a key below it. */
  constructor(cache: CacheType, cpus: number, size: number) {
    this.cache = cache;
    this.cpus = cpus;
    this.#byKey = new Int32Array(size);
    this.#clocks = new Array<number>(cpus).fill(0);
  }

  /** The index in {@link words} of the word of a key; -1 where it was never modified. */
  indexOf(key: number): number {
    return this.#byKey[key] - 1;
  }

  /** The key of a modified word. */
  keyOf(index: number): number {
    return this.#keys[index];
  }

  /** The index of a word, which is added if it was never modified before. */
  add(key: number, initial: number): number {
    const known = this.indexOf(key);
    if (known >= 0) return known;
    this.words.push(new WordHistory(initial));
    this.#keys.push(key);
    this.#byKey[key] = this.words.length;
    return this.words.length - 1;
  }

  /** The time of the next event: everything so far is before it. */
  get now(): number {
    return this.#time;
  }

  /** Counts an event and returns its time. */
  tick(): number {
    return this.#time++;
  }

  /** What the caches may supply of a word to a CPU that refetched at a time. */
  floorAt(word: WordHistory, time: number): number {
    const isCoherent = this.cache.DIC === 1 && this.cache.IDC === 1;
    return isCoherent ? word.writtenBefore(time) : word.raisedBefore(time);
  }

  /** Notes that a word is clean up to a version. With DIC alone that is what the caches supply. */
  clean(word: WordHistory, version: number): void {
    if (version <= word.cleaned) return;
    word.cleaned = version;
    if (this.cache.DIC === 1) word.raise(version, this.tick());
  }

  /** Keeps what a CPU knows, for the readers of what it writes. */
  remember(known: readonly number[]): number {
    this.#clocks.push(...known);
    return this.#clocks.length / this.cpus - 1;
  }

  /** Joins what a writer knew into what a CPU knows; returns whether that is news. */
  join(known: number[], clock: number): boolean {
    let isNews = false;
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const count = this.#clocks[clock * this.cpus + cpu];
      if (count <= known[cpu]) continue;
      known[cpu] = count;
      isNews = true;
    }
    return isNews;
  }
}
