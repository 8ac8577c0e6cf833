/** Bits of a word. */
const wordBits = 32;

/**
 * A strict partial order that grows by nodes and edges, kept transitively closed: bit `j` of row `i` says that `i`
 * comes before `j`. Adding an edge against the order is refused.
 */
export class Reachability {
  size = 0;
  /** Grows with every edge that says something new. */
  version = 0;
  #words: number;
  #rows: Int32Array;

  constructor(capacity: number = wordBits) {
    this.#words = Math.max(1, (capacity + wordBits - 1) >> 5);
    this.#rows = new Int32Array(this.#words * this.#words * wordBits);
  }

  copy(): Reachability {
    const copy = new Reachability(0);
    copy.size = this.size;
    copy.version = this.version;
    copy.#words = this.#words;
    copy.#rows = this.#rows.slice();
    return copy;
  }

  /** Adds a node that nothing is ordered with. */
  add(): number {
    if (this.size === this.#words * wordBits) this.#grow();
    this.size += 1;
    return this.size - 1;
  }

  /** Whether `from` comes before `to`. */
  has(from: number, to: number): boolean {
    return ((this.#rows[from * this.#words + (to >> 5)] >>> (to & 31)) & 1) === 1;
  }

  /** Orders `from` before `to`, and what follows from it. False if `to` comes before `from` or is the same. */
  order(from: number, to: number): boolean {
    if (this.has(from, to)) return true;
    if (from === to || this.has(to, from)) return false;
    const words = this.#words;
    const rows = this.#rows;
    const target = to * words;
    const toWord = to >> 5;
    const toBit = 1 << (to & 31);
    for (let i = 0; i < this.size; i += 1) {
      if (i !== from && !this.has(i, from)) continue;
      const row = i * words;
      rows[row + toWord] |= toBit;
      for (let w = 0; w < words; w += 1) rows[row + w] |= rows[target + w];
    }
    this.version += 1;
    return true;
  }

  #grow(): void {
    const [words, rows] = [this.#words, this.#rows];
    this.#words = 2 * words;
    this.#rows = new Int32Array(this.#words * this.#words * wordBits);
    for (let i = 0; i < this.size; i += 1) {
      for (let w = 0; w < words; w += 1) this.#rows[i * this.#words + w] = rows[i * words + w];
    }
  }
}
