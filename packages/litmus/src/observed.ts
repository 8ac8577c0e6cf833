import { LitmusError } from './error.ts';
import { Mentioned } from './mentioned.ts';
import { faultText, observableText } from './syntax/condition-text.ts';
import { type TakenFault, isMatch, takenText } from './taken-fault.ts';
import {
  type FaultPattern,
  type LitmusTest,
  type Observable,
  type Proposition,
  type Value,
  type ValueType,
  untyped,
} from './test.ts';

/** What the values of a test mean to the one who judges it: each value is a number. */
export interface Denotation {
  readonly test: LitmusTest;
  /** The number of a value as it is written in the test. */
  constant(value: Value): number;
  /** A value that is no integer, as herd7 writes it. */
  show(value: number): string;
  /** The integer that a value is, as a signed number of 64 bits; undefined for instructions and places. */
  integer(value: number): bigint | undefined;
  /** Whether the test has such a location. */
  hasLocation(location: Extract<Observable, { kind: 'location' }>): boolean;
}

/** What an execution leaves: a value for each observable, and the faults that were asked for. */
export interface FinalState {
  readonly values: readonly number[];
  /** For each fault pattern, whether a fault matched. */
  readonly faults: readonly boolean[];
  /** The faults that match a pattern that is shown, as herd7 writes them. */
  readonly taken: readonly string[];
}

/** What tells a final state from others. */
export function keyOf({ values, faults, taken }: FinalState): string {
  return `${values.join()};${faults.map(Number).join('')};${taken.join()}`;
}

/** The observables of a test in the order in which they are shown: registers by thread and number, locations, elements. */
export class Observed {
  readonly #denotation: Denotation;
  readonly observables: readonly Observable[];
  /** Observables that only the filter names: they are not shown. */
  readonly hidden: readonly Observable[];
  /** Patterns of faults; those that only the filter names come last, and are not shown. */
  readonly faults: readonly FaultPattern[];
  readonly #shownFaults: number;
  readonly #types: readonly ValueType[];
  readonly #index = new Map<string, number>();
  /** Arrays that are listed, and shown, as a whole. */
  readonly #arrays = new Set<string>();

