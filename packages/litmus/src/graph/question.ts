import { finalStateOf } from '../execution/final-state.ts';
import type { Partial } from '../execution/partial.ts';
import type { Propagation } from '../execution/propagation.ts';
import { Observed } from '../observed.ts';
import type { Program } from '../program/program.ts';
import type { Observable, Proposition } from '../test.ts';

/** What an execution must do to be worth drawing: satisfy the condition of a test and its filter, or contradict a `forall`. */
export class Question {
  readonly observed: Observed;
  readonly #program: Program;
  readonly #propagation: Propagation;
  readonly #wanted: readonly Proposition[];

  constructor(program: Program, propagation: Propagation) {
    this.#program = program;
    this.#propagation = propagation;
    this.observed = new Observed(program);
    const { condition, quantifier, filter } = program.test;
    const asked: Proposition = quantifier === 'forall' ? { kind: 'not', term: condition } : condition;
    this.#wanted = filter === undefined ? [asked] : [filter, asked];
  }

  /** Whether a finished execution does it, with its writes in coherence order. */
  isAnsweredBy(execution: Partial, isBefore?: (first: number, second: number) => boolean): boolean {
    const state = finalStateOf(execution, this.observed, this.#program, this.#propagation, isBefore);
    return this.#wanted.every((proposition) => this.observed.holds(proposition, state));
  }

  /** Whether what is known of an execution leaves it possible. */
  isOpen(execution: Partial): boolean {
    return this.#wanted.every((proposition) => this.#truth(proposition, execution) !== false);
  }

  /** What is known of a proposition; undefined where it depends on what is not decided. */
  #truth(proposition: Proposition, execution: Partial): boolean | undefined {
    switch (proposition.kind) {
      case 'constant':
        return proposition.holds;
      case 'not':
        return negated(this.#truth(proposition.term, execution));
      case 'and':
        return negated(any(proposition.terms, (term) => negated(this.#truth(term, execution))));
      case 'or':
        return any(proposition.terms, (term) => this.#truth(term, execution));
      case 'implies': {
        const [premise, conclusion] = proposition.terms.map((term) => this.#truth(term, execution));
        return any([negated(premise), conclusion], (truth) => truth);
      }
      case 'array':
      case 'fault':
        return undefined;
      case 'equals': {
        const value = this.#valueOf(proposition.left, execution);
        if (value < 0) return undefined;
        return this.observed.equal(proposition.left, value, this.#program.constant(proposition.right));
      }
    }
  }

  /** The final value of a register where it is known; -1 elsewhere, and for locations. */
  #valueOf(observable: Observable, execution: Partial): number {
    if (observable.kind === 'location') return -1;
    const { ending, final } = execution.paths[observable.thread];
    if (ending.kind !== 'done') return -1;
    return this.#propagation.evaluate(
      execution,
      observable.thread,
      final.registers[observable.register].value,
    );
  }
}

function negated(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

/** Disjunction where some truths are not known. */
function any<T>(all: readonly T[], truthOf: (one: T) => boolean | undefined): boolean | undefined {
  let result: boolean | undefined = false;
  for (const one of all) {
    const truth = truthOf(one);
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}
