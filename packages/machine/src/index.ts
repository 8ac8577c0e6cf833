export { type Choice, decodeChoice, encodeChoice } from './choice.ts';
export { doomedAt } from './doom.ts';
export { deliverEvent, eventDeliverable } from './environment.ts';
export { type Calmest, fewestSwitches, mostCalmed, switchesOf } from './fewest-switches.ts';
export { type FamilySpec, familySpecOf } from './family/family-spec.ts';
export { MachineFamily } from './family/machine-family.ts';
export { type MachineProof, proveMachine } from './family/prove.ts';
export { NotUniform } from './family/symbol.ts';
export { type FetchOption, fetchOptions, type FetchVerdict, isModifiable, judgeFetch } from './fetch.ts';
export { firmwareCall, sdeiFunction } from './firmware.ts';
export { layoutOf, type MachineLayout } from './layout.ts';
export { ProgramText, type TextWord } from './program-text.ts';
export type { Recorder } from './recorder.ts';
export { handlersOf, isWaiting, registersOf, type RegisterValue } from './register-file.ts';
export { shortestHang } from './shortest-hang.ts';
export { Simulation } from './simulation.ts';
export type { Signal } from './signal.ts';
export {
  type EventKind,
  type EventSpec,
  MachineError,
  type MachineErrorCode,
  type MachineSpec,
  type SafeListIssue,
  type StartSpec,
} from './spec.ts';
export { StateView } from './state-view.ts';
export { Stepper } from './stepper.ts';
export { MachineSystem, type SystemOptions } from './system.ts';
export { unmodelled } from './unmodelled.ts';
export { type Failure, type StepViolation, stepViolations, type ViolationKind } from './violation.ts';
export type { CpuWitness, StateWitness, WitnessSpec } from './witness.ts';
