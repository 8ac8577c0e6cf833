import type { TransitionSystem } from '@quiesce/explore';

// Cells: the turn, then for each thread whether it wants in, and where it is.
const TURN = 0;
const WANTS = 1;
const PC = 3;

const IDLE = 0;
const SECOND = 1;
const WAITS = 2;
const CRITICAL = 3;

/** `turn-first` swaps the two stores of the entry protocol, which is the classic way to break it. */
export type Order = 'flag-first' | 'turn-first';

/** Peterson's algorithm for two threads, one shared access a step. */
export function peterson(order: Order): TransitionSystem {
  return {
    width: 5,
    initial: (emit) => emit(new Uint32Array(5)),
    successors(state, emit): void {
      for (let me = 0; me < 2; me++) {
        const other = 1 - me;
        const next = state.slice();
        const pc = state[PC + me];
        if (pc === IDLE || pc === SECOND) {
          if ((pc === IDLE) === (order === 'flag-first')) next[WANTS + me] = 1;
          else next[TURN] = other;
          next[PC + me] = pc + 1;
        } else if (pc === WAITS) {
          if (state[WANTS + other] === 0 || state[TURN] === me) next[PC + me] = CRITICAL;
        } else {
          next[WANTS + me] = 0;
          next[PC + me] = IDLE;
        }
        emit(me, next);
      }
    },
    properties: [
      { kind: 'always', name: 'exclusion', holds: (s) => s[PC] !== CRITICAL || s[PC + 1] !== CRITICAL },
      { kind: 'sometimes', name: 'thread 0 enters', holds: (s) => s[PC] === CRITICAL },
      { kind: 'sometimes', name: 'both wait', holds: (s) => s[PC] === WAITS && s[PC + 1] === WAITS },
      { kind: 'reachable', name: 'thread 1 enters', holds: (s) => s[PC + 1] === CRITICAL },
    ],
  };
}
