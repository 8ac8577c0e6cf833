import { exploreSync, type Result, type TransitionSystem } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { graph } from './systems/graph.ts';
import { twoPhaseCommit } from './systems/two-phase.ts';

type Emit = (choice: number, next: Uint32Array) => void;
const line = graph({ initial: [0], edges: [[1], [2], [0, 2]] });

function checked(change: Partial<TransitionSystem>): Result {
  return exploreSync({ ...line, ...change }, { check: 'determinism' });
}

function expectCode(result: Result, code: string): void {
  expect(result).toMatchObject({ verdict: 'aborted', reason: { code } });
}

describe('the self-check', () => {
  it('changes no result of a sound system', () => {
    const { statistics, ...rest } = exploreSync(twoPhaseCommit(3), { check: 'determinism' });
    const plain = exploreSync(twoPhaseCommit(3));
    expect(rest).toEqual({ verdict: plain.verdict, witnesses: plain.witnesses });
    expect(statistics.transitions).toBe(plain.statistics.transitions);
  });

  it('sees successors that come and go', () => {
    let calls = 0;
    const successors = (state: Uint32Array, emit: Emit): void => {
      calls += 1;
      if (calls % 2 === 0) line.successors(state, emit);
    };
    expectCode(checked({ successors }), 'nondeterminism');
  });

  it('sees another order of choices', () => {
    let calls = 0;
    const successors = (state: Uint32Array, emit: Emit): void => {
      calls += 1;
      const choices = calls % 2 === 0 ? [0, 1] : [1, 0];
      choices.forEach((choice) => emit(choice, state));
    };
    expectCode(checked({ successors }), 'nondeterminism');
  });

  it('sees another successor for a choice', () => {
    let calls = 0;
    const successors = (_state: Uint32Array, emit: Emit): void => {
      calls += 1;
      emit(0, Uint32Array.of(0, calls, 0));
    };
    expectCode(checked({ successors }), 'nondeterminism');
  });

  it('sees another initial state', () => {
    let calls = 0;
    const initial = (emit: (state: Uint32Array) => void): void => {
      calls += 1;
      emit(Uint32Array.of(0, calls, 0));
    };
    expectCode(checked({ initial }), 'nondeterminism');
  });

  it('sees a property that changes its mind', () => {
    let calls = 0;
    const holds = (): boolean => {
      calls += 1;
      return calls % 2 === 0;
    };
    expectCode(checked({ properties: [{ kind: 'always', name: 'moody', holds }] }), 'nondeterminism');
  });

  it('sees a changed argument, of successors and of a property', () => {
    const successors = (state: Uint32Array, emit: Emit): void => {
      state[1] = 2;
      emit(0, state);
    };
    expectCode(checked({ successors }), 'mutated-state');
    const holds = (state: Uint32Array): boolean => {
      state[0] = 9;
      return true;
    };
    expectCode(checked({ properties: [{ kind: 'always', name: 'rude', holds }] }), 'mutated-state');
  });

  it('sees one choice for two successors', () => {
    const successors = (_state: Uint32Array, emit: Emit): void => {
      emit(3, Uint32Array.of(0, 1, 0));
      emit(3, Uint32Array.of(0, 2, 0));
    };
    expectCode(checked({ successors }), 'ambiguous-choice');
  });
});

describe('a bad system', () => {
  it('without initial states is no proof of anything', () => {
    expectCode(exploreSync({ ...line, initial: () => undefined }), 'invalid-system');
  });

  it('with states of another width is stopped', () => {
    expectCode(exploreSync({ ...line, initial: (emit) => emit(new Uint32Array(4)) }), 'invalid-state');
  });

  it.each([-1, 0.5, 2 ** 32, NaN])('with the choice %d is stopped', (choice) => {
    const successors = (state: Uint32Array, emit: Emit): void => emit(choice, state);
    expectCode(exploreSync({ ...line, successors }), 'invalid-choice');
  });

  it.each([0, -1, 1.5, 2 ** 20])('of width %d is refused', (width) => {
    expect(() => exploreSync({ ...line, width })).toThrow(
      expect.objectContaining({ code: 'invalid-system' }),
    );
  });

  it('with two properties of one name is refused', () => {
    const properties = [...line.properties, ...line.properties];
    expect(() => exploreSync({ ...line, properties })).toThrow('two called "not bad"');
  });
});
