import { ExploreError } from '../error.ts';
import { now, pause } from '../host.ts';
import { Interner } from '../interner.ts';
import { type Path, replay } from '../path.ts';
import { reasonOf } from '../reason.ts';
import type {
  Aborted,
  AbortReason,
  BoundHit,
  HoldsWithinBounds,
  Statistics,
  Violated,
  Violation,
  Witness,
} from '../result.ts';
import { selfChecking } from '../self-check.ts';
import type { Reachable, Sometimes, TransitionSystem } from '../system.ts';
import type { Signal } from '../options.ts';
import { noStart, validate } from '../validity.ts';
import { contextBounded } from './context-bound.ts';
import { Priorities } from './priorities.ts';
import { Random } from './random.ts';
import { RandomWalk } from './random-walk.ts';
import type { Scheduler } from './scheduler.ts';
import { stuckFor } from './stuck.ts';

/** Ways to look for bugs where a space is too large to be explored. */
export type HuntStrategy = 'random' | 'pct' | 'context-bound';

/** How to hunt. */
export interface HuntOptions {
  readonly strategy: HuntStrategy;
  /** Which process a choice moves. */
  readonly processOf: (choice: number) => number;
  /** Equal seeds hunt alike; default 1. An unsigned 32-bit integer. */
  readonly seed?: number;
  /** Runs of `random` and `pct`; default 1000. */
  readonly runs?: number;
  /** Steps of a run; default 1000. */
  readonly depth?: number;
  /** For `pct`: changes of priority in a run; default 2. For `context-bound`: the most preemptions; default 8. */
  readonly switches?: number;
  /** States of `context-bound`; default a million. */
  readonly states?: number;
  /** Asks the system everything twice, as a search does with the same option. */
  readonly check?: 'determinism';
  readonly signal?: Signal;
}

/**
 * What a hunt comes to. It has seen a sample, so it can never say `holds`: there is no such member. Same types as those of
 * a search.
 */
export type HuntResult = HoldsWithinBounds | Violated | Aborted;

/** Milliseconds between two chances for the host to run its own events. */
const slice = 25;

/** Looks for a violation in runs, or in executions with few preemptions. */
export async function hunt(system: TransitionSystem, options: HuntOptions): Promise<HuntResult> {
  const steps = huntSteps(system, options);
  let next = now() + slice;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (now() < next) continue;
    await pause();
    next = now() + slice;
  }
}

/** {@link hunt} without handing over control. */
export function huntSync(system: TransitionSystem, options: HuntOptions): HuntResult {
  const steps = huntSteps(system, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function huntSteps(
  system: TransitionSystem,
  options: HuntOptions,
): Generator<undefined, HuntResult, undefined> {
  for (const name of ['runs', 'depth', 'states'] as const) whole(name, options[name], 1);
  for (const name of ['seed', 'switches'] as const) whole(name, options[name], 0);
  validate(system);
  const asked = options.check === 'determinism' ? selfChecking(system) : system;
  return options.strategy === 'context-bound' ? contextBounded(asked, options) : sample(asked, options);
}

function whole(what: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= 0xffff_ffff)) return;
  throw new ExploreError('invalid-option', {
    what,
    found: String(value),
    expected: `an integer from ${least} up`,
    remedy: 'or leave it out',
  });
}

/** What runs have shown so far. */
class Sample {
  readonly #system: TransitionSystem;
  readonly reachable: readonly Reachable[];
  readonly #tallies: { readonly property: Sometimes; count: number; path: Path | undefined }[];
  readonly started: number = now();
  states = 0;
  transitions = 0;
  depth = 0;

  constructor(system: TransitionSystem) {
    this.#system = system;
    this.reachable = system.properties.filter((property) => property.kind === 'reachable');
    this.#tallies = system.properties
      .filter((property) => property.kind === 'sometimes')
      .map((property) => ({ property, count: 0, path: undefined }));
  }

  /** Looks at a state of a run. Returns the name of the `always` property that fails there. */
  inspect(state: Uint32Array, path: () => Path): string | undefined {
    this.states += 1;
    for (const tally of this.#tallies) {
      if (!tally.property.holds(state)) continue;
      tally.count += 1;
      tally.path ??= path();
    }
    return this.#system.properties.find((property) => property.kind === 'always' && !property.holds(state))
      ?.name;
  }

  findings(strategy: HuntStrategy): {
    readonly statistics: Statistics;
    readonly witnesses: readonly Witness[];
  } {
    return {
      statistics: {
        states: this.states,
        transitions: this.transitions,
        depth: this.depth,
        milliseconds: now() - this.started,
        bytes: 0,
        strategy,
        storage: 'none',
      },
      witnesses: this.#tallies.map(({ property: { name }, count, path }) =>
        path === undefined ? { name, count } : { name, count, path },
      ),
    };
  }
}

