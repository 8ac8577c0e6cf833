import type { ExploreErrorCode } from './error.ts';
import type { HuntStrategy } from './hunt/hunt.ts';
import type { BoundName, Storage, Strategy } from './options.ts';
import type { Path } from './path.ts';

/**
 * What a search found out. Only `holds` is a proof, of this system's properties over all its reachable states, and
 * it has no `bounds`; look at `witnesses` before believing that it is not vacuous.
 */
export type Result = Holds | HoldsWithinBounds | Violated | Aborted;

/** The four verdicts. */
export type Verdict = Result['verdict'];

/** What every result carries. */
export interface Findings {
  readonly statistics: Statistics;
  /** One for each `sometimes` property, in the system's order. */
  readonly witnesses: readonly Witness[];
}

/** The whole space was explored and every `always` and `reachable` property holds. */
export interface Holds extends Findings {
  readonly verdict: 'holds';
}

/** Nothing is violated in the part that was explored. No proof: the first counterexample may lie beyond. */
export interface HoldsWithinBounds extends Findings {
  readonly verdict: 'holds-within-bounds';
  readonly bounds: readonly [BoundHit, ...BoundHit[]];
  /** `reachable` properties that were not judged: their judgement needs the whole space. */
  readonly unjudged: readonly string[];
}

/** At least one property is violated. A violation is definite, whatever bounds were hit as well. */
export interface Violated extends Findings {
  readonly verdict: 'violated';
  /** In the order found, one for each property at most; exactly one unless `all` was asked for. */
  readonly violations: readonly [Violation, ...Violation[]];
  /** The bounds that cut an `all` search short. */
  readonly bounds: readonly BoundHit[];
  /** `reachable` properties that were not judged, because the search stopped before everything was explored. */
  readonly unjudged: readonly string[];
}

/** Cancelled, or something went wrong. What was found until then is here, but it is no verdict. */
export interface Aborted extends Findings {
  readonly verdict: 'aborted';
  readonly reason: AbortReason;
  readonly violations: readonly Violation[];
  readonly bounds: readonly BoundHit[];
  readonly unjudged: readonly string[];
}

/** What kept, or may have kept, part of the space from being explored. */
export type BoundHit = LimitHit | Compaction;

/** A bound that kept part of the space from being explored. */
export interface LimitHit {
  readonly bound: BoundName | 'runs' | 'switches';
  readonly limit: number;
}

/** States were told apart by 64 bits of each. */
export interface Compaction {
  readonly bound: 'compaction';
  /**
   * How likely it is that some state was taken for another, if the bits are random: of n distinct states among t looked
   * up, n (t - n) / 2^64, as TLC estimates it.
   */
  readonly omission: number;
}

/** A property and a path that shows how it fails. */
export type Violation = AlwaysViolation | ReachableViolation;

/** The path ends in the state where the property fails. */
export interface AlwaysViolation {
  readonly kind: 'always';
  readonly property: string;
  readonly path: Path;
}

/**
 * A hang. The path ends in a state of a bottom component: from there only the states of that component can be
 * reached (one state if it is a deadlock or only loops to itself), and the goal is not among them.
 */
export interface ReachableViolation {
  readonly kind: 'reachable';
  readonly property: string;
  /** The shortest, with `breadth-first`, to any bottom component without the goal. */
  readonly path: Path;
  /**
   * After this many choices of the path, and not before, the goal had become unreachable; 0 is from the start. Absent
   * where that was too much work to find out.
   */
  readonly doomedAt?: number;
}

/** How often a `sometimes` property was met. */
export interface Witness {
  readonly name: string;
  /**
   * Distinct states in which it holds, of those explored; states where an `always` property fails included. States that
   * the system passed are added, as often as it passed them.
   */
  readonly count: number;
  /** To the first of those explored, with `breadth-first` a nearest one; absent if there is none. */
  readonly path?: Path;
}

/** Why a search was aborted. */
export interface AbortReason {
  /** `system-threw`: an exception out of the system; `worker`: a worker thread died; every other code but `cancelled` is that of an `ExploreError`. */
  readonly code: 'cancelled' | 'system-threw' | 'worker' | ExploreErrorCode;
  readonly message: string;
  /** What was thrown, if something was. */
  readonly error?: unknown;
  /** To the state in hand when it was thrown. */
  readonly path?: Path;
}

/** What a search cost. */
export interface Statistics {
  /** Distinct states; where none are stored, states that were visited, each as often as it was. */
  readonly states: number;
  /** Successors examined, including those that were known already and loops. */
  readonly transitions: number;
  /** The largest depth of a state; with `breadth-first`, its distance from the nearest initial state. */
  readonly depth: number;
  readonly milliseconds: number;
  /** Allocated for the visited set, the stored edges and states to expand. */
  readonly bytes: number;
  readonly strategy: Strategy | HuntStrategy;
  /** `exact`: states are compared in full, so none is ever taken for another. `none`: runs that remember nothing. */
  readonly storage: Storage | 'none';
}
