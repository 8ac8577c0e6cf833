export { explore, exploreSync } from './explore.ts';
export { ExploreError, type ErrorDetail, type ExploreErrorCode } from './error.ts';
export type { BoundName, Bounds, ExploreOptions, Progress, Signal, Strategy } from './options.ts';
export { Interner } from './interner.ts';
export { PairTable } from './pair-table.ts';
export { replay, type Path } from './path.ts';
export type {
  AbortReason,
  Aborted,
  AlwaysViolation,
  BoundHit,
  Findings,
  Holds,
  HoldsWithinBounds,
  ReachableViolation,
  Result,
  Statistics,
  Verdict,
  Violated,
  Violation,
  Witness,
} from './result.ts';
export type { Always, Property, Reachable, Sometimes, TransitionSystem } from './system.ts';
