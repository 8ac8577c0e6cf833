import { exploreSync, type Result, type Strategy, type TransitionSystem } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { reference } from './reference.ts';
import { patch, sortedPatch, type PatchVariant } from './systems/patch.ts';
import { peterson } from './systems/peterson.ts';
import { consistent, philosophers, type Table } from './systems/philosophers.ts';
import { twoPhaseCommit } from './systems/two-phase.ts';

const strategies: readonly Strategy[] = ['breadth-first', 'depth-first'];

function size({ statistics }: Result): readonly [number, number] {
  return [statistics.states, statistics.transitions];
}

/** Length of the counterexample to a property. */
function length(result: Result, property: string): number | undefined {
  if (result.verdict !== 'violated') return undefined;
  return result.violations.find((violation) => violation.property === property)?.path.choices.length;
}

function expectReference(result: Result, system: TransitionSystem): void {
  const expected = reference(system);
  expect(size(result)).toEqual([expected.states, expected.transitions]);
  expect(result.statistics.depth).toBe(expected.depth);
}

describe('two-phase commit', () => {
  // 288 and 8,832 are the counts of the TLA+ module TwoPhase and of stateright's port of it. For three resource
  // managers TLC also reports 1,146 states generated, which is one initial state and 1,145 transitions, and a
  // complete graph of depth 11, which counts states on a path where we count steps.
  it('has 288 states for three resource managers', () => {
    const result = exploreSync(twoPhaseCommit(3));
    expect(result.verdict).toBe('holds');
    expect(size(result)).toEqual([288, 1145]);
    expect(result.statistics.depth).toBe(10);
    expectReference(result, twoPhaseCommit(3));
  });

  it.each(strategies)('has 8,832 states for five, %s', (strategy) => {
    const result = exploreSync(twoPhaseCommit(5), { strategy });
    expect(result.verdict).toBe('holds');
    expect(result.statistics.states).toBe(8832);
  });

  it('can commit and abort, and the quickest ways are known', () => {
    const { witnesses } = exploreSync(twoPhaseCommit(3));
    // Commit: each prepares, is heard, the manager decides, each is told. Abort: each on its own.
    expect(witnesses.map(({ name, path }) => [name, path?.choices.length])).toEqual([
      ['commit', 10],
      ['abort', 3],
    ]);
  });
});

describe('the stop machine', () => {
  // Counts of SPIN 6.5.2 without reduction on the same model; its transitions include the initial state.
  it.each([
    [3, 715, 2086],
    [4, 3582, 14_049],
    [5, 18_561, 91_486],
    [6, 98_564, 585_181],
    [7, 532_919, 3_701_678],
  ])('of %i CPUs, last arrival patching, has %i states', (cpus, states, transitions) => {
    const result = exploreSync(patch(cpus, 'last-arrival'));
    expect(result.verdict).toBe('holds');
    expect(size(result)).toEqual([states, transitions - 1]);
  });

  it('is counted alike in depth-first order', () => {
    const result = exploreSync(patch(6, 'last-arrival'), { strategy: 'depth-first' });
    expect(result.verdict).toBe('holds');
    expect(size(result)).toEqual([98_564, 585_180]);
  });

  // TLC with SYMMETRY counts 381, 1,190 and 1,918. It tries all permutations and gets no further; the counts of 8 and
  // 16 CPUs are those of another program that sorts.
  it.each([
    [4, 381],
    [6, 1190],
    [7, 1918],
    [8, 2955],
    [16, 35_887],
  ])('of %i CPUs in sorted order has %i states', (cpus, states) => {
    const sorted = exploreSync(sortedPatch(cpus, 'last-arrival'));
    expect(sorted.verdict).toBe('holds');
    expect(sorted.statistics.states).toBe(states);
  });

  it('is as deep sorted as it is unsorted, and breaks as soon', () => {
    const depth = exploreSync(patch(5, 'last-arrival')).statistics.depth;
    expect(exploreSync(sortedPatch(5, 'last-arrival')).statistics.depth).toBe(depth);
    const broken = exploreSync(sortedPatch(4, 'off-by-one'));
    expect(length(broken, 'quiescent')).toBe(46 - 1);
  });

  // SPIN finds these breadth-first, as steps up to and with the failing one. `quiescent` is violated in the
  // state from which the fetch is taken, one step before it.
  const broken: readonly (readonly [PatchVariant, string, number, number])[] = [
    ['first-arrival', 'quiescent', 2, 24 - 1],
    ['first-arrival', 'quiescent', 4, 38 - 1],
    ['off-by-one', 'quiescent', 2, 24 - 1],
    ['off-by-one', 'quiescent', 4, 46 - 1],
    ['no-isb', 'fresh', 2, 39],
    ['no-isb', 'fresh', 4, 65],
  ];
  it.each(broken)('%s breaks %s with %i CPUs after %i steps', (variant, property, cpus, steps) => {
    const result = exploreSync(patch(cpus, variant));
    expect(result.verdict).toBe('violated');
    expect(length(result, property)).toBe(steps);
  });
});

