import { LitmusError } from './error.ts';
import type { FaultPattern, LitmusTest, Observable, Proposition, Value } from './test.ts';

/** What the values of a test mean to the one who judges it: each value is a number. */
export interface Denotation {
  readonly test: LitmusTest;
  /** The number of a value as it is written in the test. */
  constant(value: Value): number;
  /** A value as herd7 writes it. */
  show(value: number): string;
  /** The integer that a value is, signed; undefined for instructions and places. */
  integer(value: number): bigint | undefined;
  /** Whether the test has such a location. */
  hasLocation(location: Extract<Observable, { kind: 'location' }>): boolean;
}

/** What an execution leaves: a value for each observable, and the faults that were asked for. */
export interface FinalState {
  readonly values: readonly number[];
  /** For each fault pattern, whether a fault matched. */
  readonly faults: readonly boolean[];
}

/** The observables of a test in the order in which they are shown: registers by thread and number, then locations. */
export class Observed {
  readonly #denotation: Denotation;
  readonly observables: readonly Observable[];
  readonly faults: readonly FaultPattern[];
  readonly #index = new Map<string, number>();
  /** Arrays that are listed, and shown, as a whole. */
  readonly #arrays = new Set<string>();

  constructor(denotation: Denotation) {
    this.#denotation = denotation;
    const { test } = denotation;
    const found = new Map<string, Observable>();
    const faults = new Map<string, FaultPattern>();
    const visit = (proposition: Proposition): void => {
      if (proposition.kind === 'equals') found.set(key(proposition.left), proposition.left);
      else if (proposition.kind === 'fault') faults.set(faultText(proposition.pattern), proposition.pattern);
      else if (proposition.kind === 'not') visit(proposition.term);
      else if (proposition.kind !== 'constant') proposition.terms.forEach(visit);
    };
    for (const observable of test.shown) {
      const listed = elements(test, observable);
      for (const element of listed) found.set(key(element), element);
      if (observable.kind === 'location' && listed[0] !== observable) this.#arrays.add(observable.name);
    }
    visit(test.condition);
    this.observables = [...found.values()].sort(inOrder);
    this.faults = [...faults.values()];
    const filtered = new Map<string, Observable>();
    if (test.filter !== undefined) {
      visitEquals(test.filter, (observable) => {
        if (!found.has(key(observable))) filtered.set(key(observable), observable);
      });
    }
    this.hidden = [...filtered.values()];
    [...this.observables, ...this.hidden].forEach((observable, i) => this.#index.set(key(observable), i));
    for (const observable of [...this.observables, ...this.hidden]) this.#check(observable);
  }

  /** Observables that only the filter names: they are not shown. */
  readonly hidden: readonly Observable[];

  /** The numbers of the registers of a thread that are observed, shown or hidden. */
  registersOf(thread: number): number[] {
    return [...this.observables, ...this.hidden]
      .flatMap((one) => (one.kind === 'register' && one.thread === thread ? [one.register] : []))
      .sort((a, b) => a - b);
  }

  /** Where the value of a register is in a state. */
  indexOf(thread: number, register: number): number {
    return this.#index.get(`${thread}:${register}`) ?? -1;
  }

  /** Whether a proposition holds in a state. */
  holds(proposition: Proposition, state: FinalState): boolean {
    switch (proposition.kind) {
      case 'constant':
        return proposition.holds;
      case 'not':
        return !this.holds(proposition.term, state);
      case 'and':
        return proposition.terms.every((term) => this.holds(term, state));
      case 'or':
        return proposition.terms.some((term) => this.holds(term, state));
      case 'fault': {
        const text = faultText(proposition.pattern);
        const index = this.faults.findIndex((pattern) => faultText(pattern) === text);
        return state.faults[index];
      }
      case 'equals': {
        const value = state.values[this.#index.get(key(proposition.left)) ?? -1];
        return this.equal(value, this.#denotation.constant(proposition.right));
      }
    }
  }

  /** A state as herd7 prints it: `0:X1=1; [x]=2;`, and then the faults that were asked for: ` ~Fault(P0:L0);`. */
  show(state: FinalState): string {
    const parts = this.observables.flatMap((observable, i) => {
      if (observable.kind === 'register' || !this.#arrays.has(observable.name))
        return [`${shown(observable)}=${this.#denotation.show(state.values[i])};`];
      return observable.index === 0 ? [this.#array(observable.name, state)] : [];
    });
    if (this.faults.length === 0) return parts.join(' ');
    const taken = this.faults.filter((_, i) => state.faults[i]).map((pattern) => `${faultText(pattern)};`);
    const others = this.faults
      .filter((_, i) => !state.faults[i])
      .map((pattern) => ` ~${faultText(pattern)};`);
    return `${parts.join(' ')} ${taken.join(' ')}${others.join('')}`;
  }

  /** An array as a whole: `t={1,2};`. */
  #array(name: string, state: FinalState): string {
    const values = this.observables.flatMap((one, i) =>
      one.kind === 'location' && one.name === name ? [this.#denotation.show(state.values[i])] : [],
    );
    return `${name}={${values.join(',')}};`;
  }

  /** The order in which states are listed: by their values, numbers by size. */
  compare(a: FinalState, b: FinalState): number {
    for (let i = 0; i < this.observables.length; i += 1) {
      const order = this.#compareValues(a.values[i], b.values[i]);
      if (order !== 0) return order;
    }
    return a.faults.filter(Boolean).length - b.faults.filter(Boolean).length;
  }

  #compareValues(left: number, right: number): number {
    if (left === right) return 0;
    const [a, b] = [this.#denotation.integer(left), this.#denotation.integer(right)];
    if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0;
    return this.#denotation.show(left) < this.#denotation.show(right) ? -1 : 1;
  }

  /** Integers are compared as they are shown: 0xffffffff is -1. */
  equal(left: number, right: number): boolean {
    if (left === right) return true;
    const a = this.#denotation.integer(left);
    return a !== undefined && a === this.#denotation.integer(right);
  }

  #check(observable: Observable): void {
    const { test } = this.#denotation;
    const isKnown =
      observable.kind === 'register'
        ? observable.thread < test.threads.length
        : this.#denotation.hasLocation(observable);
    if (isKnown) return;
    throw new LitmusError(
      { line: 1, column: 1 },
      {
        code: 'undefined-name',
        expected: 'a register of a thread or a location of the test',
        found: `'${shown(observable)}' in the condition`,
        remedy: 'initialise the location, or correct the name',
      },
    );
  }
}

function visitEquals(proposition: Proposition, found: (observable: Observable) => void): void {
  if (proposition.kind === 'equals') found(proposition.left);
  else if (proposition.kind === 'not') visitEquals(proposition.term, found);
  else if (proposition.kind === 'and' || proposition.kind === 'or') {
    for (const term of proposition.terms) visitEquals(term, found);
  }
}

/** An array that is listed stands for its elements. */
function elements(test: LitmusTest, observable: Observable): readonly Observable[] {
  if (observable.kind === 'register' || observable.index !== undefined) return [observable];
  const count = test.locations.get(observable.name)?.elements;
  if (count === undefined) return [observable];
  return Array.from({ length: count }, (_, index) => ({ ...observable, index }));
}

function key(observable: Observable): string {
  return observable.kind === 'register'
    ? `${observable.thread}:${observable.register}`
    : `${observable.name}[${observable.index ?? ''}]`;
}

function shown(observable: Observable): string {
  if (observable.kind === 'register') return `${observable.thread}:X${observable.register}`;
  return observable.index === undefined ? `[${observable.name}]` : `${observable.name}[${observable.index}]`;
}

function inOrder(a: Observable, b: Observable): number {
  if (a.kind === 'register')
    return b.kind === 'register' ? a.thread - b.thread || a.register - b.register : -1;
  if (b.kind === 'register') return 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : (a.index ?? 0) - (b.index ?? 0);
}

/** A fault as herd7 prints it. */
function faultText({ thread, label, location, type }: FaultPattern): string {
  const place = label === undefined ? `P${thread}` : `P${thread}:${label}`;
  return `Fault(${[place, location, type].filter((part) => part !== undefined).join(',')})`;
}
