export { answerOf } from './answer.ts';
export type { Answer, Observation } from './answer.ts';
export { check, isReached } from './check.ts';
export type { CheckOptions, Outcome } from './check.ts';
export { explain } from './graph/explain.ts';
export type { DrawnEdge, DrawnEvent, Drawing } from './graph/drawing.ts';
export { svg } from './graph/svg.ts';
export { LitmusError } from './error.ts';
export type { Complaint, LitmusErrorCode, Position } from './error.ts';
export { Observed, keyOf } from './observed.ts';
export type { Denotation, FinalState } from './observed.ts';
export type { TakenFault } from './taken-fault.ts';
export { assembleLines } from './program/assembly.ts';
export { parseLitmus } from './parse.ts';
export { instructionText } from './program/constants.ts';
export { distanceOf } from './test.ts';
export type {
  CacheType,
  Code,
  FaultPattern,
  InitialRegister,
  Line,
  LitmusTest,
  Location,
  Observable,
  Proposition,
  Quantifier,
  RegisterName,
  Value,
  ValueType,
} from './test.ts';
