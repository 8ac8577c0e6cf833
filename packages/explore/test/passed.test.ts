import { exploreSync, type TransitionSystem } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';

/** Counts to three, or passes two on the way. */
function counting(passes: boolean): TransitionSystem {
  let passed = 0;
  return {
    width: 1,
    initial(emit) {
      passed = 0;
      emit(Uint32Array.of(0));
    },
    successors([count], emit) {
      if (count === 3) return;
      if (passes && count === 1) passed += 1;
      emit(0, Uint32Array.of(passes && count === 1 ? 3 : count + 1));
    },
    properties: [
      { kind: 'sometimes', name: 'two', holds: ([count]) => count === 2, passed: () => passed },
      { kind: 'sometimes', name: 'four', holds: ([count]) => count === 4 },
    ],
  };
}

describe('states that a system passes without emitting them', () => {
  it('count for a witness, without a path', () => {
    const [all, some] = [false, true].map((passes) => exploreSync(counting(passes)));
    expect([all, some].map(({ statistics }) => statistics.states)).toEqual([4, 3]);
    expect(all.witnesses[0]).toMatchObject({ name: 'two', count: 1 });
    expect(all.witnesses[0].path?.choices.length).toBe(2);
    expect(some.witnesses).toEqual([
      { name: 'two', count: 1 },
      { name: 'four', count: 0 },
    ]);
  });
});
