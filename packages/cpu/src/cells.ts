/**
 * Where the state of one PE lies in its array of signed 32-bit cells. A 64-bit quantity takes two cells, the low
 * half first. The whole state of a PE is in these cells, so copying it is `set` and comparing it is comparing cells.
 */
export const cells = {
  /** X0 to X30: 62 cells. */
  X: 0,
  /** The zero register: always zero, so that it can be read like any other. */
  XZR: 62,
  SP_EL0: 64,
  SP_EL1: 66,
  PC: 68,
  /** N, Z, C, V in bits 31 to 28. */
  NZCV: 70,
  /** D, A, I, F in bits 9 to 6, as MRS DAIF reads them. */
  DAIF: 71,
  /** PSTATE.SP: 0 selects SP_EL0, 1 SP_EL1. */
  SPSel: 72,
  /** PAN, UAO, DIT, TCO, SSBS, ALLINT and BTYPE where SPSR_EL1 has them. */
  PSTATE: 73,
  ELR_EL1: 74,
  SPSR_EL1: 76,
  ESR_EL1: 78,
  FAR_EL1: 80,
  VBAR_EL1: 82,
  TPIDR_EL0: 84,
  TPIDRRO_EL0: 86,
  TPIDR_EL1: 88,
  SCTLR_EL1: 90,
  CONTEXTIDR_EL1: 92,
  MDSCR_EL1: 94,
  /** Interrupt priority mask of the GIC CPU interface, 8 bits. */
  ICC_PMR_EL1: 96,
  /** Exclusive monitor: the size of the marked block in bytes, 0 when open. */
  MONITOR: 98,
  /** Address of the marked block: two cells. */
  MONITOR_ADDRESS: 100,
  /** The event register of WFE. */
  EVENT: 102,
  /** 0: running; 1: waiting in WFE; 2: waiting in WFI. */
  WAIT: 103,
  /** Interrupts that other PEs sent and that were not taken yet: a bit for each INTID 0 to 15. */
  PENDING: 104,
  /** INTID that ICC_IAR1_EL1 reads next, 1023 when there is none. */
  ACKNOWLEDGE: 105,
  /** Firmware's event mask of this PE: 1 after PE_MASK (DEN0054). */
  SDEI_MASKED: 106,
  /** Running SDEI handlers: bit 0 normal, bit 1 critical priority. */
  SDEI_RUNNING: 107,
  /** Context that firmware saved for the normal handler: PC (2 cells), PSTATE, spare, X0 to X17 (36 cells). */
  SDEI_NORMAL: 108,
  /** The same for the critical handler. */
  SDEI_CRITICAL: 148,
  /** Inside an access that consists of several single-copy atomic parts: how many are done. */
  PART: 188,
  /** Exceptions that were entered and not returned from, at most 3: whether ELR_EL1 names an interrupted place. */
  DEPTH: 189,
  length: 190,
} as const;

/** PSTATE.DAIF bits where MRS DAIF and SPSR_EL1 have them (Arm ARM, DAIF). */
export const daif = { D: 0x200, A: 0x100, I: 0x80, F: 0x40, all: 0x3c0 } as const;

/** Values of {@link cells}.WAIT. */
export const waiting = { no: 0, event: 1, interrupt: 2 } as const;
