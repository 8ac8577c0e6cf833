import type { Program } from '../program/program.ts';
import type { Expression, Expressions } from '../thread/expression.ts';
import { coherent } from './coherence.ts';
import { invalidated, isSameLine } from './maintenance.ts';
import { type Partial, initially, undecided } from './partial.ts';

/** Draws the consequences of the choices that an execution holds. */
export class Propagation {
  readonly #program: Program;
  readonly #expressions: Expressions;
  readonly #fetchFreely: boolean;

  /** @param fetchFreely Whether fetches may yield whatever was ever written: to find what the rules of fetches forbid. */
  constructor(program: Program, expressions: Expressions, fetchFreely = false) {
    this.#program = program;
    this.#expressions = expressions;
    this.#fetchFreely = fetchFreely;
  }

  /**
   * Values flow from writes to reads, threads go on where what they wait for is known, and `ob` grows, until nothing
   * follows any more. False if the execution is not consistent.
   */
  settle(execution: Partial): boolean {
    for (;;) {
      const version = execution.ob.version;
      const moved = this.#flow(execution);
      if (moved === undefined || !this.#order(execution)) return false;
      if (!moved && execution.ob.version === version) return true;
    }
  }

  /** Only moves values and threads on; false if an assumption is wrong. */
  flow(execution: Partial): boolean {
    let moved: boolean | undefined = true;
    while (moved === true) moved = this.#flow(execution);
    return moved !== undefined;
  }

  /** The constant that an expression of a thread is now, or -1. */
  evaluate(execution: Partial, thread: number, expression: Expression): number {
    const { numbers, values } = execution;
    return this.#expressions.evaluate(expression, (index) => {
      // The read of a CAS that divides its path does not exist yet.
      const number = numbers[thread][index] as number | undefined;
      return number === undefined ? -1 : values[number];
    });
  }

  /** Moves values and threads; whether anything moved, or undefined if an assumption is wrong. */
  #flow(execution: Partial): boolean | undefined {
    let moved = false;
    for (let number = 0; number < execution.size; number += 1)
      moved = this.#flowOne(execution, number) || moved;
    for (let thread = 0; thread < execution.paths.length; thread += 1) {
      const { ending } = execution.paths[thread];
      if (ending.kind === 'discarded') return undefined;
      if (
        ending.kind !== 'fork' ||
        ending.fork.alternatives !== undefined ||
        ending.fork.expression === undefined
      )
        continue;
      const value = this.evaluate(execution, thread, ending.fork.expression);
      if (value < 0) continue;
      execution.advance(thread, execution.paths[thread].child(value));
      moved = true;
    }
    for (const assumption of execution.assumptions) {
      const value = this.evaluate(execution, assumption.thread, assumption.expression);
      if (value >= 0 && !this.#agrees(value, assumption.value)) return undefined;
    }
    return moved;
  }

  #agrees(value: number, assumed: number): boolean {
    return value === assumed || (assumed === this.#program.elsewhere && !this.#program.isLocation(value));
  }

  #flowOne(execution: Partial, number: number): boolean {
    const { values, rf, effects, threadOf } = execution;
    if (values[number] >= 0) return false;
    const { kind, value, location } = effects[number].event;
    const source = rf[number];
    if (kind === 'W' && value !== undefined) {
      values[number] = this.evaluate(execution, threadOf[number], value);
      if (values[number] >= 0) this.#program.sizes.noteStored(location, values[number]);
    } else if (source === initially) values[number] = this.#program.initialValue(location);
    else if (source !== undecided) values[number] = values[source];
    return values[number] >= 0;
  }

  #order(execution: Partial): boolean {
    const { effects, rf, isComplete } = execution;
    const { caches } = this.#program;
    for (let number = 0; number < effects.length; number += 1) {
      const isFree = this.#fetchFreely && effects[number].event.kind === 'IF';
      if (rf[number] !== undecided && !isFree && !coherent(execution, number, caches)) return false;
      if (!isComplete[number] || this.#fetchFreely) continue;
      for (let fetch = 0; fetch < effects.length; fetch += 1) {
        if (effects[fetch].event.kind !== 'IF' || !isSameLine(execution, number, fetch)) continue;
        if (!invalidated(execution, number, fetch, caches)) return false;
      }
    }
    return true;
  }
}
