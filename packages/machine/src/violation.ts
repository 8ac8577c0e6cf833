/**
 * What can go wrong on a step, a closed list. `hang` and `livelock` are judged on the whole space by the search, the
 * others on single steps.
 */
export const stepViolations = ['cmodx', 'stale', 'torn', 'assert', 'fault'] as const;

/** A violation that a single step shows. */
export type StepViolation = (typeof stepViolations)[number];

/** Every violation that a check can report. */
export type ViolationKind = StepViolation | 'hang' | 'livelock';

/** A step that went wrong. */
export interface Failure {
  readonly kind: StepViolation;
  /** The CPU that shows it. */
  readonly cpu: number;
  /** Where that CPU was. */
  readonly pc: number;
  /** One line for people: what was found. */
  readonly detail: string;
}
