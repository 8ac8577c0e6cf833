import type { TransitionSystem } from '@quiesce/explore';

const THINKS = 0;
const HOLDS_ONE = 1;
const EATS = 2;

/** Which way philosophers reach first. */
export type Table = 'all-left' | 'one-right';

/** The forks that a philosopher holds: fork i lies to the left of philosopher i. */
function held(count: number, table: Table, who: number, state: number): number[] {
  const left = who;
  const right = (who + 1) % count;
  const order = table === 'one-right' && who === count - 1 ? [right, left] : [left, right];
  return order.slice(0, state);
}

/** Whether no fork is in two hands. */
export function consistent(states: ArrayLike<number>, table: Table): boolean {
  const count = states.length;
  const forks = Array.from(states).flatMap((state, who) => held(count, table, who, state));
  return new Set(forks).size === forks.length;
}

/** Dining philosophers who take forks one by one and put both down at once. With everyone left-handed they can starve. */
export function philosophers(count: number, table: Table): TransitionSystem {
  return {
    width: count,
    initial: (emit) => emit(new Uint32Array(count)),
    successors(state, emit): void {
      for (let who = 0; who < count; who++) {
        const next = state.slice();
        next[who] = state[who] === EATS ? THINKS : state[who] + 1;
        if (consistent(next, table)) emit(who, next);
      }
    },
    properties: [
      { kind: 'always', name: 'forks', holds: (state) => consistent(state, table) },
      { kind: 'reachable', name: 'meal', holds: (state) => state.includes(EATS) },
      { kind: 'sometimes', name: 'everybody holds a fork', holds: (s) => s.every((x) => x === HOLDS_ONE) },
    ],
  };
}