  constructor(denotation: Denotation) {
    this.#denotation = denotation;
    const { test } = denotation;
    const shown = new Mentioned();
    for (const observable of test.shown) {
      const listed = elements(test, observable);
      for (const element of listed) shown.observables.set(observableText(element), element);
      if (observable.kind === 'location' && listed[0] !== observable) this.#arrays.add(observable.name);
    }
    for (const pattern of test.shownFaults) shown.faults.set(faultText('Fault', pattern), pattern);
    shown.visit(test.condition);
    for (const { name } of shown.arrays) this.#arrays.add(name);
    const all = new Mentioned();
    if (test.filter !== undefined) all.visit(test.filter);
    for (const array of [...shown.arrays, ...all.arrays]) checkLength(test, array);
    this.observables = [...shown.observables.values()].sort((a, b) => this.#inOrder(a, b));
    this.hidden = [...all.observables].filter(([key]) => !shown.observables.has(key)).map(([, one]) => one);
    this.faults = [...new Map([...shown.faults, ...all.faults]).values()];
    this.#shownFaults = shown.faults.size;
    const every = [...this.observables, ...this.hidden];
    every.forEach((observable, i) => this.#index.set(observableText(observable), i));
    for (const observable of every) this.#check(observable);
    this.#types = every.map((observable) => typeOf(test, observable));
  }

  /** The numbers of the registers of a thread that are observed, shown or hidden. */
  registersOf(thread: number): number[] {
    return [...this.observables, ...this.hidden]
      .flatMap((one) => (one.kind === 'register' && one.thread === thread ? [one.register] : []))
      .sort((a, b) => a - b);
  }

  /** Where the value of a register is in a state. */
  indexOf(thread: number, register: number): number {
    return this.#index.get(observableText({ kind: 'register', thread, register })) ?? -1;
  }

  /** What a final state says of the faults that were taken. */
  matched(taken: readonly TakenFault[]): Pick<FinalState, 'faults' | 'taken'> {
    const shown = this.faults.slice(0, this.#shownFaults);
    const texts = taken.filter((fault) => shown.some((pattern) => isMatch(pattern, fault))).map(takenText);
    return {
      faults: this.faults.map((pattern) => taken.some((fault) => isMatch(pattern, fault))),
      taken: [...new Set(texts)].sort(),
    };
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
      case 'implies':
        return !this.holds(proposition.terms[0], state) || this.holds(proposition.terms[1], state);
      case 'fault': {
        const text = faultText('Fault', proposition.pattern);
        const index = this.faults.findIndex((pattern) => faultText('Fault', pattern) === text);
        return state.faults[index];
      }
      case 'array': {
        const { name, values } = proposition;
        return values.every((right, index) => {
          const observable: Observable = { kind: 'location', name, index };
          const place = this.#index.get(observableText(observable)) ?? -1;
          return this.#equal(state.values[place], this.#denotation.constant(right), place);
        });
      }
      case 'equals': {
        const index = this.#index.get(observableText(proposition.left)) ?? -1;
        return this.#equal(state.values[index], this.#denotation.constant(proposition.right), index);
      }
    }
  }

  /** Whether an observable that has a value equals a constant: integers by what its type keeps of them. */
  equal(observable: Observable, value: number, constant: number): boolean {
    return this.#equal(value, constant, this.#index.get(observableText(observable)) ?? -1);
  }

  #equal(value: number, constant: number, index: number): boolean {
    if (value === constant) return true;
    const a = this.#denotation.integer(value);
    const b = this.#denotation.integer(constant);
    return (
      a !== undefined &&
      b !== undefined &&
      converted(a, this.#types[index]) === converted(b, this.#types[index])
    );
  }

  /** A state as herd7 prints it: `0:X1=1; [x]=2;`, and then the faults that were asked for: ` ~Fault(P0:L0);`. */
  show(state: FinalState): string {
    const parts = this.observables.flatMap((observable, i) => {
      if (observable.kind === 'register' || !this.#arrays.has(observable.name))
        return [`${observableText(observable)}=${this.#valueText(state, i)};`];
      return observable.index === 0 ? [this.#array(observable.name, state)] : [];
    });
    if (this.#shownFaults === 0) return parts.join(' ');
    const others = this.faults
      .slice(0, this.#shownFaults)
      .filter((_, i) => !state.faults[i])
      .map((pattern) => ` ~${faultText('Fault', pattern)};`);
    const taken = state.taken.map((text) => `${text};`).join(' ');
    return `${parts.join(' ')} ${taken}${others.join('')}`;
  }

  /** An array as a whole: `t={1,2};`. */
  #array(name: string, state: FinalState): string {
    const values = this.observables.flatMap((one, i) =>
      one.kind === 'location' && one.name === name ? [this.#valueText(state, i)] : [],
    );
    return `${name}={${values.join(',')}};`;
  }

  #valueText({ values }: FinalState, index: number): string {
    const integer = this.#denotation.integer(values[index]);
    return integer === undefined
      ? this.#denotation.show(values[index])
      : String(converted(integer, this.#types[index]));
  }

  /** The order in which states are listed: by their values, numbers by size, then places, then instructions. */
  compare(a: FinalState, b: FinalState): number {
    for (let i = 0; i < this.observables.length; i += 1) {
      const order = this.#compareValues(a.values[i], b.values[i]);
      if (order !== 0) return order;
    }
    return a.taken.length - b.taken.length || alphabetical(a.taken.join(), b.taken.join());
  }

  #compareValues(left: number, right: number): number {
    if (left === right) return 0;
    const [a, b] = [this.#denotation.integer(left), this.#denotation.integer(right)];
    if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0;
    if (a !== undefined || b !== undefined) return a === undefined ? 1 : -1;
    const [first, second] = [this.#denotation.show(left), this.#denotation.show(right)];
    return rank(first) - rank(second) || alphabetical(first, second);
  }

  /** Registers by thread and number, locations and whole arrays by name, elements by name and index. */
  #inOrder(a: Observable, b: Observable): number {
    if (a.kind === 'register')
      return b.kind === 'register' ? a.thread - b.thread || a.register - b.register : -1;
    if (b.kind === 'register') return 1;
    const isElement = ({ name, index }: typeof a): boolean => index !== undefined && !this.#arrays.has(name);
    if (isElement(a) !== isElement(b)) return isElement(a) ? 1 : -1;
    return alphabetical(a.name, b.name) || (a.index ?? 0) - (b.index ?? 0);
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
        found: `'${observableText(observable)}' in the condition`,
        remedy: 'initialise the location, or correct the name',
      },
    );
  }
}

/** The order of two texts by their code units; 0 for one text twice. */
function alphabetical(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function checkLength(test: LitmusTest, { name, values, at }: Mentioned['arrays'][number]): void {
  const elements = test.locations.get(name)?.elements;
  if (elements === values.length) return;
  throw new LitmusError(at, {
    code: 'operand',
    expected: elements === undefined ? 'an array' : `${elements} values, as ${name} has elements`,
    found: elements === undefined ? `'${name}'` : `${values.length}`,
    remedy: 'compare every element of an array',
  });
}

/** An array that is listed stands for its elements. */
function elements(test: LitmusTest, observable: Observable): readonly Observable[] {
  if (observable.kind === 'register' || observable.index !== undefined) return [observable];
  const count = test.locations.get(observable.name)?.elements;
  if (count === undefined) return [observable];
  return Array.from({ length: count }, (_, index) => ({ ...observable, index }));
}

function typeOf(test: LitmusTest, observable: Observable): ValueType {
  if (observable.kind === 'location') return test.locations.get(observable.name) ?? untyped;
  const { thread, register } = observable;
  return test.registers.find((one) => one.thread === thread && one.register === register)?.type ?? untyped;
}

/** What a type keeps of an integer. */
function converted(integer: bigint, { size, signed }: ValueType): bigint {
  return signed ? BigInt.asIntN(8 * size, integer) : BigInt.asUintN(8 * size, integer);
}

/** Places in data come before places in code, and those before instructions. */
function rank(text: string): number {
  return text.startsWith('label:') ? 1 : text === 'NOP' || text.startsWith('instr:') ? 2 : 0;
}
