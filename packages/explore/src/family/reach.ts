import { Interner } from '../interner.ts';
import type { FamilySpace, Move } from './space.ts';

/** States expanded between two chances to stop. */
const WORK = 64;

/** What is told while a space is explored. States are numbered in the order in which they are found, from 0. */
export interface Listener {
  /** A new state. Returning false leaves it unexpanded. */
  found(state: number, cells: Int32Array): boolean;
  /** A state is about to be expanded. */
  expanding(state: number): void;
  /** A move from the state that is being expanded. Moves that show a violation lead nowhere. */
  moved(move: Move, target: number): void;
}

/**
 * Explores a space breadth first. Yields now and then, so that the caller can stop it. Returns the states.
 *
 * Where a settled process can move, only it does, provided that for one of its decisions every outcome is still to be
 * expanded (or is the same state with fewer processes in its place). What the others could do is not forgotten then:
 * they can still do it there, and a state that is expanded later cannot put them off to an earlier one.
 */
export function* reach(
  space: FamilySpace,
  initial: readonly Int32Array[],
  listener: Listener,
  states: Interner = new Interner(),
): Generator<undefined, Interner, undefined> {
  const unexpanded = new Set<number>();
  const discover = (cells: Int32Array): number => {
    const known = states.size;
    const state = states.intern(cells);
    if (state === known && !listener.found(state, cells)) unexpanded.add(state);
    return state;
  };
  for (const cells of initial) discover(cells);
  for (let state = 0; state < states.size; state++) {
    if (state % WORK === 0) yield;
    if (unexpanded.has(state)) continue;
    listener.expanding(state);
    const cells = states.get(state);
    const expanded: number[] = [];
    // By decision: whether it may stand for all others so far.
    const suffices = new Map<number, boolean>();
    const emit = (next: Int32Array, move: Move): void => {
      const target = move.violation === 0 ? discover(next) : -1;
      listener.moved(move, target);
      const { from, into } = move.shift;
      const isLater = target > state || (target === state && from >= 0 && !into.has(from));
      suffices.set(move.decision, isLater && suffices.get(move.decision) !== false);
    };
    let isEnough = false;
    for (const place of space.settled(cells)) {
      suffices.clear();
      space.successors(cells, emit, (other) => other === place);
      expanded.push(place);
      isEnough = space.canLeave(cells, place) || [...suffices.values()].includes(true);
      if (isEnough) break;
    }
    if (!isEnough) space.successors(cells, emit, (place) => !expanded.includes(place));
  }
  return states;
}
