import {
  exploreSync,
  type HuntOptions,
  huntSync,
  judgeTerminationSync,
  type TransitionSystem,
} from '@quiesce/explore';
import { describe, expect, it } from 'vitest';

type Fault = 'throws' | 'mutates' | 'random' | 'empty';

/** Counts to 9; at 3 it misbehaves. Where nothing is wrong, nothing is to be found. */
function counter(fault: Fault | 'none'): TransitionSystem {
  let calls = 0;
  return {
    width: 1,
    properties: [
      { kind: 'always', name: 'small', holds: ([value]) => value < 20 },
      { kind: 'reachable', name: 'nine', holds: ([value]) => value === 9 },
    ],
    initial(emit) {
      if (fault !== 'empty') emit(Uint32Array.of(0));
    },
    successors(state, emit) {
      const [value] = state;
      if (value === 9) return;
      calls += 1;
      if (fault === 'throws' && value === 3) throw new TypeError('three');
      emit(0, Uint32Array.of(value === 3 && fault === 'random' && calls % 2 === 0 ? 5 : value + 1));
      if (fault === 'mutates' && value === 3) state[0] = 7;
    },
  };
}

const codes: Readonly<Record<Fault, string>> = {
  throws: 'system-threw',
  mutates: 'mutated-state',
  random: 'nondeterminism',
  empty: 'invalid-system',
};
const faults = Object.keys(codes) as Fault[];

describe.each(['random', 'pct', 'context-bound'] as const)('a hunt by %s', (strategy) => {
  const options: HuntOptions = { strategy, processOf: () => 0, runs: 3, check: 'determinism' };

  it('finds nothing in a system that is sound', () => {
    expect(huntSync(counter('none'), options)).toMatchObject({ verdict: 'holds-within-bounds' });
  });

  it.each(faults)('reports a system that is bad: %s', (fault) => {
    const result = huntSync(counter(fault), options);
    expect(result).toMatchObject({ verdict: 'aborted', violations: [], reason: { code: codes[fault] } });
  });

  it('refuses one without a width', () => {
    expect(() => huntSync({ ...counter('none'), width: 0 }, options)).toThrow('the width of the states');
  });
});

describe.each(['breadth-first', 'depth-first'] as const)('a search %s', (strategy) => {
  it.each(faults)('reports a system that is bad: %s', (fault) => {
    const result = exploreSync(counter(fault), { strategy, check: 'determinism' });
    expect(result).toMatchObject({ verdict: 'aborted', violations: [], reason: { code: codes[fault] } });
  });
});

describe('the judgement of termination', () => {
  const options = { processes: 1, processOf: () => 0, goal: ([value]: Uint32Array) => value === 9 };
  const reasons: Readonly<Record<Fault, RegExp>> = {
    throws: /three$/,
    mutates: /self-check of successors: found cell 0 of its argument changed/,
    random: /self-check of successors: found two different states/,
    empty: /^the system has no initial state/,
  };

  it('is made of a system that is sound', () => {
    expect(judgeTerminationSync(counter('none'), { ...options, check: 'determinism' })).toMatchObject({
      outcome: 'terminates',
    });
  });

  it.each(faults)('is open for a system that is bad: %s', (fault) => {
    const result = judgeTerminationSync(counter(fault), { ...options, check: 'determinism' });
    expect(result.outcome).toBe('open');
    if (result.outcome === 'open') expect(result.reason).toMatch(reasons[fault]);
  });
});
