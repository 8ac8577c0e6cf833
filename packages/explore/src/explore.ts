import { ExploreError } from './error.ts';
import { now, pause } from './host.ts';
import { type Judgement, judge } from './judgement.ts';
import { type ExploreOptions, type Limits, settingsOf } from './options.ts';
import { pathTo } from './path.ts';
import { Reporter } from './reporter.ts';
import type { AbortReason, BoundHit, Result, Statistics, Violation, Witness } from './result.ts';
import { Search } from './search.ts';
import { selfChecking } from './self-check.ts';
import type { TransitionSystem } from './system.ts';

/** The host is given a chance to run its own events this often, in milliseconds. */
const SLICE = 25;
/** States expanded between two looks at the clock. */
const EXPANSIONS = 16;

/**
 * Explores a system and judges its properties. Hands control to the host about every 25 ms, so timers, signals and an
 * `AbortController` work meanwhile. Whatever goes wrong inside the system comes back as an `aborted` result; the
 * promise rejects with an `ExploreError` only for options or a system that could not even be started, and with what
 * `onProgress` threw.
 */
export async function explore(system: TransitionSystem, options: ExploreOptions = {}): Promise<Result> {
  const slices = run(system, options);
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return slice.value;
    await pause();
  }
}

/** `explore` without handing over control: blocks the host until the result is there. Same results. */
export function exploreSync(system: TransitionSystem, options: ExploreOptions = {}): Result {
  const slices = run(system, options);
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return slice.value;
  }
}

/** Why a phase ended. */
type End = 'finished' | 'expired' | AbortReason;

function* run(system: TransitionSystem, options: ExploreOptions): Generator<undefined, Result, undefined> {
  const { signal, onProgress } = options;
  const { strategy, all, limits, progressInterval } = settingsOf(options);
  validate(system);
  const started = now();
  const search = new Search(
    options.check === 'determinism' ? selfChecking(system) : system,
    strategy,
    all,
    limits,
  );
  const reporter = new Reporter(search, started, progressInterval, onProgress);
  const judgement: Judgement = { judged: [], violations: [] };

  /** Repeats a step until it returns false, in slices. */
  function* inSlices(step: () => boolean): Generator<undefined, End, undefined> {
    const deadline = started + limits.milliseconds;
    for (;;) {
      if (signal?.aborted === true) return { code: 'cancelled', message: 'the search was cancelled' };
      const end = Math.min(now() + SLICE, deadline);
      try {
        do {
          if (!step()) return 'finished';
        } while (now() < end);
      } catch (error) {
        return reasonOf(error, search);
      }
      reporter.report();
      if (now() >= deadline) return 'expired';
      yield;
    }
  }

  let begun = false;
  let end = yield* inSlices(() => {
    if (begun) return search.advance(EXPANSIONS);
    begun = true;
    search.begin();
    return true;
  });
  if (end === 'finished' && search.complete && search.edges !== undefined) {
    reporter.phase = 'judging';
    const steps = judge(search, search.edges, all, judgement);
    end = yield* inSlices(() => steps.next().done !== true);
  }
  if (end === 'expired') search.hits.add('milliseconds');

  const statistics: Statistics = {
    states: search.visited.size,
    transitions: search.transitions,
    depth: search.depth,
    milliseconds: now() - started,
    bytes: search.bytes,
    strategy,
    storage: 'exact',
  };
  return conclude(search, judgement, limits, statistics, typeof end === 'string' ? undefined : end);
}

function conclude(
  search: Search,
  judgement: Judgement,
  limits: Limits,
  statistics: Statistics,
  reason: AbortReason | undefined,
): Result {
  const witnesses = search.tallies.map(({ property, count, first }): Witness => {
    const name = property.name;
    return count === 0 ? { name, count } : { name, count, path: pathTo(search.visited, first) };
  });
  const found = search.violations.map(({ name, state }): Violation => {
    return { kind: 'always', property: name, path: pathTo(search.visited, state) };
  });
  const violations = [...found, ...judgement.violations];
  const bounds = [...search.hits].map((bound): BoundHit => ({ bound, limit: limits[bound] }));
  const unjudged = search.reachable
    .map(({ name }) => name)
    .filter((name) => !judgement.judged.includes(name));
  const findings = { statistics, witnesses };

  if (reason !== undefined) {
    return { verdict: 'aborted', reason, violations, bounds, unjudged, ...findings };
  }
  if (isNonEmpty(violations)) return { verdict: 'violated', violations, bounds, unjudged, ...findings };
  if (isNonEmpty(bounds)) return { verdict: 'holds-within-bounds', bounds, unjudged, ...findings };
  return { verdict: 'holds', ...findings };
}

function isNonEmpty<T>(list: readonly T[]): list is readonly [T, ...T[]] {
  return list.length > 0;
}

function reasonOf(error: unknown, search: Search): AbortReason {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof ExploreError ? error.code : 'system-threw';
  if (search.inHand < 0) return { code, message, error };
  return { code, message, error, path: pathTo(search.visited, search.inHand) };
}

function validate(system: TransitionSystem): void {
  if (!Number.isInteger(system.width) || system.width < 1 || system.width > 2 ** 16) {
    throw new ExploreError('invalid-system', {
      what: 'the width of the states',
      found: String(system.width),
      expected: 'an integer from 1 to 65536',
      remedy: 'intern parts of the state and name them by their numbers',
    });
  }
  const names = system.properties.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new ExploreError('invalid-system', {
    what: 'the names of the properties',
    found: `two called "${twice}"`,
    expected: 'different names',
    remedy: 'rename one',
  });
}
