import { exploreSync, type BoundName, type Bounds } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { endless, graph, nodeOf } from './systems/graph.ts';
import { patch } from './systems/patch.ts';
import { twoPhaseCommit } from './systems/two-phase.ts';

describe('bounds', () => {
  const system = twoPhaseCommit(3);
  const whole = exploreSync(system).statistics;

  it('that fit exactly prove as much as none', () => {
    const { states, depth, bytes } = whole;
    const result = exploreSync(system, { bounds: { states, depth, bytes } });
    expect(result.verdict).toBe('holds');
    expect(result).not.toHaveProperty('bounds');
    // @ts-expect-error A proof has no bounds to ask for.
    if (result.verdict === 'holds') expect(result.bounds).toBeUndefined();
    expect(result.statistics).toMatchObject({ states, depth, transitions: whole.transitions });
  });

  const tight: readonly (readonly [BoundName, number])[] = [
    ['states', whole.states - 1],
    ['depth', whole.depth - 1],
    ['bytes', whole.bytes - 1],
    ['milliseconds', 0],
  ];
  it.each(tight)('of one less do not: %s', (bound, limit) => {
    const bounds: Bounds = { [bound]: limit };
    for (const strategy of ['breadth-first', 'depth-first'] as const) {
      const result = exploreSync(system, { bounds, strategy });
      expect(result).toMatchObject({
        verdict: 'holds-within-bounds',
        bounds: [{ bound, limit }],
        unjudged: ['decision'],
      });
      expect(result.statistics.states).toBeLessThan(whole.states);
    }
  });

  it('on the depth leave out what cannot show anything within them, if the system says so', () => {
    // 0 -> 1 -> 2 -> 3 is the only way to the bad node; 4, 5 and 6 lead away from it.
    const way = graph({ initial: [0], edges: [[1, 4], [2, 5], [3, 6], [], [4], [5], [6]], bad: [3] });
    const remaining = (state: Uint32Array): number => [3, 2, 1, 0, 9, 9, 9][nodeOf(state)];
    const found = exploreSync({ ...way, remaining }, { bounds: { depth: 3 } });
    expect(found.verdict).toBe('violated');
    expect(found.statistics.states).toBe(4);
    const short = exploreSync({ ...way, remaining }, { bounds: { depth: 2 } });
    expect(short).toMatchObject({ verdict: 'holds-within-bounds', bounds: [{ bound: 'depth', limit: 2 }] });
    // Without a bound nothing is left out.
    expect(exploreSync({ ...way, remaining }, { all: true }).statistics.states).toBe(7);
  });

  it('keep an endless system finite', () => {
    expect(exploreSync(endless(), { bounds: { states: 1000 } }).statistics.states).toBe(1000);
    expect(exploreSync(endless(), { bounds: { depth: 77 } }).statistics).toMatchObject({
      states: 78,
      depth: 77,
    });
    const { bytes } = exploreSync(endless(), { bounds: { bytes: 1_000_000 } }).statistics;
    expect(bytes).toBeLessThanOrEqual(1_000_000);
    expect(exploreSync(endless(), { bounds: { milliseconds: 30 } })).toMatchObject({
      bounds: [{ bound: 'milliseconds' }],
    });
  });

  it('do not hide a violation', () => {
    const { statistics } = exploreSync(patch(3, 'first-arrival'));
    const bounds = { states: statistics.states };
    expect(exploreSync(patch(3, 'first-arrival'), { bounds }).verdict).toBe('violated');
    const result = exploreSync(patch(3, 'first-arrival'), { bounds, all: true });
    expect(result).toMatchObject({
      verdict: 'violated',
      bounds: [{ bound: 'states', limit: bounds.states }],
      unjudged: ['exit'],
    });
  });

  it.each([{ states: 0 }, { states: 1.5 }, { depth: -1 }, { bytes: NaN }, { milliseconds: -1 }])(
    '%o are refused',
    (bounds) => {
      expect(() => exploreSync(system, { bounds })).toThrow(
        expect.objectContaining({ code: 'invalid-option' }),
      );
    },
  );

  it('and other options of which there is no such value are refused', () => {
    // A command line passes on what it was given.
    const strategy = JSON.parse('"breadth"') as 'breadth-first';
    expect(() => exploreSync(system, { strategy })).toThrow('expected one of breadth-first, depth-first');
    expect(() => exploreSync(system, { progressInterval: NaN })).toThrow('found NaN');
  });

  it('of no depth at all look at the initial states', () => {
    const lonely = graph({ initial: [0, 1], edges: [[0], [], [0]] });
    expect(exploreSync(lonely, { bounds: { depth: 0 } }).verdict).toBe('holds');
  });
});
