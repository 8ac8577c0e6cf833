import process from 'node:process';

// Systems that workers make for themselves. JavaScript, because worker threads load it as it is.

/**
 * `count` counters up to `most`, one of which goes up in a step. `wrong`: a sum that must not be reached. `wraps`: a full
 * counter begins again, so that steps lead back to states of levels before.
 */
export function counters({ count, most, wrong = -1, wraps = false, fault = 'none' }) {
  const next = new Uint32Array(count);
  const sum = (state) => state.reduce((total, value) => total + value, 0);
  return {
    width: count,
    properties: [
      { kind: 'always', name: 'another', holds: () => true },
      { kind: 'always', name: 'sum', holds: (state) => sum(state) !== wrong },
      { kind: 'sometimes', name: 'first full', holds: (state) => state[0] === most },
      { kind: 'reachable', name: 'all full', holds: (state) => state.every((value) => value === most) },
    ],
    initial: (emit) => emit(next.fill(0)),
    successors(state, emit) {
      if (fault === 'throws' && sum(state) === 3) throw new TypeError('three');
      if (fault === 'dies' && sum(state) === 3) process.exit(9);
      if (fault === 'mutates' && sum(state) === 3) state[0] = 7;
      for (let i = 0; i < count; i++) {
        if (state[i] === most && !wraps) continue;
        next.set(state);
        next[i] += fault === 'random' && sum(state) === 3 && Math.random() < 0.5 ? 2 : 1;
        if (wraps && next[i] > most) next[i] = 0;
        emit(i, next);
      }
    },
  };
}

/** The same with a place to get stuck: once the first two are full before the third has begun. */
export function stuck(argument) {
  const system = counters(argument);
  return {
    ...system,
    successors(state, emit) {
      const isStuck = state[0] === argument.most && state[1] === argument.most && state[2] === 0;
      if (!isStuck) system.successors(state, emit);
    },
  };
}

/** Counters whose states are numbers that an interner gives out. */
export function interned(argument, [table]) {
  const system = counters(argument);
  const cells = (state) => Uint32Array.from(table.get(state[0]));
  return {
    width: 1,
    properties: system.properties.map((property) => ({
      ...property,
      holds: (state) => property.holds(cells(state)),
    })),
    initial: (emit) => system.initial((state) => emit(Uint32Array.of(table.intern(state)))),
    successors: (state, emit) =>
      system.successors(cells(state), (choice, next) => emit(choice, Uint32Array.of(table.intern(next)))),
  };
}
