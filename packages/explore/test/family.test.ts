import {
  exploreSync,
  type Family,
  type FamilyStep,
  memberOf,
  proveForAllSync,
  type ProofOptions,
  type ProofResult,
  signs,
} from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { type Mistake, patchFamily, type Variant } from './systems/patch-family.ts';

const prove = (family: Family, options: ProofOptions = {}): ProofResult =>
  proveForAllSync(family, { certificateStates: 0, ...options });

describe('a member', () => {
  // Those of another program that sorts the CPUs; without sorting they are SPIN's and TLC's.
  it.each([
    ['B', 4, 381],
    ['B', 6, 1190],
    ['B', 7, 1918],
    ['B', 8, 2955],
    ['D', 8, 9285],
  ] as const)('of the stop machine %s with %i CPUs has %i states', (variant, cpus, states) => {
    const result = exploreSync(memberOf(patchFamily(variant), cpus));
    expect(result.verdict).toBe('holds');
    expect(result.statistics.states).toBe(states);
  });

  // SPIN finds these breadth-first, as steps up to and with the failing one.
  it.each([
    ['A', 2, 24],
    ['A', 4, 38],
    ['C', 2, 23],
    ['M', 2, 24],
    ['M', 4, 46],
    ['I', 2, 39],
    ['e', 2, 29],
    ['F', 2, 29],
  ] as const)('of %s with %i CPUs fails after %i steps', (variant, cpus, steps) => {
    const result = exploreSync(memberOf(patchFamily(variant), cpus));
    expect(result).toMatchObject({ verdict: 'violated', violations: [{ property: 'assert' }] });
    if (result.verdict === 'violated') expect(result.violations[0].path.choices).toHaveLength(steps);
  });
});

describe('the stop machine for every number of CPUs', () => {
  it('B is proved, with and without letting settled processes go first', () => {
    const [whole, reduced] = [false, true].map((reduces) => prove(patchFamily('B'), { reduces }));
    expect(whole.outcome).toBe('proved');
    expect(reduced.outcome).toBe('proved');
    expect(reduced.statistics.states).toBeLessThan(whole.statistics.states);
    expect(whole.statistics.states).toBe(1575);
    expect(reduced.statistics.lemmaChecks).toBe(reduced.statistics.moves);
  });

  it.each(['D', 'E', 'G'] as const)('%s is proved', (variant) => {
    expect(prove(patchFamily(variant), { states: 20_000 }).outcome).toBe('proved');
  });

  it.each(['A', 'C', 'e', 'F', 'M', 'I'] as const)('%s is suspected', (variant) => {
    expect(prove(patchFamily(variant))).toMatchObject({ outcome: 'suspected', violation: 'assert' });
  });

  it('has a certificate: twelve CPUs show everything that B can do', () => {
    expect(prove(patchFamily('B'), { reduces: false, certificateStates: 50_000 })).toMatchObject({
      certificate: { processes: 12, states: 39_123 },
    });
  });
});

describe('the lemma about counters', () => {
  const refused: readonly (readonly [string, Variant, Mistake])[] = [
    [
      'a CPU that is about to acknowledge counts as one that has',
      'B',
      { counter: 0, weight: (right, { place }) => (place === 'acknowledge' ? 0 : right) },
    ],
    ['every CPU counts', 'B', { counter: 1, weight: () => 1 }],
    ['every CPU counts once too often', 'D', { counter: 1, weight: (right) => right + 1 }],
    ['no CPU counts', 'D', { counter: 1, weight: () => 0 }],
    [
      'a CPU counts twice while it waits',
      'B',
      { counter: 1, weight: (right, { place }) => (place === 'wait' ? 2 : right) },
    ],
  ];
  it.each(refused)('refuses that %s', (_, variant, mistake) => {
    const result = prove(patchFamily(variant, mistake));
    expect(result.outcome).toBe('unproved');
    if (result.outcome === 'unproved') expect(result.reason).toMatch(/^the lemma fails: '(ack|cnt)'/);
  });
});

/** A family of processes without counters: each goes from place to place, from 0 on. */
function walkers(
  edges: readonly (readonly number[])[],
  more: Partial<Pick<Family, 'fault' | 'steps' | 'singles' | 'others' | 'receive'>> = {},
): Family {
  const goal = edges.length - 1;
  const step = (local: number, choice: number): FamilyStep => ({
    choice,
    guards: [],
    shared: 0,
    local,
    broadcast: 0,
    writes: [],
    violation: 0,
  });
  return {
    singles: [],
    others: { local: 0, least: 1 },
    shared: 0,
    counters: [],
    initially: [],
    violations: ['bad'],
    steps: (_, local) => edges[local].map(step),
    receive: (_, local) => ({ local, violation: 0 }),
    base: () => ({ total: 0, constant: 0 }),
    weight: () => 0,
    fault: () => 0,
    arrived: (local) => local === goal,
    ...more,
  };
}

describe('a hang', () => {
  const outcome = (family: Family, reduces = true): string => prove(family, { reduces }).outcome;

  it('is none where every process can get to the goal, one after the other', () => {
    for (const reduces of [true, false]) {
      expect(outcome(walkers([[1], [2], []]), reduces)).toBe('proved');
      // In circles, too, if the circle can be left.
      expect(outcome(walkers([[1], [0, 2], []]), reduces)).toBe('proved');
    }
  });

  it('is suspected where a process may get stuck or can only go in circles', () => {
    for (const reduces of [true, false]) {
      expect(prove(walkers([[1, 2], [], []]), { reduces })).toMatchObject({ violation: 'hang' });
      expect(prove(walkers([[1, 3], [2], [1], []]), { reduces })).toMatchObject({ violation: 'hang' });
    }
  });

  it('is suspected where the last process waits for another one', () => {
    // Nobody may go on alone: a step from 0 needs another process, N - 1 > 0.
    const alone = { form: { constant: -1, total: 1, factors: [] }, signs: signs.positive };
    const stays = { form: { constant: -1, total: 1, factors: [] }, signs: signs.zero };
    const base = { choice: 0, shared: 0, broadcast: 0, writes: [], violation: 0 };
    const family = walkers([[], []], {
      steps: (_, local) =>
        local === 1
          ? []
          : [
              { ...base, local: 1, guards: [alone] },
              { ...base, local: 0, guards: [stays] },
            ],
    });
    expect(prove(family)).toMatchObject({ outcome: 'suspected', violation: 'hang' });
    expect(exploreSync(memberOf(family, 1)).verdict).toBe('violated');
    expect(exploreSync(memberOf(family, 2)).verdict).toBe('holds');
    expect(prove({ ...family, others: { local: 0, least: 2 } }).outcome).toBe('proved');
  });
});

describe('a step that cannot be understood for every number', () => {
  it('ends the proof, if it can be made', () => {
    const steps: Family['steps'] = (_, local) =>
      local === 0
        ? [
            {
              choice: 0,
              guards: [],
              shared: 0,
              local: 1,
              broadcast: 0,
              writes: [],
              violation: 0,
              refusal: 'it shifts N',
            },
          ]
        : [];
    expect(prove(walkers([[1], []], { steps }))).toMatchObject({
      outcome: 'unproved',
      reason: 'it shifts N',
    });
  });
});

describe('bounds', () => {
  it('end in no verdict', () => {
    expect(prove(patchFamily('B'), { states: 50 })).toMatchObject({
      outcome: 'unproved',
      reason: 'there are more than 50 abstract states',
    });
    expect(prove(patchFamily('B'), { signal: { aborted: true } })).toMatchObject({
      outcome: 'unproved',
      reason: 'the proof was cancelled',
    });
  });
});
