import { Interner } from '../interner.ts';
import type { TransitionSystem } from '../system.ts';
import type { Family } from './family.ts';
import { FamilySpace } from './space.ts';

/**
 * One member of a family as a transition system, with exact numbers of processes; its states are those of the member
 * with identical processes exchanged at will. Properties: every violation as `always`, and `hang` as `reachable`.
 */
export function memberOf(family: Family, processes: number): TransitionSystem {
  const space = new FamilySpace(family, Infinity);
  const states = new Interner();
  const tuple = new Uint32Array(2);
  const emitState = (cells: Int32Array, violation: number): Uint32Array => {
    tuple[0] = violation === 0 ? space.fault(cells) : violation;
    tuple[1] = states.intern(cells);
    return tuple;
  };
  return {
    width: 2,
    properties: [
      ...family.violations.map((name, i) => ({
        kind: 'always' as const,
        name,
        holds: (state: Uint32Array): boolean => state[0] !== i + 1,
      })),
      { kind: 'reachable', name: 'hang', holds: (state) => space.arrived(states.get(state[1])) },
    ],
    initial: (emit) => emit(emitState(space.initial(processes - family.singles.length), 0)),
    successors(state, emit): void {
      let choice = 0;
      space.successors(states.get(state[1]), (next, { violation }) => {
        emit(choice, emitState(next, violation));
        choice += 1;
      });
    },
  };
}
