import { Column } from '../column.ts';
import { Interner } from '../interner.ts';
import type { Path } from '../path.ts';
import type { TransitionSystem } from '../system.ts';

/** States expanded between two chances to stop. */
const work = 64;
const none = 0xffff_ffff;

/** The whole graph of a system, with the choices on its edges. States are numbered breadth first. */
export class StateGraph {
  transitions = 0;
  readonly #system: TransitionSystem;
  readonly #isGoalState: (state: Uint32Array) => boolean;
  readonly #isEnvironment: (choice: number) => boolean;
  readonly #states = new Interner();
  readonly #goals = new Column();
  readonly #parents = new Column();
  readonly #causes = new Column();
  readonly #starts = new Column();
  readonly #targets = new Column();
  readonly #choices = new Column();

  constructor(
    system: TransitionSystem,
    isGoal: (state: Uint32Array) => boolean,
    isEnvironment: (choice: number) => boolean,
  ) {
    this.#system = system;
    this.#isGoalState = isGoal;
    this.#isEnvironment = isEnvironment;
  }

  get size(): number {
    return this.#states.size;
  }

  /** Explores everything. Yields now and then, so that the caller can stop it. */
  *explore(): Generator<undefined, void, undefined> {
    let number = 0;
    this.#system.initial((state) => {
      this.#discover(state, none, number);
      number += 1;
    });
    const state = new Uint32Array(this.#system.width);
    for (let source = 0; source < this.size; source++) {
      if (source % work === 0) yield;
      this.#starts.push(this.#targets.length);
      if (this.isGoal(source)) continue;
      state.set(this.#states.get(source));
      this.#system.successors(state, (choice, next) => {
        this.transitions += 1;
        this.#targets.push(this.#discover(next, source, choice));
        this.#choices.push(choice);
      });
    }
    this.#starts.push(this.#targets.length);
  }

  #discover(cells: Uint32Array, parent: number, choice: number): number {
    const known = this.size;
    const state = this.#states.intern(cells);
    if (state < known) return state;
    this.#goals.push(this.#isGoalState(cells) ? 1 : 0);
    this.#parents.push(parent);
    this.#causes.push(choice);
    return state;
  }

  isGoal(state: number): boolean {
    return this.#goals.get(state) === 1;
  }

  /** Every edge of a state but those of the environment. */
  each(state: number, visit: (target: number, choice: number) => void): void {
    this.#every(state, (target, choice) => {
      if (!this.#isEnvironment(choice)) visit(target, choice);
    });
  }

  #every(state: number, visit: (target: number, choice: number) => void): void {
    const end = this.#starts.get(state + 1);
    for (let i = this.#starts.get(state); i < end; i++) visit(this.#targets.get(i), this.#choices.get(i));
  }

  /** Whether the goal can be reached from a state, with the help of the environment. */
  reachesGoal(from: number): boolean {
    const seen = new Set([from]);
    for (const state of seen) {
      if (this.isGoal(state)) return true;
      this.#every(state, (target) => seen.add(target));
    }
    return false;
  }

  /** The shortest path to a state. */
  pathTo(state: number): Path {
    const choices: number[] = [];
    let at = state;
    for (; this.#parents.get(at) !== none; at = this.#parents.get(at)) choices.push(this.#causes.get(at));
    return { initial: this.#causes.get(at), choices: Uint32Array.from(choices.reverse()) };
  }
}
