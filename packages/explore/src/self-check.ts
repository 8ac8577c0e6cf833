import { ExploreError, type ExploreErrorCode } from './error.ts';
import type { Property, TransitionSystem } from './system.ts';

interface Answer {
  readonly choices: number[];
  readonly states: Uint32Array[];
}

/**
 * The same system, asked everything twice. Throws `nondeterminism`, `mutated-state` or `ambiguous-choice`, whichever is
 * seen first. Two calls in a row do not show everything: an answer that changes later goes unnoticed.
 */
export function selfChecking(system: TransitionSystem): TransitionSystem {
  return {
    width: system.width,
    properties: system.properties.map(askedTwice),
    save: (writer) => system.save?.(writer),
    restore: (reader) => system.restore?.(reader),
    initial(emit): void {
      const first = answer((take) => system.initial((state) => take(0, state)));
      const second = answer((take) => system.initial((state) => take(0, state)));
      compare(first, second, 'initial');
      for (const state of first.states) emit(state);
    },
    successors(state, emit): void {
      const before = state.slice();
      const first = answer((take) => system.successors(state, take));
      unchanged(before, state, 'successors');
      const second = answer((take) => system.successors(before.slice(), take));
      compare(first, second, 'successors');
      unambiguous(first);
      first.states.forEach((next, i) => emit(first.choices[i], next));
    },
  };
}

function askedTwice(property: Property): Property {
  return {
    kind: property.kind,
    name: property.name,
    holds(state): boolean {
      const before = state.slice();
      const first = property.holds(state);
      const second = property.holds(before.slice());
      unchanged(before, state, `property ${property.name}`);
      if (first === second) return first;
      throw failure('nondeterminism', `property ${property.name}`, `${first}, then ${second}`, 'one answer');
    },
  };
}

function answer(ask: (take: (choice: number, state: Uint32Array) => void) => void): Answer {
  const choices: number[] = [];
  const states: Uint32Array[] = [];
  ask((choice, state) => {
    choices.push(choice);
    states.push(state.slice());
  });
  return { choices, states };
}

function equal(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((cell, i) => cell === b[i]);
}

function unchanged(before: Uint32Array, after: Uint32Array, who: string): void {
  if (equal(before, after)) return;
  const cell = before.findIndex((value, i) => value !== after[i]);
  throw failure('mutated-state', who, `cell ${cell} of its argument changed`, 'an argument left alone');
}

function compare(first: Answer, second: Answer, who: string): void {
  if (first.choices.length !== second.choices.length) {
    const found = `${first.choices.length} states, then ${second.choices.length}`;
    throw failure('nondeterminism', who, found, 'as many the second time');
  }
  for (let i = 0; i < first.choices.length; i++) {
    if (first.choices[i] !== second.choices[i]) {
      const found = `choice ${first.choices[i]}, then ${second.choices[i]} in place ${i}`;
      throw failure('nondeterminism', who, found, 'the same choices in the same order');
    }
    if (equal(first.states[i], second.states[i])) continue;
    const found = `two different states in place ${i} (choice ${first.choices[i]})`;
    throw failure('nondeterminism', who, found, 'the same state');
  }
}

function unambiguous(offered: Answer): void {
  const seen = new Map<number, Uint32Array>();
  for (let i = 0; i < offered.choices.length; i++) {
    const choice = offered.choices[i];
    const other = seen.get(choice);
    if (other === undefined) seen.set(choice, offered.states[i]);
    else if (!equal(other, offered.states[i])) {
      const found = `choice ${choice} with two different states`;
      throw failure('ambiguous-choice', 'successors', found, 'one state for each choice');
    }
  }
}

function failure(code: ExploreErrorCode, who: string, found: string, expected: string): ExploreError {
  return new ExploreError(code, {
    what: `self-check of ${who}`,
    found,
    expected,
    remedy:
      'answers must depend on the state alone: look for a clock, a random number, a cache or a reused array',
  });
}
