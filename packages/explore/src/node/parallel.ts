import { Column } from '../column.ts';
import { conclude } from '../conclusion.ts';
import { ExploreError } from '../error.ts';
import type { Explored, Graph, Sighting } from '../explored.ts';
import { type Judgement, judge } from '../judgement.ts';
import { type BoundName, type ExploreOptions, settingsOf } from '../options.ts';
import { pathTo } from '../path.ts';
import { reasonOf } from '../reason.ts';
import type { AbortReason, Result } from '../result.ts';
import { selfChecking } from '../self-check.ts';
import type { Reachable, Sometimes, TransitionSystem } from '../system.ts';
import { noStart, validate } from '../validity.ts';
import { Crew, CrewError } from './crew.ts';
import { Expansion } from './expansion.ts';
import { SharedInterner, internMemory } from './shared-interner.ts';
import { SharedSpace, control, sharedMemory } from './shared-space.ts';
import type { EdgeReport, RoundReport, SystemFactory, SystemSource } from './worker-protocol.ts';

/** How to explore with several workers. */
export interface ParallelOptions extends Pick<
  ExploreOptions,
  'all' | 'bounds' | 'check' | 'onProgress' | 'progressInterval' | 'signal'
> {
  /** Worker threads, at least 1. */
  readonly workers: number;
  /** Is given the main thread's own system, which understands the states and the choices of paths. */
  readonly onSystem?: (system: TransitionSystem) => void;
}

/** Time between two looks at the clock, the signal and the memory, in milliseconds. */
const beat = 25;

/**
 * Explores a system with several threads, breadth first, level by level. Verdict, counts, depth and the length of a
 * counterexample are those of `explore`, whatever the number of workers; which of several shortest paths is reported
 * may change from run to run, and so may what a bound on memory or time leaves. A worker that dies makes the result
 * `aborted`.
 */
export async function exploreParallel(source: SystemSource, options: ParallelOptions): Promise<Result> {
  const settings = settingsOf(options);
  const { limits, all } = settings;
  if (!Number.isInteger(options.workers) || options.workers < 1 || options.workers > 256) {
    throw new ExploreError('invalid-option', {
      what: 'workers',
      found: String(options.workers),
      expected: 'an integer from 1 to 256',
      remedy: 'take as many as there are cores',
    });
  }
  const module = (await import(source.module)) as Readonly<Record<string, SystemFactory>>;
  const interners = Array.from({ length: source.interners ?? 0 }, internMemory);
  const bare = await module[source.factory](
    source.argument,
    interners.map((memory) => new SharedInterner(memory)),
  );
  validate(bare);
  options.onSystem?.(bare);
  const selfCheck = options.check === 'determinism';
  const system = selfCheck ? selfChecking(bare) : bare;
  const started = performance.now();
  let space = new SharedSpace(sharedMemory(system.width, limits.states));
  const shared = space.memory.control;
  const allowed = space.memory.capacity;
  shared[control.most] = allowed;
  const found = new Found(system.properties, all);
  const hits = found.hits;
  const crew = new Crew(options.workers, { source, interners, selfCheck });
  let reason: AbortReason | undefined;
  let lastReport = started;
  let lastStates = 0;
  let phase: 'searching' | 'judging' = 'searching';

  /** Looks at everything that may end the search before its time. */
  const look = (): boolean => {
    const time = performance.now();
    if (options.signal?.aborted === true) reason = { code: 'cancelled', message: 'the search was cancelled' };
    if (time - started >= limits.milliseconds) hits.add('milliseconds');
    if (space.bytes > limits.bytes) hits.add('bytes');
    const ends = reason !== undefined || hits.has('milliseconds') || hits.has('bytes');
    if (ends) Atomics.store(shared, control.stop, 1);
    if (options.onProgress !== undefined && time - lastReport >= settings.progressInterval) {
      const { size } = space;
      options.onProgress({
        phase,
        states: size,
        transitions: found.transitions,
        statesPerSecond: ((size - lastStates) * 1000) / (time - lastReport),
        depth: found.depth,
        queued: size - shared[control.cursor],
        bytes: space.bytes,
        milliseconds: time - started,
      });
      lastReport = time;
      lastStates = size;
    }
    return ends;
  };

  const judgement: Judgement = { judged: [], violations: [], ends: new Column() };
  try {
    const expansion = new Expansion(system);
    const initial = expansion.begin(space);
    found.add([initial], 0);
    if (space.size === 0) throw noStart();
    await crew.ready();
    let start = 0;
    for (let depth = 1; start < space.size && !found.isOver && !look(); depth++) {
      const end = space.size;
      // Beyond the bound on depth nothing is let in; whether there is something shows by being refused.
      if (depth > limits.depth) shared[control.most] = end;
      shared[control.end] = end;
      for (shared[control.cursor] = start; shared[control.cursor] < end;) {
        if (space.crowded || space.size >= space.room) {
          space = new SharedSpace(space.enlarged());
          await crew.enter(space.memory);
        }
        const reports = await crew.round(
          { kind: 'round', memory: space.memory, skip: initial.ended },
          beat,
          look,
        );
        found.add(reports, space.size > end ? depth : depth - 1);
        if (shared[control.stop] !== 0) break;
      }
      if (found.refused) {
        if (depth > limits.depth) hits.add('depth');
        else if (space.size >= limits.states) hits.add('states');
        else throw full(space.size);
        break;
      }
      start = end;
    }
    if (!found.isOver && hits.size === 0 && reason === undefined && found.reachable.length > 0) {
      phase = 'judging';
      const edges = new GatheredEdges(await crew.edges(), space.size);
      const steps = judge({ ...found.explored(space), violations: [] }, edges, all, judgement);
      while (steps.next().done !== true && !look());
    }
  } catch (error) {
    reason = reasonIn(error, space);
  } finally {
    await crew.dismiss();
  }
  const statistics = {
    states: space.size,
    transitions: found.transitions,
    depth: found.depth,
    milliseconds: performance.now() - started,
    bytes: space.bytes,
    strategy: 'breadth-first' as const,
    storage: 'exact' as const,
  };
  return conclude(found.explored(space), judgement, limits, statistics, reason);
}

