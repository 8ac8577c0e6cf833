export { explore, exploreSync } from './explore.ts';
export { ExploreError, type ErrorDetail, type ExploreErrorCode } from './error.ts';
export type {
  BoundName,
  Bounds,
  Checkpointing,
  ExploreOptions,
  Progress,
  Signal,
  Storage,
  Strategy,
} from './options.ts';
export { type Snapshot, type SnapshotReader, type SnapshotWriter } from './snapshot.ts';
export { Interner, type InternTable } from './interner.ts';
export { hunt, type HuntOptions, type HuntResult, type HuntStrategy, huntSync } from './hunt/hunt.ts';
export {
  judgeTermination,
  judgeTerminationSync,
  type Open,
  type Runs,
  type Terminates,
  type TerminationOptions,
  type TerminationResult,
  type TerminationStatistics,
} from './liveness/termination.ts';
export { PairTable } from './pair-table.ts';
export { replay, type Path } from './path.ts';
export type {
  AbortReason,
  Aborted,
  AlwaysViolation,
  BoundHit,
  Compaction,
  Findings,
  Holds,
  HoldsWithinBounds,
  LimitHit,
  ReachableViolation,
  Result,
  Statistics,
  Verdict,
  Violated,
  Violation,
  Witness,
} from './result.ts';
export type { Always, Property, Reachable, Sometimes, TransitionSystem } from './system.ts';
export type { Affine, CounterWrite, Family, FamilyStep, Form, Guard, Received } from './family/family.ts';
export { signs } from './family/family.ts';
export { memberOf } from './family/member.ts';
export {
  type Certificate,
  type ProofOptions,
  type ProofResult,
  type ProofStatistics,
  type Proved,
  proveForAll,
  proveForAllSync,
  type Suspected,
  type Unproved,
} from './family/proof.ts';
