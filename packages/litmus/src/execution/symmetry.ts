import type { Program } from '../program/program.ts';
import type { Proposition, Value } from '../test.ts';
import type { Event } from '../thread/event.ts';
import { sameExpression } from '../thread/expression.ts';
import type { Path, ThreadPaths } from '../thread/path.ts';
import { equal } from '../thread/sources.ts';

/** Nodes of paths that are compared before two threads are taken for different. */
const maximumNodes = 5000;

/** Threads that can be exchanged without changing the test: for each thread the first one of its class. */
export type Classes = readonly number[];

/** Every thread a class of its own. */
export function noSymmetry(threads: number): Classes {
  return Array.from({ length: threads }, (_, thread) => thread);
}

/**
 * Finds the threads that do the same: whose paths have the same events and leave the same in the registers that are
 * observed; and whose exchange changes neither the condition nor the filter.
 */
export function classesOf(
  program: Program,
  threads: readonly ThreadPaths[],
  observed: readonly (readonly number[])[],
): Classes {
  const classes = [...noSymmetry(threads.length)];
  const { condition, filter, shownFaults, registers } = program.test;
  const propositions = filter === undefined ? [condition] : [condition, filter];
  if (shownFaults.length > 0 || propositions.some(mentionsFault)) return classes;
  const types = (thread: number): string =>
    registers
      .filter((one) => one.thread === thread && observed[thread].includes(one.register))
      .map(({ register, type: { size, signed } }) => `${register}:${size}${String(signed)}`)
      .sort()
      .join();
  for (let thread = 1; thread < threads.length; thread += 1) {
    for (let first = 0; first < thread; first += 1) {
      if (classes[first] !== first || observed[first].join() !== observed[thread].join()) continue;
      if (types(first) !== types(thread)) continue;
      if (!propositions.every((one) => text(one, first, thread) === text(one, -1, -1))) continue;
      const comparison = new Comparison(threads[first], observed[first]);
      if (!comparison.same(threads[first].root, threads[thread].root)) continue;
      classes[thread] = first;
      break;
    }
  }
  return classes;
}

function mentionsFault(proposition: Proposition): boolean {
  if (proposition.kind === 'fault') return true;
  if (proposition.kind === 'not') return mentionsFault(proposition.term);
  return 'terms' in proposition && proposition.terms.some(mentionsFault);
}

/** A proposition with two threads exchanged, in an order that does not depend on how its terms are written. */
function text(proposition: Proposition, a: number, b: number): string {
  switch (proposition.kind) {
    case 'constant':
      return String(proposition.holds);
    case 'not':
      return `~(${text(proposition.term, a, b)})`;
    case 'and':
    case 'or':
      return `${proposition.kind}(${terms(proposition, proposition.kind)
        .map((term) => text(term, a, b))
        .sort()
        .join()})`;
    case 'implies':
      return proposition.terms.map((term) => `(${text(term, a, b)})`).join('=>');
    case 'array':
      return `${proposition.name}={${proposition.values.map(valueKey).join()}}`;
    case 'fault':
      return 'fault';
    case 'equals': {
      const { left, right } = proposition;
      const value = valueKey(right);
      if (left.kind === 'location') return `${left.name}[${left.index ?? ''}]=${value}`;
      const thread = left.thread === a ? b : left.thread === b ? a : left.thread;
      return `${thread}:${left.register}=${value}`;
    }
  }
}

/** A value apart from where it is written. */
function valueKey(value: Value): string {
  return value.kind === 'integer' ? `${value.integer}` : JSON.stringify({ ...value, at: undefined });
}

/** Terms of nested conjunctions or disjunctions of one kind. */
function terms(proposition: Proposition, kind: 'and' | 'or'): readonly Proposition[] {
  return proposition.kind === kind ? proposition.terms.flatMap((term) => terms(term, kind)) : [proposition];
}

/** Compares the paths of two threads, node by node. */
class Comparison {
  readonly #thread: ThreadPaths;
  readonly #registers: readonly number[];
  #nodes = 0;

  constructor(thread: ThreadPaths, registers: readonly number[]) {
    this.#thread = thread;
    this.#registers = registers;
  }

  same(a: Path, b: Path): boolean {
    this.#nodes += 1;
    if (this.#nodes > maximumNodes || a.events.length !== b.events.length || a.ending.kind !== b.ending.kind)
      return false;
    for (let i = a.first; i < a.events.length; i += 1) if (!sameEvent(a.events[i], b.events[i])) return false;
    if (a.flags.join() !== b.flags.join()) return false;
    if (a.ending.kind === 'fork' && b.ending.kind === 'fork') return this.#sameFork(a, b);
    if (a.ending.kind !== 'done') return true;
    return this.#registers.every((number) =>
      sameExpression(a.final.registers[number].value, b.final.registers[number].value),
    );
  }

  #sameFork(a: Path, b: Path): boolean {
    const [left, right] = [a.awaited, b.awaited];
    if (left === undefined || right === undefined ? left !== right : !sameExpression(left, right))
      return false;
    const values = this.#thread.valuesOf(a);
    if (values === undefined || this.#thread.valuesOf(b)?.join() !== values.join()) return false;
    return values.every((value) => this.same(a.child(value), b.child(value)));
  }
}

function sameEvent(a: Event, b: Event): boolean {
  return (
    a.kind === b.kind &&
    a.instance === b.instance &&
    a.location === b.location &&
    a.annotations === b.annotations &&
    a.barrier === b.barrier &&
    a.all === b.all &&
    a.readOf === b.readOf &&
    (a.value === undefined || b.value === undefined
      ? a.value === b.value
      : sameExpression(a.value, b.value)) &&
    sourcesOf(a).every((sources, i) => equal(sources, sourcesOf(b)[i]))
  );
}

function sourcesOf(event: Event): readonly (readonly number[])[] {
  const { addressFrom, addressPicked, dataFrom, dataPicked, controlFrom, controlPicked, picked } = event;
  return [addressFrom, addressPicked, dataFrom, dataPicked, controlFrom, controlPicked, picked];
}
