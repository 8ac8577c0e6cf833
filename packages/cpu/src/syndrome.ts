/** ESR_EL1.EC values of exceptions that a PE at EL1 can take to EL1 (Arm ARM, ESR_EL1). */
export const exceptionClass = {
  unknown: 0x00,
  illegalState: 0x0e,
  svc: 0x15,
  hvc: 0x16,
  smc: 0x17,
  systemRegister: 0x18,
  instructionAbort: 0x21,
  pcAlignment: 0x22,
  dataAbort: 0x25,
  spAlignment: 0x26,
  softwareStep: 0x33,
  watchpoint: 0x35,
  brk: 0x3c,
} as const;

/** The cause of a synchronous exception. */
export interface Syndrome {
  /** ESR_EL1, 32 bits: EC in 31:26, IL in 25, ISS in 24:0. */
  readonly esr: number;
  /** Exception class, a value of {@link exceptionClass}. */
  readonly class: number;
  /** ISS; for BRK, SVC, HVC and SMC the immediate. */
  readonly iss: number;
  /** FAR_EL1, where the exception has one. */
  readonly address?: number;
  /** One line for people. */
  readonly detail: string;
}

/** Builds a syndrome; IL is set, as for every A64 instruction. */
export function syndrome(
  ec: number,
  iss: number,
  more: { readonly address?: number; readonly detail: string },
): Syndrome {
  return { esr: (ec << 26) | (1 << 25) | iss, class: ec, iss, ...more };
}
