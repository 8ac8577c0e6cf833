import type { CacheType } from './cache-type.ts';

/** A column of numbers that grows. */
class Column {
  #values = new Int32Array(1024);
  length = 0;

  at(index: number): number {
    return this.#values[index];
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }
}

/** A clock's low bits are the CPU that has it: at most 32 CPUs. The rest counts what was remembered. */
const cpuBits = 5;

/** The CPU whose clock it is. */
export function cpuOf(clock: number): number {
  return clock & ((1 << cpuBits) - 1);
}

/**
 * The text that a run has modified, for runs that modify many words: what all CPUs share of the instruction side.
 *
 * The rules are those of {@link InstructionSide}, kept in another form. There every word has a floor for every CPU, and
 * every version a copy of all floors. Here time is counted. The floors of the caches only rise, so all of them at one time
 * are that time, and the greater of two sets of floors is the later time. And a CPU that knows a write knows every write that
 * the same CPU made before, so all that it knows is one number for each CPU. The price is that a state has no normal
 * form: this is for simulation, not for a search.
 *
 * A word of text is known to the caller by a key, and here by the index that it gets when it is first modified. Versions
 * of a word are numbered from 0, the initial one.
 */
export class TextHistory {
  readonly cache: CacheType;
  readonly cpus: number;
  /** 1 + index of each word, by its key. */
  readonly #byKey: Int32Array;
  // Columns by word.
  readonly #key = new Column();
  readonly #initial = new Column();
  readonly #newest = new Column();
  readonly #lastVersion = new Column();
  readonly #lastRaise = new Column();
  readonly #cleaned = new Column();
  // Columns by version, the newest of each word first: a chain.
  readonly #value = new Column();
  readonly #writer = new Column();
  readonly #sequence = new Column();
  readonly #stamp = new Column();
  readonly #olderVersion = new Column();
  // Columns by raise of a floor, a chain as well.
  readonly #raisedTo = new Column();
  readonly #raisedAt = new Column();
  readonly #olderRaise = new Column();
  /** What writers knew: {@link cpus} numbers for each clock. Clock 0 knows nothing. */
  readonly #clocks = new Column();
  readonly #columns: readonly Column[] = [
    ...[this.#key, this.#initial, this.#newest, this.#lastVersion, this.#lastRaise, this.#cleaned],
    ...[this.#value, this.#writer, this.#sequence, this.#stamp, this.#olderVersion],
    ...[this.#raisedTo, this.#raisedAt, this.#olderRaise, this.#clocks],
  ];
  #time = 0;

  /**
   * `size` is the number of words that can be modified: their keys are below it. Throws RangeError where there are more than
   * 32 CPUs.
   */
  constructor(cache: CacheType, cpus: number, size: number) {
    if (cpus > 1 << cpuBits) throw new RangeError(`${cpus} CPUs: a clock can name ${1 << cpuBits}`);
    this.cache = cache;
    this.cpus = cpus;
    this.#byKey = new Int32Array(size);
    this.#begin();
  }

  #begin(): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) this.#clocks.push(0);
  }

  /** Forgets every word, for another run. Views of this history must not be used any more. */
  clear(): void {
    for (let t = 0; t < this.words; t++) this.#byKey[this.#key.at(t)] = 0;
    for (const column of this.#columns) column.length = 0;
    this.#time = 0;
    this.#begin();
  }

  /** Number of words that were modified. */
  get words(): number {
    return this.#newest.length;
  }

  /** The index of the word of a key; -1 where it was never modified. */
  indexOf(key: number): number {
    return this.#byKey[key] - 1;
  }

  /** The index of a word, which is added if it was never modified before. */
  add(key: number, initial: number): number {
    const known = this.indexOf(key);
    if (known >= 0) return known;
    this.#key.push(key);
    this.#initial.push(initial);
    this.#newest.push(0);
    this.#lastVersion.push(-1);
    this.#lastRaise.push(-1);
    this.#cleaned.push(0);
    this.#byKey[key] = this.words;
    return this.words - 1;
  }

  /** The number of the newest version of a word. */
  newest(t: number): number {
    return this.#newest.at(t);
  }

  /** The row of a version above 0 in the columns by version. */
  #row(t: number, version: number): number {
    let row = this.#lastVersion.at(t);
    for (let v = this.newest(t); v > version; v--) row = this.#olderVersion.at(row);
    return row;
  }

  /** A version of a word, signed. */
  value(t: number, version: number): number {
    return version === 0 ? this.#initial.at(t) : this.#value.at(this.#row(t, version));
  }

  /** The CPU that wrote a version above 0. */
  writer(t: number, version: number): number {
    return this.#writer.at(this.#row(t, version));
  }

  /** Which of its writer's stores of text a version above 0 was, from 1. */
  sequence(t: number, version: number): number {
    return this.#sequence.at(this.#row(t, version));
  }

  /** When a version above 0 was written. */
  stamp(t: number, version: number): number {
    return this.#stamp.at(this.#row(t, version));
  }

  /** How many stores of text all CPUs made before the one of a version above 0. */
  store(t: number, version: number): number {
    return this.#row(t, version);
  }

  /** Adds a version. */
  write(t: number, value: number, writer: number, sequence: number): void {
    this.#olderVersion.push(this.#lastVersion.at(t));
    this.#lastVersion.set(t, this.#value.length);
    this.#value.push(value);
    this.#writer.push(writer);
    this.#sequence.push(sequence);
    this.#stamp.push(this.#time++);
    this.#newest.set(t, this.newest(t) + 1);
  }

  /** The time of the next event: everything so far is before it. */
  get now(): number {
    return this.#time;
  }

  /** What the caches may supply of a word to a CPU that refetched just before a time. */
  floorAt(t: number, time: number): number {
    return this.cache.DIC === 1 && this.cache.IDC === 1
      ? this.#writtenBefore(t, time)
      : this.#raisedBefore(t, time);
  }

  #writtenBefore(t: number, time: number): number {
    let version = this.newest(t);
    let row = this.#lastVersion.at(t);
    for (; version > 0 && this.#stamp.at(row) >= time; version--) row = this.#olderVersion.at(row);
    return version;
  }

  #raisedBefore(t: number, time: number): number {
    let row = this.#lastRaise.at(t);
    while (row >= 0 && this.#raisedAt.at(row) >= time) row = this.#olderRaise.at(row);
    return row < 0 ? 0 : this.#raisedTo.at(row);
  }

  /** Raises what the caches supply of a word. Raises between two calls of {@link tick} happen at one time. */
  raise(t: number, version: number): void {
    const last = this.#lastRaise.at(t);
    if (version <= (last < 0 ? 0 : this.#raisedTo.at(last))) return;
    this.#olderRaise.push(last);
    this.#lastRaise.set(t, this.#raisedTo.length);
    this.#raisedTo.push(version);
    this.#raisedAt.push(this.#time);
  }

  /** Ends an event. */
  tick(): void {
    this.#time++;
  }

  /** The newest version of a word that has been cleaned to the Point of Unification. */
  cleaned(t: number): number {
    return this.#cleaned.at(t);
  }

  /** Notes that a word is clean up to a version. With DIC alone that is what the caches supply. */
  clean(t: number, version: number): void {
    if (version <= this.cleaned(t)) return;
    this.#cleaned.set(t, version);
    if (this.cache.DIC === 1) this.raise(t, version);
  }

  /**
   * Keeps what a CPU knows, for the readers of what it writes, and returns its clock. Clocks of one CPU increase, and a later
   * one knows all that an earlier one knows.
   */
  remember(cpu: number, known: Int32Array): number {
    const row = this.#clocks.length / this.cpus;
    for (const count of known) this.#clocks.push(count);
    return (row << cpuBits) | cpu;
  }

  /** Joins what a writer knew into what a CPU knows; returns whether that is news. */
  join(known: Int32Array, clock: number): boolean {
    let isNews = false;
    const row = (clock >> cpuBits) * this.cpus;
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const count = this.#clocks.at(row + cpu);
      if (count <= known[cpu]) continue;
      known[cpu] = count;
      isNews = true;
    }
    return isNews;
  }
}
