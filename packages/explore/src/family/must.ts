import { Column } from '../column.ts';

/** What an outcome does to the places of processes. */
export interface Shift {
  /** The local state that the mover has left; -1 if it stays. */
  readonly from: number;
  /** Local states that some process gets into. */
  readonly into: ReadonlySet<number>;
}

/**
 * The decisions of an abstract space, and from which states the goal can be reached whatever the abstract state stands
 * for.
 *
 * An abstract edge says only that some of the states it stands for have the successor, so a path of edges is no proof
 * that the goal is reachable. A decision is better: every state that the abstract state stands for can make it, and ends
 * up in one of its outcomes. So the goal is reachable from everything behind an abstract state if it is reachable from
 * everything behind each outcome of one of its decisions.
 *
 * Decisions may also be repeated in a circle, as long as nobody gets into some local state on the way, and somebody leaves
 * it again and again: with finitely many processes that comes to an end.
 */
export class Decisions {
  /** Of each decision: where it is made, and where its outcomes begin. */
  readonly #sources = new Column();
  readonly #starts = new Column();
  /** Of each outcome: where it leads, and the number of its shift. */
  readonly #targets = new Column();
  readonly #shiftOf = new Column();
  readonly #shifts: Shift[] = [];
  readonly #shiftIds = new Map<string, number>();
  #state = -1;
  #open = new Map<number, { readonly target: number; readonly shift: number }[]>();

  /** The moves that follow are those of this state. */
  begin(state: number): void {
    this.finish();
    this.#state = state;
  }

  add(decision: number, target: number, shift: Shift): void {
    let outcomes = this.#open.get(decision);
    if (outcomes === undefined) this.#open.set(decision, (outcomes = []));
    const id = this.#idOf(shift);
    if (outcomes.some((outcome) => outcome.target === target && outcome.shift === id)) return;
    outcomes.push({ target, shift: id });
  }

  #idOf(shift: Shift): number {
    const key = `${shift.from} ${[...shift.into].join(' ')}`;
    let id = this.#shiftIds.get(key);
    if (id === undefined) {
      id = this.#shifts.push(shift) - 1;
      this.#shiftIds.set(key, id);
    }
    return id;
  }

  /** No more moves of the last state follow. */
  finish(): void {
    for (const outcomes of this.#open.values()) {
      this.#sources.push(this.#state);
      this.#starts.push(this.#targets.length);
      for (const { target, shift } of outcomes) {
        this.#targets.push(target);
        this.#shiftOf.push(shift);
      }
    }
    this.#open = new Map();
  }

  /** For each state, 1 if the goal can be reached from everything that it stands for. Yields now and then. */
  *winning(size: number, goals: readonly number[]): Generator<undefined, Uint8Array, undefined> {
    const wins = new Uint8Array(size);
    for (const goal of goals) wins[goal] = 1;
    const isWon = (target: number): boolean => wins[target] === 1;
    const locals = new Set(this.#shifts.map(({ from }) => from).filter((from) => from >= 0));
    for (let gains = true; gains;) {
      gains = yield* this.#attract(wins, isWon);
      for (const local of locals) {
        const circle = yield* this.#circle(wins, local);
        if (circle === undefined) continue;
        for (let state = 0; state < size; state++) wins[state] |= circle[state];
        gains = true;
        break;
      }
    }
    return wins;
  }

  /** Adds every state with a decision of which all outcomes are accepted, over and over; whether there was one. */
  *#attract(
    states: Uint8Array,
    accepts: (target: number, shift: Shift) => boolean,
  ): Generator<undefined, boolean, undefined> {
    let any = false;
    for (let gains = true; gains;) {
      gains = false;
      yield;
      for (let d = this.#sources.length - 1; d >= 0; d--) {
        const source = this.#sources.get(d);
        if (states[source] === 1 || !this.#all(d, accepts)) continue;
        states[source] = 1;
        gains = any = true;
      }
    }
    return any;
  }

  #all(decision: number, accepts: (target: number, shift: Shift) => boolean): boolean {
    const last = decision + 1 === this.#starts.length;
    const end = last ? this.#targets.length : this.#starts.get(decision + 1);
    for (let i = this.#starts.get(decision); i < end; i++) {
      if (!accepts(this.#targets.get(i), this.#shifts[this.#shiftOf.get(i)])) return false;
    }
    return true;
  }

  /**
   * The states that have not won and from which one can go on until one has, so that no process gets into a local state
   * and one leaves it again and again. Undefined if there are none.
   */
  *#circle(wins: Uint8Array, local: number): Generator<undefined, Uint8Array | undefined, undefined> {
    let candidates = wins.map((won) => 1 - won);
    for (;;) {
      const reached = new Uint8Array(wins.length);
      yield* this.#attract(reached, (target, { from, into }) => {
        if (wins[target] === 1) return true;
        if (into.has(local)) return false;
        return reached[target] === 1 || (from === local && candidates[target] === 1);
      });
      const kept = reached.map((one, state) => one & candidates[state]);
      if (!kept.includes(1)) return undefined;
      if (kept.every((one, state) => one === candidates[state])) return kept;
      candidates = kept;
    }
  }
}
