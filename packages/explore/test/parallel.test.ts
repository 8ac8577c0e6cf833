import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Interner, type Result, type TransitionSystem, exploreSync, replay } from '@quiesce/explore';
import type { ParallelOptions, SystemSource, exploreParallel } from '@quiesce/explore/node';
import { describe, expect, it } from 'vitest';

// Worker threads load compiled modules only.
const compiled = new URL('../dist/node/index.js', import.meta.url);
const isCompiled = existsSync(fileURLToPath(compiled));
if (!isCompiled) console.warn('skipped: workers need the package to be built; run npm run build');

const module = new URL('systems/workers.mjs', import.meta.url).href;

interface Argument {
  readonly count: number;
  readonly most: number;
  readonly wrong?: number;
  readonly wraps?: boolean;
  readonly fault?: 'throws' | 'dies' | 'mutates' | 'random';
}

async function parallel(
  factory: string,
  argument: Argument,
  options: Partial<ParallelOptions> = {},
): Promise<Result> {
  // The compiled module exports what the source does.
  const { exploreParallel: explore } = (await import(compiled.href)) as {
    exploreParallel: typeof exploreParallel;
  };
  const source: SystemSource = { module, factory, argument, interners: 1 };
  return explore(source, { workers: 2, ...options });
}

async function system(factory: string, argument: Argument): Promise<TransitionSystem> {
  const factories = (await import(module)) as Readonly<
    Record<string, (argument: Argument, interners: readonly Interner[]) => TransitionSystem>
  >;
  return factories[factory](argument, [new Interner()]);
}

/** What must be the same whatever the number of workers. */
const lasting = (result: Result): object => ({
  verdict: result.verdict,
  states: result.statistics.states,
  // What lies beyond a bound is looked at in another order.
  transitions: 'bounds' in result && result.bounds.length > 0 ? 0 : result.statistics.transitions,
  depth: result.statistics.depth,
  witnesses: result.witnesses.map(({ name, count, path }) => [name, count, path?.choices.length]),
  violations:
    'violations' in result
      ? result.violations.map(({ property, path }) => [property, path.choices.length])
      : [],
  bounds: 'bounds' in result ? result.bounds : [],
});

const cases: readonly (readonly [string, string, Argument, Partial<ParallelOptions>])[] = [
  ['a proof', 'counters', { count: 4, most: 7 }, {}],
  [
    'a proof, in a table that grows',
    'counters',
    { count: 5, most: 9, wraps: true },
    { bounds: { states: 200_000 } },
  ],
  ['a proof with an interner', 'interned', { count: 3, most: 9 }, {}],
  ['a violation', 'counters', { count: 4, most: 7, wrong: 9 }, {}],
  ['every violation', 'counters', { count: 3, most: 5, wrong: 4 }, { all: true }],
  ['a hang', 'stuck', { count: 4, most: 5 }, {}],
  ['a bound on the depth', 'counters', { count: 4, most: 7 }, { bounds: { depth: 12 } }],
  ['a bound on the depth that fits', 'counters', { count: 2, most: 3 }, { bounds: { depth: 6 } }],
];

describe.runIf(isCompiled)('a search with workers', () => {
  it.each(cases)('finds what one without does: %s', async (_, factory, argument, options) => {
    const expected = lasting(exploreSync(await system(factory, argument), options));
    for (const workers of [1, 2, 3]) {
      const result = await parallel(factory, argument, { ...options, workers });
      expect(lasting(result)).toEqual(expected);
      if (result.verdict !== 'violated') continue;
      const { path } = result.violations[0];
      expect([...replay(await system(factory, argument), path)].length).toBe(path.choices.length + 1);
    }
  });

  it('keeps within a bound on states', async () => {
    const result = await parallel('counters', { count: 4, most: 7 }, { bounds: { states: 500 } });
    expect(result).toMatchObject({
      verdict: 'holds-within-bounds',
      bounds: [{ bound: 'states', limit: 500 }],
      statistics: { states: 500 },
    });
  });

  it.each(['throws', 'dies'] as const)('is aborted when the system %s', async (fault) => {
    const result = await parallel('counters', { count: 4, most: 7, fault });
    expect(result.verdict).toBe('aborted');
    if (result.verdict !== 'aborted') return;
    expect(result.reason.code).toBe(fault === 'dies' ? 'worker' : 'system-threw');
    expect(result.statistics.states).toBeGreaterThan(3);
    if (fault === 'throws') expect(result.reason.path?.choices.length).toBe(3);
  });

  it.each([
    ['mutates', 'mutated-state'],
    ['random', 'nondeterminism'],
  ] as const)('finds a system that %s, if asked to', async (fault, code) => {
    const result = await parallel('counters', { count: 4, most: 7, fault }, { check: 'determinism' });
    expect(result).toMatchObject({ verdict: 'aborted', reason: { code } });
  });

  it('can be cancelled', async () => {
    const result = await parallel('counters', { count: 4, most: 7 }, { signal: { aborted: true } });
    expect(result).toMatchObject({ verdict: 'aborted', reason: { code: 'cancelled' } });
  });

  it('refuses a number of workers that is none', async () => {
    await expect(parallel('counters', { count: 2, most: 2 }, { workers: 0 })).rejects.toThrow(
      'from 1 to 256',
    );
  });
});