function* sample(
  system: TransitionSystem,
  options: HuntOptions,
): Generator<undefined, HuntResult, undefined> {
  const { strategy, seed = 1, runs = 1000, depth = 1000, switches = 2, signal } = options;
  const random = new Random(seed);
  const scheduler: Scheduler =
    strategy === 'pct' ? new Priorities(random, switches, depth) : new RandomWalk(random);
  const seen = new Sample(system);
  const unjudged = seen.reachable.map(({ name }) => name);
  const aborted = (reason: AbortReason): Aborted => {
    return { verdict: 'aborted', reason, violations: [], bounds: [], unjudged, ...seen.findings(strategy) };
  };
  for (let run = 0; run < runs; run++) {
    if (signal?.aborted === true) return aborted({ code: 'cancelled', message: 'the hunt was cancelled' });
    let violation: Violation | undefined;
    try {
      violation = oneRun(system, options.processOf, scheduler, random, depth, seen);
    } catch (error) {
      return aborted(reasonOf(error));
    }
    if (violation !== undefined) {
      const left = unjudged.filter((name) => name !== violation.property);
      return {
        verdict: 'violated',
        violations: [violation],
        bounds: [],
        unjudged: left,
        ...seen.findings(strategy),
      };
    }
    yield;
  }
  const bounds: readonly [BoundHit, ...BoundHit[]] = [
    { bound: 'runs', limit: runs },
    { bound: 'depth', limit: depth },
  ];
  return { verdict: 'holds-within-bounds', bounds, unjudged, ...seen.findings(strategy) };
}

/** One run; the violation that it shows, if it does. */
function oneRun(
  system: TransitionSystem,
  processOf: (choice: number) => number,
  scheduler: Scheduler,
  random: Random,
  depth: number,
  seen: Sample,
): Violation | undefined {
  const starts: Uint32Array[] = [];
  system.initial((state) => starts.push(state.slice()));
  if (starts.length === 0) throw noStart();
  const initial = random.below(starts.length);
  const choices: number[] = [];
  let state = starts[initial];
  const states = [state];
  // The states since the same process moves.
  let row: Uint32Array[] = [];
  let last = -1;
  const path = (): Path => straight(states, { initial, choices: Uint32Array.from(choices) });
  scheduler.begin();
  for (let step = 0; ; step++) {
    const property = seen.inspect(state, path);
    if (property !== undefined) return { kind: 'always', property, path: path() };
    const offers: { readonly choice: number; readonly next: Uint32Array }[] = [];
    system.successors(state, (choice, next) => offers.push({ choice, next: next.slice() }));
    if (offers.length === 0 || step === depth) break;
    const processes = [...new Set(offers.map(({ choice }) => processOf(choice)))].sort((a, b) => a - b);
    const process = scheduler.choose(processes, step);
    const own = offers.filter(({ choice }) => processOf(choice) === process);
    const { choice, next } = own[random.below(own.length)];
    if (process !== last) row = [state];
    last = process;
    scheduler.moved(process, !row.some((before) => next.every((cell, i) => cell === before[i])));
    row.push(next);
    choices.push(choice);
    seen.transitions += 1;
    seen.depth = Math.max(seen.depth, choices.length);
    state = next;
    states.push(next);
  }
  const stuck = stuckFor(system, seen.reachable, state);
  return stuck === undefined ? undefined : hangAt(stuck, system, path());
}

/** A hang at the end of a path; where the goal had become unreachable, as far as that is plain. */
function hangAt(property: Reachable, system: TransitionSystem, path: Path): Violation {
  const along = [...replay(system, path)];
  let doomedAt = along.length - 1;
  while (doomedAt > 0 && stuckFor(system, [property], along[doomedAt - 1]) !== undefined) doomedAt -= 1;
  return { kind: 'reachable', property: property.name, path, doomedAt };
}

/** The same path without the circles in it: where a state comes again, it goes on from the last time. */
function straight(states: readonly Uint32Array[], path: Path): Path {
  const numbers = new Interner();
  const ids = states.map((state) => numbers.intern(state));
  const last = new Map(ids.map((id, i) => [id, i]));
  const choices: number[] = [];
  for (let at = last.get(ids[0]) ?? 0; at < path.choices.length; at = last.get(ids[at + 1]) ?? at + 1) {
    choices.push(path.choices[at]);
  }
  return { initial: path.initial, choices: Uint32Array.from(choices) };
}
