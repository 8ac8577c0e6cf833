import { ExploreError } from './error.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The order of the search. `breadth-first` finds shortest counterexamples and is the default. `depth-first`
 * expands the newest state first: deep violations may turn up sooner, but paths are not the shortest, and with a
 * depth bound a state that was first met at the bound is not revisited when a shorter way to it turns up.
 * Both store every state; without bounds both give the same verdict and the same counts.
 */
export type Strategy = 'breadth-first' | 'depth-first';

/**
 * How visited states are stored. `exact` keeps their cells. `compact` keeps 64 bits of each, so memory for a state does
 * not depend on its width; two states with the same 64 bits are taken for one, and what lies behind the second is not
 * explored. It needs `breadth-first` and never proves: a search that finds nothing `holds-within-bounds`.
 */
export type Storage = 'exact' | 'compact';

/**
 * Where to give up. A bound counts as hit only if it kept something from being explored: a search that ends
 * exactly at its bounds still `holds`.
 */
export interface Bounds {
  /** Distinct states stored; at least 1. */
  readonly states?: number;
  /** Choices on a path, at least 0. With `breadth-first`, every state within this distance is explored. */
  readonly depth?: number;
  /** Wall-clock time. Checked once per slice (about 25 ms), and the only bound that is not deterministic. */
  readonly milliseconds?: number;
  /** Memory of the visited set, of the stored edges and of states to expand. Checked before any of them grows. */
  readonly bytes?: number;
}

/** The name of a bound. */
export type BoundName = keyof Bounds;

/** Anything with an `aborted` flag; an `AbortSignal` is one. */
export interface Signal {
  readonly aborted: boolean;
}

/** When a search is taken down. */
export interface Checkpointing {
  /** Least time between two snapshots, in milliseconds; 60,000 by default. */
  readonly interval?: number;
  /**
   * Gets the search at every interval, and once more when a bound or a cancellation ends it early. Must copy what it
   * keeps. What it throws is passed on.
   */
  readonly save: (snapshot: Snapshot) => void;
}

/** Where a search stands. */
export interface Progress {
  readonly phase: 'searching' | 'judging';
  readonly states: number;
  readonly transitions: number;
  /** Since the previous report. */
  readonly statesPerSecond: number;
  /** The largest depth found so far. */
  readonly depth: number;
  /** States that wait to be expanded. */
  readonly queued: number;
  /** Allocated for the visited set and the stored edges. */
  readonly bytes: number;
  /** Since the start. */
  readonly milliseconds: number;
}

/** How to explore. Every field may be left out. */
export interface ExploreOptions {
  readonly strategy?: Strategy;
  /**
   * `false`, the default, stops at the first violation. `true` goes on to the end and reports one
   * counterexample for each violated property: with `breadth-first` the shortest.
   */
  readonly all?: boolean;
  readonly bounds?: Bounds;
  /** `exact` by default. */
  readonly storage?: Storage;
  readonly checkpoint?: Checkpointing;
  /**
   * Goes on with a search of the same system under the same options; only `bounds` other than `depth` may differ. The
   * end is the same as without the interruption. Throws `checkpoint` for a snapshot of anything else.
   */
  readonly resume?: Snapshot;
  readonly onProgress?: (progress: Progress) => void;
  /** Least time between two calls of `onProgress`, in milliseconds; 1000 by default. */
  readonly progressInterval?: number;
  /**
   * Told of every state from which a `reachable` property cannot be made true and only such states can be reached that lead
   * back to it: where hangs end. The array is reused. Called when the property is judged, with exact storage only.
   */
  readonly onEnd?: (state: Uint32Array) => void;
  /** Looked at once per slice (about 25 ms). In `exploreSync` only a getter can change its answer. */
  readonly signal?: Signal;
  /**
   * `'determinism'` asks the system everything twice and aborts if the answers differ, if a state or its argument
   * was changed, or if one choice leads to two states. It sees only what two calls in a row show.
   */
  readonly check?: 'determinism';
}

/** Bounds with every field present; no bound is Infinity. */
export type Limits = Required<Bounds>;

/** What was asked for, with the defaults filled in. */
export interface Settings {
  readonly strategy: Strategy;
  readonly all: boolean;
  readonly storage: Storage;
  readonly limits: Limits;
  readonly checkpointInterval: number;
  readonly progressInterval: number;
}

/** Throws `invalid-option` for anything that is out of range, also for what only untyped callers can pass. */
export function settingsOf(options: ExploreOptions): Settings {
  const { strategy = 'breadth-first', all = false, bounds = {}, progressInterval, check } = options;
  const { storage = 'exact', checkpoint } = options;
  oneOf('strategy', strategy, ['breadth-first', 'depth-first']);
  oneOf('storage', storage, ['exact', 'compact']);
  if (storage === 'compact') oneOf('strategy, with compact storage,', strategy, ['breadth-first']);
  if (check !== undefined) oneOf('check', check, ['determinism']);
  return {
    strategy,
    all,
    storage,
    checkpointInterval: from(0, 'checkpoint.interval', checkpoint?.interval ?? 60_000),
    limits: {
      states: wholeFrom(1, 'bounds.states', bounds.states),
      depth: wholeFrom(0, 'bounds.depth', bounds.depth),
      milliseconds: from(0, 'bounds.milliseconds', bounds.milliseconds ?? Infinity),
      bytes: wholeFrom(0, 'bounds.bytes', bounds.bytes),
    },
    progressInterval: from(0, 'progressInterval', progressInterval ?? 1000),
  };
}

function wholeFrom(least: number, what: string, value = Infinity): number {
  if (Number.isInteger(value) || value === Infinity) return from(least, what, value);
  throw refusal(what, String(value), `an integer from ${least} up`);
}

function from(least: number, what: string, value: number): number {
  if (value >= least) return value;
  throw refusal(what, String(value), `a number from ${least} up`);
}

function oneOf(what: string, value: string, values: readonly string[]): void {
  if (!values.includes(value)) throw refusal(what, `"${value}"`, `one of ${values.join(', ')}`);
}

function refusal(what: string, found: string, expected: string): ExploreError {
  return new ExploreError('invalid-option', { what, found, expected, remedy: 'or leave it out' });
}
