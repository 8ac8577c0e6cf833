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
    const game = new Game(size, this.#sources, this.#starts, this.#targets);
    const shiftOf = flat(this.#shiftOf, this.#shiftOf.length);
    const wins = new Uint8Array(size);
    game.attract(wins, goals);
    game.settle(wins);
    const locals = [...new Set(this.#shifts.map(({ from }) => from))].filter((from) => from >= 0);
    // Round and round, until none of them helps any more.
    for (let at = 0, vain = 0; vain < locals.length; at = (at + 1) % locals.length, vain++) {
      const circle = yield* this.#circle(game, wins, shiftOf, locals[at]);
      if (circle.length === 0) continue;
      game.attract(wins, circle);
      game.settle(wins);
      vain = -1;
    }
    return wins;
  }

  /**
   * The states that have not won and from which one can go on until one has, so that no process gets into a local state
   * and one leaves it again and again.
   */
  *#circle(
    game: Game,
    wins: Uint8Array,
    shiftOf: Int32Array,
    local: number,
  ): Generator<undefined, number[], undefined> {
    const entered = Uint8Array.from(this.#shifts, ({ into }) => (into.has(local) ? 1 : 0));
    const left = Uint8Array.from(this.#shifts, ({ from }) => (from === local ? 1 : 0));
    let candidates = wins.map((won) => 1 - won);
    for (let size = wins.length; ;) {
      yield;
      const reached = new Uint8Array(wins.length);
      game.attract(reached, [], (outcome, target) => {
        if (wins[target] === 1) return opinions.accepted;
        const shift = shiftOf[outcome];
        if (entered[shift] === 1) return opinions.refused;
        return left[shift] === 1 && candidates[target] === 1 ? opinions.accepted : opinions.open;
      });
      const kept: number[] = [];
      reached.forEach((one, state) => {
        if (one === 1 && candidates[state] === 1) kept.push(state);
      });
      if (kept.length === 0 || kept.length === size) return kept;
      size = kept.length;
      candidates = new Uint8Array(wins.length);
      for (const state of kept) candidates[state] = 1;
    }
  }
}

/** The values of a column, and zeros behind them. */
function flat(column: Column, length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => (i < column.length ? column.get(i) : 0));
}

/** What is thought of an outcome: it is accepted already, or as soon as its target is reached, or never. */
const opinions = { accepted: 0, open: 1, refused: 2 } as const;

/** The decisions and their outcomes, with the way back from each state to the outcomes that lead there. */
class Game {
  readonly #sources: Int32Array;
  /** Where the outcomes of each decision begin; behind the last decision, where they end. */
  readonly #starts: Int32Array;
  readonly #targets: Int32Array;
  /** The decision of each outcome. */
  readonly #owners: Int32Array;
  /** Decisions of states that have not won. */
  #open: Int32Array;
  /** Outcomes by target: those of state s begin at `#first[s]`. */
  readonly #incoming: Int32Array;
  readonly #first: Int32Array;

  constructor(size: number, sources: Column, starts: Column, targets: Column) {
    this.#sources = flat(sources, sources.length);
    this.#starts = flat(starts, starts.length + 1);
    this.#starts[starts.length] = targets.length;
    this.#targets = flat(targets, targets.length);
    this.#owners = new Int32Array(targets.length);
    this.#open = Int32Array.from({ length: sources.length }, (_, d) => d);
    this.#first = new Int32Array(size + 1);
    for (let d = 0; d < sources.length; d++) this.#owners.fill(d, this.#starts[d], this.#starts[d + 1]);
    for (const target of this.#targets) this.#first[target + 1] += 1;
    for (let state = 0; state < size; state++) this.#first[state + 1] += this.#first[state];
    const next = this.#first.slice();
    this.#incoming = new Int32Array(targets.length);
    this.#targets.forEach((target, outcome) => {
      this.#incoming[next[target]++] = outcome;
    });
  }

  /** Marks some states, and over and over every state with a decision of which all outcomes are accepted. */
  attract(
    marked: Uint8Array,
    some: readonly number[],
    judge: (outcome: number, target: number) => number = (_, target) =>
      marked[target] === 1 ? opinions.accepted : opinions.open,
  ): void {
    const reached: number[] = [];
    const mark = (state: number): void => {
      if (marked[state] === 1) return;
      marked[state] = 1;
      reached.push(state);
    };
    // Outcomes of each decision that are not accepted yet.
    const missing = new Int32Array(this.#sources.length);
    const isOpen = new Uint8Array(this.#targets.length);
    for (const d of this.#open) {
      for (let i = this.#starts[d], end = this.#starts[d + 1]; i < end; i++) {
        const opinion = judge(i, this.#targets[i]);
        if (opinion !== opinions.accepted) missing[d] += 1;
        if (opinion === opinions.open) isOpen[i] = 1;
      }
    }
    for (const state of some) mark(state);
    for (const d of this.#open) if (missing[d] === 0) mark(this.#sources[d]);
    for (let state = reached.pop(); state !== undefined; state = reached.pop()) {
      for (let k = this.#first[state]; k < this.#first[state + 1]; k++) {
        const outcome = this.#incoming[k];
        if (isOpen[outcome] === 0) continue;
        const d = this.#owners[outcome];
        missing[d] -= 1;
        if (missing[d] === 0) mark(this.#sources[d]);
      }
    }
  }

  /** Leaves out the decisions of states that have won: nothing is asked about them any more. */
  settle(wins: Uint8Array): void {
    this.#open = this.#open.filter((d) => wins[this.#sources[d]] === 0);
  }
}
