import { Interner, type Property, type TransitionSystem } from '@quiesce/explore';
import { Approach, unreachable } from './approach.ts';
import type { MachineSystem } from './system.ts';

/**
 * The states that a machine can reach from where hangs end in a space in which orders of steps are left out, in every order.
 * Where hangs end in this system is where they end on the machine: behind a state without a way to the goal no order has one,
 * and every part of the whole space that is never left has a state in the reduced one.
 */
export class HangEnds implements TransitionSystem {
  readonly width: number;
  readonly properties: readonly Property[];
  readonly #system: MachineSystem;
  readonly #ends: readonly Uint32Array[];

  constructor(system: MachineSystem, ends: readonly Uint32Array[]) {
    this.width = system.width;
    this.properties = system.properties.filter(({ kind }) => kind !== 'sometimes');
    this.#system = system;
    this.#ends = ends;
  }

  initial(emit: (state: Uint32Array) => void): void {
    for (const end of this.#ends) emit(end);
  }

  successors(state: Uint32Array, emit: (choice: number, next: Uint32Array) => void): void {
    this.#system.successors(state, emit);
  }
}

/**
 * A machine of which it is known where its hangs end, with the property `hang` that is violated there. What a CPU has to do
 * before it is in a state in which one hangs is a lower bound of the steps that remain, so little is explored beside the
 * shortest ways.
 */
export class HangSearch implements TransitionSystem {
  readonly width: number;
  readonly properties: readonly Property[];
  readonly #system: MachineSystem;
  readonly #approach: Approach;

  /** `ends`: every state in which a hang of the system ends. */
  constructor(system: MachineSystem, ends: Interner) {
    this.width = system.width;
    this.#system = system;
    const locals = new Set<number>();
    for (let id = 0; id < ends.size; id++) {
      for (const local of system.localsOf(ends.get(id))) locals.add(local);
    }
    this.#approach = system.approach(locals);
    this.properties = [{ kind: 'always', name: 'hang', holds: (state) => ends.find(state) < 0 }];
  }

  /** Steps that a schedule to a hang has at least. */
  get least(): number {
    let least = 0;
    this.#system.initial((state) => (least = this.remaining(state)));
    return least;
  }

  initial(emit: (state: Uint32Array) => void): void {
    this.#system.initial(emit);
  }

  successors(state: Uint32Array, emit: (choice: number, next: Uint32Array) => void): void {
    if (state[0] === 0) this.#system.successors(state, emit);
  }

  remaining(state: Uint32Array): number {
    if (state[0] !== 0) return unreachable;
    let sum = 0;
    for (const local of this.#system.localsOf(state)) sum += this.#approach.from(local);
    return sum;
  }
}
