import {
  exploreSync,
  replay,
  type Path,
  type Result,
  type Strategy,
  type TransitionSystem,
} from '@quiesce/explore';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, reference, type Reference } from './reference.ts';
import { graph, type Graph } from './systems/graph.ts';

const NODES = 14;
const node = fc.nat({ max: NODES - 1 });
const graphs: fc.Arbitrary<Graph> = fc.record({
  initial: fc.array(node, { minLength: 1, maxLength: 3 }),
  edges: fc.array(fc.array(node, { maxLength: 3 }), { minLength: NODES, maxLength: NODES }),
  bad: fc.array(node, { maxLength: 2 }),
  worse: fc.array(node, { maxLength: 1 }),
  goal: fc.array(node, { maxLength: 2 }),
  seen: fc.array(node, { maxLength: 3 }),
});

function end(system: TransitionSystem, path: Path): Uint32Array {
  const states = [...replay(system, path)];
  expect(states).toHaveLength(path.choices.length + 1);
  return states[states.length - 1];
}

function holds(system: TransitionSystem, name: string, state: Uint32Array): boolean {
  return system.properties.find((property) => property.name === name)?.holds(state) === true;
}

/** Everything a complete search says must be what the reference says; distances only if paths are the shortest. */
function expectAgreement(
  result: Result,
  system: TransitionSystem,
  expected: Reference,
  shortest: boolean,
): void {
  const { statistics, witnesses } = result;
  expect([statistics.states, statistics.transitions]).toEqual([expected.states, expected.transitions]);
  if (shortest) expect(statistics.depth).toBe(expected.depth);
  else expect(statistics.depth).toBeGreaterThanOrEqual(expected.depth);

  for (const witness of witnesses) {
    const { count, distance } = expected.witnesses.get(witness.name) ?? { count: NaN, distance: NaN };
    expect(witness.count).toBe(count);
    if (witness.path === undefined) continue;
    expect(holds(system, witness.name, end(system, witness.path))).toBe(true);
    if (shortest) expect(witness.path.choices.length).toBe(distance);
  }

  const names = [...expected.broken.keys(), ...expected.hangs.keys()].sort();
  expect(result.verdict).toBe(names.length > 0 ? 'violated' : 'holds');
  if (result.verdict !== 'violated') return;
  expect(result.violations.map(({ property }) => property).sort()).toEqual(names);
  expect(result.unjudged).toEqual([]);
  for (const violation of result.violations) {
    const { property, path } = violation;
    const last = end(system, path);
    const distance = expected.broken.get(property) ?? expected.hangs.get(property) ?? NaN;
    if (shortest) expect(path.choices.length).toBe(distance);
    else expect(path.choices.length).toBeGreaterThanOrEqual(distance);
    if (violation.kind === 'always') {
      expect(holds(system, property, last)).toBe(false);
    } else {
      const lost = [...replay(system, path)].map((state) => expected.doomed.get(property)?.has(keyOf(state)));
      expect(lost.indexOf(true)).toBe(violation.doomedAt);
      expect(lost.slice(violation.doomedAt)).not.toContain(false);
    }
  }
}

describe('random graphs', () => {
  const strategies: readonly Strategy[] = ['breadth-first', 'depth-first'];

  it.each(strategies)('%s, all violations: counts, distances and verdicts of the reference', (strategy) => {
    fc.assert(
      fc.property(graphs, (sample) => {
        const system = graph(sample);
        const result = exploreSync(system, { strategy, all: true });
        expectAgreement(result, system, reference(system), strategy === 'breadth-first');
      }),
      { numRuns: 600 },
    );
  });

  it.each(strategies)('%s, first violation: the nearest, and no verdict but the right one', (strategy) => {
    fc.assert(
      fc.property(graphs, (sample) => {
        const system = graph(sample);
        const expected = reference(system);
        const result = exploreSync(system, { strategy });
        const wrong = expected.broken.size + expected.hangs.size > 0;
        expect(result.verdict).toBe(wrong ? 'violated' : 'holds');
        if (result.verdict !== 'violated') return;
        expect(result.violations).toHaveLength(1);
        const [{ kind, path }] = result.violations;
        expect(kind).toBe(expected.broken.size > 0 ? 'always' : 'reachable');
        if (strategy === 'depth-first') return;
        const distances = kind === 'always' ? expected.broken : expected.hangs;
        expect(path.choices.length).toBe(Math.min(...distances.values()));
      }),
      { numRuns: 300 },
    );
  });

  it('a depth bound explores exactly the states within it', () => {
    fc.assert(
      fc.property(graphs, fc.nat({ max: 5 }), (sample, depth) => {
        const system = graph({ ...sample, bad: [], worse: [] });
        const expected = reference(system);
        const result = exploreSync(system, { bounds: { depth } });
        if (depth >= expected.depth) {
          expect(result.verdict).toBe(expected.hangs.size > 0 ? 'violated' : 'holds');
          expect(result.statistics.transitions).toBe(expected.transitions);
        } else {
          expect(result).toMatchObject({
            verdict: 'holds-within-bounds',
            bounds: [{ bound: 'depth', limit: depth }],
            unjudged: ['goal'],
          });
          expect(result.statistics.depth).toBe(depth);
        }
      }),
      { numRuns: 300 },
    );
  });
});
