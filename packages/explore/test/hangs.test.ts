import { exploreSync, replay, type Result } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { graph, nodeOf, type Graph } from './systems/graph.ts';

/** The nodes on the way to the hang, and how many of the steps it took to be lost. */
function hang(sample: Graph, all = true): { nodes: number[]; doomedAt: number | undefined } | undefined {
  const system = graph(sample);
  const result: Result = exploreSync(system, { all });
  if (result.verdict !== 'violated') return undefined;
  const violation = result.violations.find(({ kind }) => kind === 'reachable');
  if (violation?.kind !== 'reachable') return undefined;
  return { nodes: [...replay(system, violation.path)].map(nodeOf), doomedAt: violation.doomedAt };
}

describe('a hang', () => {
  it('is a deadlock before the goal', () => {
    expect(hang({ initial: [0], edges: [[1, 2], [], []], goal: [1] })).toEqual({
      nodes: [0, 2],
      doomedAt: 1,
    });
  });

  it('is a state that only loops to itself', () => {
    expect(hang({ initial: [0], edges: [[1, 2], [], [2]], goal: [1] })).toEqual({
      nodes: [0, 2],
      doomedAt: 1,
    });
  });

  it('is a cycle without a way out', () => {
    expect(hang({ initial: [0], edges: [[1, 2], [], [3], [2]], goal: [1] })).toEqual({
      nodes: [0, 2],
      doomedAt: 1,
    });
  });

  it('is shown where everybody is stuck, not where it became inevitable', () => {
    // 2 is lost already, but may still move: 2 -> 3 -> 4, where nothing else is left.
    const sample = { initial: [0], edges: [[1, 2], [], [3], [4], [5], [4]], goal: [1] };
    expect(hang(sample)).toEqual({ nodes: [0, 2, 3, 4], doomedAt: 1 });
  });

  it('may be there from the start', () => {
    expect(hang({ initial: [0], edges: [[1], [0]], goal: [] })).toEqual({ nodes: [0], doomedAt: 0 });
  });

  it('is no cycle that can be left', () => {
    expect(hang({ initial: [0], edges: [[1, 0], [0, 2], []], goal: [2] })).toBeUndefined();
  });

  it('is nothing after the goal if the goal can be reached again, and one if it cannot', () => {
    expect(hang({ initial: [0], edges: [[1], [0]], goal: [1] })).toBeUndefined();
    expect(hang({ initial: [0], edges: [[1], [2], [2]], goal: [1] })).toEqual({
      nodes: [0, 1, 2],
      doomedAt: 2,
    });
  });

  it('is no path that an always property ended', () => {
    expect(hang({ initial: [0], edges: [[1, 2], [], [0]], goal: [0], bad: [1] })).toBeUndefined();
    expect(hang({ initial: [0], edges: [[1], []], goal: [], bad: [1] })).toBeUndefined();
  });

  it('does not take a goal for good in a state where an always property fails', () => {
    // 1 is the goal and bad: it saves nobody as a goal, but it ends the path, so 0 is not stuck either; 2 is.
    expect(hang({ initial: [0], edges: [[1, 2], [0], []], goal: [1], bad: [1] })).toEqual({
      nodes: [0, 2],
      doomedAt: 1,
    });
  });

  it('is left unjudged when an always property stopped the search', () => {
    const system = graph({ initial: [0], edges: [[1, 2], [], []], goal: [1], bad: [1] });
    expect(exploreSync(system)).toMatchObject({
      verdict: 'violated',
      violations: [{ property: 'not bad' }],
      unjudged: ['goal'],
    });
  });

  it('is reported for the first such property, or for each if all are asked for', () => {
    const system = graph({ initial: [0], edges: [[1], []] });
    const never = (name: string) => ({ kind: 'reachable', name, holds: () => false }) as const;
    const twice = { ...system, properties: [never('one'), never('two')] };
    expect(exploreSync(twice)).toMatchObject({ violations: [{ property: 'one' }], unjudged: ['two'] });
    expect(exploreSync(twice, { all: true })).toMatchObject({
      violations: [{ property: 'one' }, { property: 'two' }],
      unjudged: [],
    });
  });

  it('is told of by every state in which one ends', () => {
    // 2 is lost but can be left; 3 and 4 lead to one another; 5 is a deadlock; 1 is the goal.
    const sample = graph({ initial: [0], edges: [[1, 2, 5], [], [3], [4], [3], []], goal: [1] });
    const ends: number[] = [];
    exploreSync(sample, { onEnd: (state) => ends.push(nodeOf(state)) });
    expect(ends.sort()).toEqual([3, 4, 5]);
    exploreSync(graph({ initial: [0], edges: [[]], goal: [0] }), { onEnd: () => ends.push(-1) });
    exploreSync(sample, { storage: 'compact', onEnd: () => ends.push(-1) });
    expect(ends).not.toContain(-1);
  });

  it('is found in a component of 200,000 states without recursion', () => {
    const last = 200_000;
    const edges = Array.from({ length: last + 1 }, (_, i) => [i === last ? 1 : i + 1]);
    expect(hang({ initial: [0], edges, goal: [0] })).toEqual({ nodes: [0, 1], doomedAt: 1 });
  });
});
