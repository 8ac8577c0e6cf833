import { now, pause } from './host.ts';
import { Column } from './column.ts';
import { type Judgement, judge } from './judgement.ts';
import { conclude } from './conclusion.ts';
import { type ExploreOptions, settingsOf } from './options.ts';
import { pathTo } from './path.ts';
import { reasonOf } from './reason.ts';
import { Reporter } from './reporter.ts';
import type { AbortReason, Result, Statistics } from './result.ts';
import { Search } from './search.ts';
import { validate } from './validity.ts';
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
  const { signal, onProgress, checkpoint } = options;
  const settings = settingsOf(options);
  const { strategy, all, limits, storage } = settings;
  validate(system);
  const started = now();
  const search = new Search(options.check === 'determinism' ? selfChecking(system) : system, settings);
  if (options.resume !== undefined) search.restore(options.resume);
  const reporter = new Reporter(search, started, settings.progressInterval, onProgress);
  let saved = started;
  const judgement: Judgement = { judged: [], violations: [], ends: new Column() };

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
        const reason = reasonOf(error);
        return search.inHand < 0 ? reason : { ...reason, path: pathTo(search.visited, search.inHand) };
      }
      reporter.report();
      if (checkpoint !== undefined && now() - saved >= settings.checkpointInterval) {
        checkpoint.save(search.save());
        saved = now();
      }
      if (now() >= deadline) return 'expired';
      yield;
    }
  }

  let begun = options.resume !== undefined;
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
    if (storage === 'exact' && options.onEnd !== undefined) search.tell(judgement.ends, options.onEnd);
  }
  const isOpen = search.frontier.length > 0 || search.hits.size > 0 || end === 'expired';
  const isSound = typeof end === 'string' || end.code === 'cancelled';
  if (checkpoint !== undefined && begun && isOpen && isSound) checkpoint.save(search.save());
  if (end === 'expired') search.hits.add('milliseconds');

  const statistics: Statistics = {
    states: search.visited.size,
    transitions: search.transitions,
    depth: search.depth,
    milliseconds: now() - started,
    bytes: search.bytes,
    strategy,
    storage,
  };
  return conclude(search, judgement, limits, statistics, typeof end === 'string' ? undefined : end);
}
