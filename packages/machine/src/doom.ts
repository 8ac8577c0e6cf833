import { Interner } from '@quiesce/explore';
import type { MachineSystem } from './system.ts';

/** Work is given up beyond so many states. */
const mostStates = 300_000;

/**
 * Whether a state leads to one in which every CPU has finished, or to a violation; undefined where that is too much work.
 * Depth first, since one such state is enough.
 */
function canFinish(system: MachineSystem, from: Uint32Array): boolean | undefined {
  const seen = new Interner();
  const goal = system.properties.find((property) => property.kind === 'reachable');
  const state = new Uint32Array(system.width);
  const open = [seen.intern(from)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.size > mostStates) return undefined;
    state.set(seen.get(id));
    if (state[0] !== 0 || goal?.holds(state) === true) return true;
    system.successors(state, (_, next) => {
      const { size } = seen;
      const found = seen.intern(next);
      if (found === size) open.push(found);
    });
  }
  return false;
}

/**
 * After how many steps of a schedule that ends in a hang no schedule lets every CPU finish any more, from 0. Who is doomed
 * stays doomed, so it is enough to go back from the end. Undefined where that is too much work.
 */
export function doomedAt(system: MachineSystem, choices: Uint32Array): number | undefined {
  const states = system.statesAlong(choices);
  for (let step = states.length - 1; step >= 0; step--) {
    const finishes = canFinish(system, states[step]);
    if (finishes === undefined) return undefined;
    if (finishes) return step + 1;
  }
  return 0;
}
