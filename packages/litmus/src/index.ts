export { check } from './check.ts';
export type { CheckOptions, Observation, Outcome } from './check.ts';
export { LitmusError } from './error.ts';
export type { Complaint, LitmusErrorCode, Position } from './error.ts';
export { parseLitmus } from './parse.ts';
export type {
  CacheType,
  Code,
  FaultPattern,
  Line,
  LitmusTest,
  Location,
  Observable,
  Proposition,
  Quantifier,
  RegisterName,
  Value,
} from './test.ts';
