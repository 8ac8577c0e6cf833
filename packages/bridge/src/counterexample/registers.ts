/** Registers of one litmus thread: what is read counts up from X0, what is given at the start down from X24. */
export class Registers {
  readonly #thread: number;
  readonly #given = new Map<string, number>();
  readonly #free: number[] = [];
  #next = 0;

  constructor(thread: number) {
    this.#thread = thread;
  }

  /** Whether there is a register left. One of the last is kept back for {@link given}. */
  get isFull(): boolean {
    return this.#free.length === 0 && this.#next + this.#given.size > 21;
  }

  /** A register for what an instruction reads; there must be one. */
  read(): number {
    return this.#free.pop() ?? this.#next++;
  }

  /** Takes back registers of what was read. */
  release(registers: readonly number[]): void {
    this.#free.push(...registers);
  }

  /** A register that holds a value from the start, in the words of an initial state: a location, a label, a number. */
  given(value: string): number {
    const known = this.#given.get(value);
    if (known !== undefined) return known;
    const register = 24 - this.#given.size;
    this.#given.set(value, register);
    return register;
  }

  /** Whether what was read and what was given have met. */
  get overlap(): boolean {
    return this.#next + this.#given.size > 25;
  }

  /** Everything that is given, as entries of an initial state. */
  get initial(): readonly string[] {
    return [...this.#given].map(([value, register]) => `${this.#thread}:X${register}=${value};`);
  }
}
