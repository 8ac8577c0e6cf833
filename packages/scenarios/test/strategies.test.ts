import { catalogue, check, type CheckOptions, pinnedOutcome, seriesChapters } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';

/** Every broken protocol of the series, in the smallest machine that shows it; of the maintenance one kind each. */
const broken = catalogue.flatMap((scenario) => {
  if (!seriesChapters.some((chapter) => chapter === scenario.chapter)) return [];
  if (scenario.chapter === 'maintenance' && !scenario.id.startsWith('patch-text-mainline-no-')) return [];
  const cpus = [1, 2, 3, 4].find((n) => n >= scenario.least && pinnedOutcome(scenario, n) !== 'holds');
  return cpus === undefined ? [] : [[scenario.id, scenario, cpus] as const];
});

const strategies: readonly (readonly [string, CheckOptions])[] = [
  ['depth first', { strategy: 'depth-first' }],
  ['random walks', { hunt: { strategy: 'random', seed: 1, runs: 5000, depth: 400 } }],
  [
    'probabilistic concurrency testing',
    { hunt: { strategy: 'pct', seed: 1, runs: 3000, depth: 200, switches: 3 } },
  ],
  ['context bounding', { hunt: { strategy: 'context-bound', switches: 6 } }],
];

describe.each(strategies)('with %s', (_, options) => {
  // A check throws if a counterexample does not replay as what it is said to be.
  it.each(broken)('%s is found', async (_id, scenario, cpus) => {
    const result = await check(scenario, cpus, options);
    expect(result.verdict).toBe('violated');
    expect(result.violations).toHaveLength(1);
  });

  it('a seed names a hunt', async () => {
    const [, scenario] = broken[1];
    const [first, second] = [await check(scenario, 3, options), await check(scenario, 3, options)];
    expect(second.violations).toEqual(first.violations);
  });
});

describe('a hunt that finds nothing', () => {
  const holds = catalogue.find(({ id }) => id === 'patch-text-mainline');
  it.each(strategies.slice(1))('%s proves nothing', async (_, options) => {
    if (holds === undefined) throw new Error('no such scenario');
    const hunt = options.hunt === undefined ? {} : { hunt: { ...options.hunt, runs: 20 } };
    const result = await check(holds, 2, hunt);
    expect(result.verdict).toBe('holds-within-bounds');
    expect(result.bounds[0]).toMatch(/^(runs|switches) <= /);
  });
});
