import { exploreSync, replay, type TransitionSystem } from '@quiesce/explore';

// Two threads execute x = x + 1, a load and then a store. A state is x, and for each thread
// 0 before the load, 1 + the loaded value before the store, 9 at the end.
const increments: TransitionSystem = {
  width: 3,
  initial: (emit) => emit(Uint32Array.of(0, 0, 0)),
  successors(state, emit) {
    for (const thread of [1, 2]) {
      const [x, at] = [state[0], state[thread]];
      if (at !== 9) emit(thread, at === 0 ? state.with(thread, 1 + x) : state.with(0, at).with(thread, 9));
    }
  },
  properties: [
    { kind: 'always', name: 'no lost update', holds: ([x, a, b]) => a !== 9 || b !== 9 || x === 2 },
  ],
};

const result = exploreSync(increments);
if (result.verdict === 'violated') {
  const { property, path } = result.violations[0];
  console.log([property, path.choices.join(' '), ...replay(increments, path)].join('\n'));
}