/** What the workers have found so far. */
class Found {
  readonly reachable: readonly Reachable[];
  readonly hits: Set<BoundName> = new Set<BoundName>();
  transitions = 0;
  depth = 0;
  refused = false;
  private readonly goals: readonly Column[];
  private readonly ended = new Column();
  private readonly tallies: { readonly property: Sometimes; count: number; first: number }[];
  private readonly names: readonly string[];
  private readonly sightings: number[];
  private readonly all: boolean;

  constructor(
    properties: readonly (Reachable | Sometimes | { readonly kind: 'always'; readonly name: string })[],
    all: boolean,
  ) {
    this.all = all;
    this.reachable = properties.filter((property) => property.kind === 'reachable');
    this.goals = this.reachable.map(() => new Column());
    this.tallies = properties
      .filter((property) => property.kind === 'sometimes')
      .map((property) => ({ property, count: 0, first: -1 }));
    this.names = properties.filter(({ kind }) => kind === 'always').map(({ name }) => name);
    this.sightings = this.names.map(() => -1);
  }

  /** Whether a violation ends the search. */
  get isOver(): boolean {
    return !this.all && this.sightings.some((index) => index >= 0);
  }

  /** Adds what was found in a round; `depth` is that of its new states, if there are any. */
  add(reports: readonly RoundReport[], depth: number): void {
    for (const report of reports) {
      this.transitions += report.transitions;
      this.refused ||= report.refused;
      for (const index of report.ended) this.ended.push(index);
      report.goals.forEach((goals, i) => {
        for (const index of goals) this.goals[i].push(index);
      });
    }
    this.tallies.forEach((tally, i) => {
      const firsts = reports.map(({ tallies }) => tallies[i][1]).filter((first) => first >= 0);
      if (tally.count === 0 && firsts.length > 0) tally.first = Math.min(...firsts);
      for (const { tallies } of reports) tally.count += tallies[i][0];
    });
    this.sightings.forEach((known, i) => {
      const seen = reports.map(({ sightings }) => sightings[i]).filter((index) => index >= 0);
      if (known < 0 && seen.length > 0) this.sightings[i] = Math.min(...seen);
    });
    this.depth = Math.max(this.depth, depth);
  }

  explored(visited: SharedSpace): Explored {
    const violations = this.names.flatMap((name, i): Sighting[] =>
      this.sightings[i] < 0 ? [] : [{ name, state: this.sightings[i] }],
    );
    const { reachable, goals, ended, tallies, hits } = this;
    return {
      visited,
      reachable,
      goals,
      ended,
      tallies,
      hits,
      violations: this.all ? violations : violations.slice(0, 1),
      omission: undefined,
    };
  }
}

/** The edges that the workers hand over, by their source. */
class GatheredEdges implements Graph {
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;
  private readonly targets: Uint32Array;

  constructor(reports: readonly EdgeReport[], states: number) {
    this.starts = new Uint32Array(states);
    this.ends = new Uint32Array(states);
    this.targets = new Uint32Array(reports.reduce((sum, { targets }) => sum + targets.length, 0));
    let at = 0;
    for (const { sources, counts, targets } of reports) {
      this.targets.set(targets, at);
      for (let i = 0; i < sources.length; i++) {
        this.starts[sources[i]] = at;
        at += counts[i];
        this.ends[sources[i]] = at;
      }
    }
  }

  first(source: number): number {
    return this.starts[source];
  }

  end(source: number): number {
    return this.ends[source];
  }

  target(position: number): number {
    return this.targets[position];
  }
}

function reasonIn(error: unknown, space: SharedSpace): AbortReason {
  if (!(error instanceof CrewError)) return reasonOf(error);
  const { code, message, index } = error;
  return { code, message, error, ...(index < 0 ? {} : { path: pathTo(space, index) }) };
}

function full(states: number): ExploreError {
  return new ExploreError('capacity', {
    what: 'the memory that workers share is full',
    found: `${states} states`,
    expected: 'fewer',
    remedy: 'bound the search with bounds.states, or reduce the system',
  });
}
