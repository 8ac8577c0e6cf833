/**
 * For each state of a CPU, everything shared that others write while the CPU is in it, as far as was seen, or in a state that
 * it gets to by going first. It only ever grows.
 *
 * As with {@link Futures}, whoever relies on something that others do *not* write notes it, and {@link refuted} is set when it
 * is seen after all.
 */
export class Surroundings {
  /** Something that was relied on turned out to be wrong. */
  refuted = false;
  /** Rises with everything that is learnt. */
  growth = 0;
  readonly #effects: number[] = [];
  readonly #relied: number[] = [];
  readonly #before: number[][] = [];
  readonly #names: Set<number>[] = [];

  /** What others write beside a CPU in this state. */
  of(local: number): number {
    return this.#effects[local] ?? 0;
  }

  /** Notes that something is concluded from {@link of} this state having none of these bits. */
  rely(local: number, bits: number): void {
    this.#grow(local);
    this.#relied[local] |= bits;
  }

  /** Others can write this while a CPU is in this state. */
  meet(local: number, writes: number): void {
    if (local < this.#effects.length && (writes & ~this.#effects[local]) === 0) return;
    this.#grow(local);
    if ((writes & ~this.#effects[local]) === 0) return;
    this.#effects[local] |= writes;
    this.growth += 1;
    const effects = this.#effects[local];
    if ((effects & this.#relied[local]) !== 0) this.refuted = true;
    for (const before of this.#before[local]) this.meet(before, effects);
    for (const before of this.#names[local]) this.meet(before, effects);
  }

  /** A CPU in one state goes first into another: what is written beside the other is written behind the one as well. */
  follow(from: number, to: number): void {
    if (from === to) return;
    this.#grow(Math.max(from, to));
    const before = this.#before[to];
    if (before.includes(from)) return;
    before.push(from);
    this.meet(from, this.#effects[to]);
  }

  /** The state of a CPU gets another form: what is written beside that is written beside it. False if that was known. */
  rename(from: number, to: number): boolean {
    this.#grow(Math.max(from, to));
    const names = this.#names[to];
    if (names.has(from)) return false;
    names.add(from);
    this.meet(from, this.#effects[to]);
    return true;
  }

  /** Forgets what was relied on and who goes first, not what is known: everything is concluded again. */
  restart(): void {
    this.refuted = false;
    this.#relied.fill(0);
    for (const before of this.#before) before.length = 0;
  }

  #grow(local: number): void {
    while (this.#effects.length <= local) {
      this.#effects.push(0);
      this.#relied.push(0);
      this.#before.push([]);
      this.#names.push(new Set());
    }
  }
}
