/** In a set of shared things, beside the bits of `@quiesce/memory`: a site of several words is modified. */
export const modifiedBit: number = 1 << 28;

/** An event or an interrupt is sent. */
export const sentBit: number = 1 << 29;

/**
 * For each state of a CPU, everything shared that the CPU may write from there on, as far as steps are known: the effects
 * of every known step, whatever the shared state was, propagated against the steps. It only ever grows.
 *
 * Whoever relies on something that a CPU does *not* write notes it with {@link rely}. When a step becomes known that
 * writes it, {@link refuted} is set: what was concluded has to be concluded again.
 */
export class Futures {
  /** Something that was relied on turned out to be wrong. */
  refuted = false;
  readonly #effects: number[] = [];
  readonly #relied: number[] = [];
  readonly #before: number[][] = [];

  /** What a CPU in this state may still write. */
  of(local: number): number {
    return this.#effects[local] ?? 0;
  }

  /** Notes that something is concluded from {@link of} this state having none of these bits. */
  rely(local: number, bits: number): void {
    this.#grow(local);
    this.#relied[local] |= bits;
  }

  /** A CPU can go from one state to another and write this on the way. */
  learn(from: number, to: number, writes: number): void {
    this.#grow(Math.max(from, to));
    if (from !== to && !this.#before[to].includes(from)) this.#before[to].push(from);
    const open = [from];
    const added = [writes | this.#effects[to]];
    for (let local = open.pop(); local !== undefined; local = open.pop()) {
      const bits = added.pop() ?? 0;
      const effects = this.#effects[local] | bits;
      if (effects === this.#effects[local]) continue;
      this.#effects[local] = effects;
      if ((effects & this.#relied[local]) !== 0) this.refuted = true;
      for (const before of this.#before[local]) {
        open.push(before);
        added.push(effects);
      }
    }
  }

  /** Forgets what was relied on, not what is known: everything is concluded again. */
  restart(): void {
    this.refuted = false;
    this.#relied.fill(0);
  }

  #grow(local: number): void {
    while (this.#effects.length <= local) {
      this.#effects.push(0);
      this.#relied.push(0);
      this.#before.push([]);
    }
  }
}
