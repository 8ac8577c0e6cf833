/** A set of events of one thread, or of an execution: bit `i` of the words is event `i`. */
export type EventSet = Int32Array;

/** Words that a set of `size` events takes. */
export function wordsFor(size: number): number {
  return (size + 31) >> 5;
}

/** The set of the events that have a property. */
export function setOf<T>(all: readonly T[], has: (one: T) => boolean): EventSet {
  const set = new Int32Array(wordsFor(all.length));
  all.forEach((one, i) => {
    if (has(one)) set[i >> 5] |= 1 << (i & 31);
  });
  return set;
}

/** The union of sets of one universe. */
export function unionOf(first: EventSet, ...more: readonly EventSet[]): EventSet {
  const set = first.slice();
  for (const other of more) for (let w = 0; w < set.length; w += 1) set[w] |= other[w];
  return set;
}

/** What is in the first set and not in the second. */
export function difference(set: EventSet, other: EventSet): EventSet {
  return set.map((bits, w) => bits & ~other[w]);
}

export function contains(set: EventSet, event: number): boolean {
  return ((set[event >> 5] >>> (event & 31)) & 1) === 1;
}

/**
 * A binary relation on the events of one thread, a bit a pair. All relations within a thread lead forwards: from an
 * event to one with a larger index.
 */
export class Relation {
  readonly size: number;
  readonly #words: number;
  readonly #rows: Int32Array;

  constructor(size: number) {
    this.size = size;
    this.#words = wordsFor(size);
    this.#rows = new Int32Array(size * this.#words);
  }

  add(from: number, to: number): void {
    this.#rows[from * this.#words + (to >> 5)] |= 1 << (to & 31);
  }

  has(from: number, to: number): boolean {
    return ((this.#rows[from * this.#words + (to >> 5)] >>> (to & 31)) & 1) === 1;
  }

  /** Adds every pair of another relation. */
  include(...others: readonly Relation[]): this {
    for (const other of others)
      for (let i = 0; i < this.#rows.length; i += 1) this.#rows[i] |= other.#rows[i];
    return this;
  }

  /** `[domain];this;[range]` */
  between(domain: EventSet | undefined, range: EventSet | undefined): Relation {
    const result = new Relation(this.size);
    for (let from = 0; from < this.size; from += 1) {
      if (domain !== undefined && !contains(domain, from)) continue;
      for (let w = 0; w < this.#words; w += 1) {
        result.#rows[from * this.#words + w] =
          this.#rows[from * this.#words + w] & (range === undefined ? -1 : range[w]);
      }
    }
    return result;
  }

  /** `this;other` */
  then(other: Relation): Relation {
    const result = new Relation(this.size);
    for (let from = 0; from < this.size; from += 1) {
      for (let middle = from + 1; middle < this.size; middle += 1) {
        if (this.has(from, middle)) result.#join(from, other, middle);
      }
    }
    return result;
  }

  /** `this+`, of a relation that leads forwards. */
  closure(): Relation {
    const result = new Relation(this.size).include(this);
    for (let from = this.size - 2; from >= 0; from -= 1) {
      for (let middle = from + 1; middle < this.size; middle += 1) {
        if (this.has(from, middle)) result.#join(from, result, middle);
      }
    }
    return result;
  }

  /** `this \ other` */
  without(other: Relation): Relation {
    const result = new Relation(this.size);
    for (let i = 0; i < this.#rows.length; i += 1) result.#rows[i] = this.#rows[i] & ~other.#rows[i];
    return result;
  }

  #join(from: number, other: Relation, middle: number): void {
    for (let w = 0; w < this.#words; w += 1) {
      this.#rows[from * this.#words + w] |= other.#rows[middle * this.#words + w];
    }
  }
}
