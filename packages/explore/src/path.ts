import { ExploreError } from './error.ts';
import type { Origins } from './explored.ts';
import type { TransitionSystem } from './system.ts';
import { NO_PARENT } from './visited.ts';

/** An execution, as the choices that lead through it. It names no state: `replay` finds them again. */
export interface Path {
  /** Which of the emitted initial states, from 0. */
  readonly initial: number;
  readonly choices: Uint32Array;
}

/** The path by which a state was found. */
export function pathTo(visited: Origins, state: number): Path {
  const choices: number[] = [];
  let index = state;
  for (let parent = visited.parent(index); parent !== NO_PARENT; parent = visited.parent(index)) {
    choices.push(visited.choice(index));
    index = parent;
  }
  return { initial: visited.choice(index), choices: Uint32Array.from(choices.reverse()) };
}

/**
 * Executes a path again. Yields the initial state and then the state after each choice, every one a fresh
 * array. Throws `replay` if the system does not offer the initial state or a choice, and `ambiguous-choice`
 * if it offers one choice with two outcomes.
 */
export function* replay(system: TransitionSystem, path: Path): Generator<Uint32Array, void, undefined> {
  let state = initialState(system, path.initial);
  yield state.slice();
  for (let step = 0; step < path.choices.length; step++) {
    state = follow(system, state, path.choices[step], step);
    yield state.slice();
  }
}

function initialState(system: TransitionSystem, wanted: number): Uint32Array {
  let count = 0;
  let found: Uint32Array | undefined;
  system.initial((state) => {
    if (count === wanted) found = state.slice();
    count += 1;
  });
  if (found !== undefined) return found;
  throw new ExploreError('replay', {
    what: `the path starts in initial state ${wanted}`,
    found: `${count} initial states`,
    expected: `at least ${wanted + 1}`,
    remedy: 'replay the path in the system, size and variant that it was found in',
    step: 0,
  });
}

function follow(system: TransitionSystem, state: Uint32Array, choice: number, step: number): Uint32Array {
  const offered: number[] = [];
  const found: Uint32Array[] = [];
  system.successors(state.slice(), (offer, next) => {
    offered.push(offer);
    if (offer === choice) found.push(next.slice());
  });
  if (found.length === 0) {
    throw new ExploreError('replay', {
      what: 'the path cannot be followed',
      found: offered.length === 0 ? 'a state without successors' : `the choices ${offered.join(', ')}`,
      expected: `the choice ${choice}`,
      remedy:
        'either the system or its parameters changed since the path was found, or its successors depend on ' +
        'something that is not in the state: run the search with check: "determinism"',
      step,
    });
  }
  if (found.some((next) => next.some((cell, i) => cell !== found[0][i]))) {
    throw new ExploreError('ambiguous-choice', {
      what: `choice ${choice} is ambiguous`,
      found: 'two different successors under it',
      expected: 'one successor for each choice',
      remedy: 'give each alternative a choice of its own',
      step,
    });
  }
  return found[0];
}
