/** The versions of one word of text, and what the caches have forgotten of them. */
export class WordHistory {
  /** Versions in coherence order, signed; the first is the initial one. */
  readonly values: number[];
  /** The CPU that wrote each version; -1 for the initial one. */
  readonly writers: number[] = [-1];
  /** Which of its writer's stores of text each version was, from 1; 0 for the initial one. */
  readonly sequence: number[] = [0];
  /** When each version was written. */
  readonly stamps: number[] = [-1];
  /** The newest version that has been cleaned to the Point of Unification. */
  cleaned = 0;
  readonly #raisedAt: number[] = [];
  readonly #raisedTo: number[] = [];

  constructor(initial: number) {
    this.values = [initial];
  }

  /** Number of the newest version. */
  get newest(): number {
    return this.values.length - 1;
  }

  /** Raises the floor of the caches at a time; false where it is as high already. */
  raise(version: number, time: number): void {
    if (version <= (this.#raisedTo.at(-1) ?? 0)) return;
    this.#raisedAt.push(time);
    this.#raisedTo.push(version);
  }

  /** The floor of the caches just before a time. */
  raisedBefore(time: number): number {
    let i = this.#raisedAt.length - 1;
    while (i >= 0 && this.#raisedAt[i] >= time) i--;
    return i < 0 ? 0 : this.#raisedTo[i];
  }

  /** The newest version that was written before a time. */
  writtenBefore(time: number): number {
    let v = this.newest;
    while (v > 0 && this.stamps[v] >= time) v--;
    return v;
  }
}
