import type { TransitionSystem } from '@quiesce/explore';

// Cells: the transaction manager, then who it knows to be prepared, the messages sent, then a resource manager each.
const MANAGER = 0;
const PREPARED = 1;
const MESSAGES = 2;
const RESOURCE = 3;

const COMMIT = 1 << 30;
const ABORT = 1 << 29;

const WORKING = 0;
const READY = 1;
const COMMITTED = 2;
const ABORTED = 3;

/**
 * Two-phase commit as in Gray and Lamport's TLA+ module TwoPhase: messages are a set that only grows, so any of them
 * may be received again, which changes nothing and counts as a transition.
 */
export function twoPhaseCommit(resources: number): TransitionSystem {
  const width = RESOURCE + resources;
  const everybody = (1 << resources) - 1;
  const all = (state: Uint32Array, value: number): boolean => {
    for (let i = RESOURCE; i < width; i++) if (state[i] !== value) return false;
    return true;
  };
  const some = (state: Uint32Array, value: number): boolean => state.includes(value, RESOURCE);
  return {
    width,
    initial: (emit) => emit(new Uint32Array(width)),
    successors(state, emit): void {
      const go = (choice: number, change: (next: Uint32Array) => void): void => {
        const next = state.slice();
        change(next);
        emit(choice, next);
      };
      const undecided = state[MANAGER] === 0;
      if (undecided && state[PREPARED] === everybody) {
        go(0, (next) => {
          next[MANAGER] = 1;
          next[MESSAGES] |= COMMIT;
        });
      }
      if (undecided) {
        go(1, (next) => {
          next[MANAGER] = 1;
          next[MESSAGES] |= ABORT;
        });
      }
      for (let i = 0; i < resources; i++) {
        const first = 2 + 5 * i;
        const cell = RESOURCE + i;
        const bit = 1 << i;
        if (undecided && (state[MESSAGES] & bit) !== 0) go(first, (next) => (next[PREPARED] |= bit));
        if (state[cell] === WORKING) {
          go(first + 1, (next) => {
            next[cell] = READY;
            next[MESSAGES] |= bit;
          });
          go(first + 2, (next) => (next[cell] = ABORTED));
        }
        if ((state[MESSAGES] & COMMIT) !== 0) go(first + 3, (next) => (next[cell] = COMMITTED));
        if ((state[MESSAGES] & ABORT) !== 0) go(first + 4, (next) => (next[cell] = ABORTED));
      }
    },
    properties: [
      { kind: 'always', name: 'consistent', holds: (s) => !(some(s, COMMITTED) && some(s, ABORTED)) },
      { kind: 'sometimes', name: 'commit', holds: (s) => all(s, COMMITTED) },
      { kind: 'sometimes', name: 'abort', holds: (s) => all(s, ABORTED) },
      { kind: 'reachable', name: 'decision', holds: (s) => all(s, COMMITTED) || all(s, ABORTED) },
    ],
  };
}