describe('dining philosophers', () => {
  /** Every assignment in which no fork is in two hands; all of them can be reached by taking forks one by one. */
  const assignments = (count: number, table: Table): number => {
    let total = 0;
    for (let code = 0; code < 3 ** count; code++) {
      const states = Array.from({ length: count }, (_, who) => Math.floor(code / 3 ** who) % 3);
      if (consistent(states, table)) total += 1;
    }
    return total;
  };

  it.each([2, 3, 5, 8])('%i left-handed ones can starve', (count) => {
    const result = exploreSync(philosophers(count, 'all-left'));
    expect(result.statistics.states).toBe(assignments(count, 'all-left'));
    expect(result).toMatchObject({
      verdict: 'violated',
      violations: [{ kind: 'reachable', property: 'meal', doomedAt: count }],
    });
    // Each takes one fork; before the last does, somebody can still eat.
    expect(length(result, 'meal')).toBe(count);
    expect(result.witnesses[0]?.count).toBe(1);
  });

  it.each([2, 3, 5, 8])('%i cannot if one is right-handed', (count) => {
    const result = exploreSync(philosophers(count, 'one-right'));
    expect(result.statistics.states).toBe(assignments(count, 'one-right'));
    expect(result.verdict).toBe('holds');
    expect(result.witnesses[0]?.count).toBe(0);
    expect(result.witnesses[0]?.path).toBeUndefined();
  });

  it('of five have pinned counts', () => {
    // 82 is the fifth Pell-Lucas number, the trace of the fifth power of the matrix of neighbours that get along.
    expect(size(exploreSync(philosophers(5, 'all-left')))).toEqual([82, 265]);
    expect(size(exploreSync(philosophers(5, 'one-right')))).toEqual([70, 219]);
    expectReference(exploreSync(philosophers(5, 'all-left')), philosophers(5, 'all-left'));
    expectReference(exploreSync(philosophers(5, 'one-right')), philosophers(5, 'one-right'));
  });
});

describe("Peterson's algorithm", () => {
  it.each(strategies)('excludes, %s', (strategy) => {
    const result = exploreSync(peterson('flag-first'), { strategy });
    expect(result.verdict).toBe('holds');
    expect(result.witnesses.every(({ count }) => count > 0)).toBe(true);
    expect(size(result)).toEqual([20, 40]);
  });

  it('agrees with the reference', () => {
    expectReference(exploreSync(peterson('flag-first')), peterson('flag-first'));
  });

  it('does not exclude with its stores swapped', () => {
    // One sets turn, the other sets turn and flag and enters (three steps, nobody else wants), then the first sets its
    // flag and enters, for the turn is its own: six steps, and three each are the fewest to the critical section.
    expect(length(exploreSync(peterson('turn-first')), 'exclusion')).toBe(6);
  });
});
