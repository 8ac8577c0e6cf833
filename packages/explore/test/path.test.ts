import { ExploreError, exploreSync, replay, type Path } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { graph, nodeOf } from './systems/graph.ts';
import { patch } from './systems/patch.ts';

function thrown(action: () => unknown): ExploreError {
  try {
    action();
  } catch (error) {
    if (error instanceof ExploreError) return error;
  }
  throw new Error('expected an ExploreError');
}

describe('a path', () => {
  const system = graph({ initial: [4, 0], edges: [[1, 2], [3], [3, 0], [], [4]], bad: [3] });
  const path: Path = { initial: 1, choices: Uint32Array.of(1, 0) };

  it('is replayed to every state on it', () => {
    expect([...replay(system, path)].map(nodeOf)).toEqual([0, 2, 3]);
  });

  it('names the initial state by its number, however often one was emitted before', () => {
    const result = exploreSync(graph({ initial: [1, 1, 0], edges: [[2], [1], []], bad: [2] }));
    expect(result).toMatchObject({ violations: [{ path: { initial: 2, choices: Uint32Array.of(0) } }] });
  });

  it('yields arrays of its own', () => {
    const states = [...replay(patch(2, 'last-arrival'), { initial: 0, choices: Uint32Array.of(0, 1) })];
    expect(new Set(states.map(String)).size).toBe(3);
  });

  it('leads to the violation that it belongs to', () => {
    const result = exploreSync(patch(3, 'first-arrival'));
    if (result.verdict !== 'violated') throw new Error(result.verdict);
    const [violation] = result.violations;
    const property = patch(3, 'first-arrival').properties.find(({ name }) => name === violation.property);
    const states = [...replay(patch(3, 'first-arrival'), violation.path)];
    expect(states.map((state) => property?.holds(state)).indexOf(false)).toBe(states.length - 1);
  });

  it('that is not offered any more says where, what and why', () => {
    const changed = graph({ initial: [4, 0], edges: [[1, 2], [3], [], [], [4]] });
    const error = thrown(() => [...replay(changed, path)]);
    expect(error).toMatchObject({ code: 'replay', step: 1, found: 'a state without successors' });
    expect(error.message).toContain('check: "determinism"');
    const far = { initial: 1, choices: Uint32Array.of(7) };
    expect(thrown(() => [...replay(system, far)])).toMatchObject({ step: 0, found: 'the choices 0, 1' });
  });

  it('from an initial state that is missing says so', () => {
    const error = thrown(() => [...replay(system, { initial: 2, choices: new Uint32Array(0) })]);
    expect(error).toMatchObject({ code: 'replay', found: '2 initial states', expected: 'at least 3' });
  });

  it('over an ambiguous choice is refused', () => {
    const ambiguous = {
      ...system,
      successors: (state: Uint32Array, emit: (choice: number, next: Uint32Array) => void): void =>
        system.successors(state, (_, next) => emit(0, next)),
    };
    const error = thrown(() => [...replay(ambiguous, { initial: 1, choices: Uint32Array.of(0) })]);
    expect(error.code).toBe('ambiguous-choice');
  });
});
