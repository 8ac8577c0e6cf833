import { cells, waiting } from '@quiesce/cpu';

/** A register of a PE with its value: two signed 32-bit halves, `high` 0 where the register has 32 bits or fewer. */
export interface RegisterValue {
  /** As the assembler and the manual write it: `x0`, `sp_el1`, `daif`, `icc_pmr_el1`. */
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** Registers of 64 bits beside the general ones, by their first cell. */
const wide: readonly (readonly [name: string, cell: number])[] = [
  ['sp_el0', cells.SP_EL0],
  ['sp_el1', cells.SP_EL1],
  ['elr_el1', cells.ELR_EL1],
  ['spsr_el1', cells.SPSR_EL1],
  ['esr_el1', cells.ESR_EL1],
  ['far_el1', cells.FAR_EL1],
  ['vbar_el1', cells.VBAR_EL1],
  ['tpidr_el0', cells.TPIDR_EL0],
  ['tpidr_el1', cells.TPIDR_EL1],
  ['sctlr_el1', cells.SCTLR_EL1],
  ['icc_pmr_el1', cells.ICC_PMR_EL1],
];

/** Parts of PSTATE, and firmware's event mask. */
const narrow: readonly (readonly [name: string, cell: number])[] = [
  ['nzcv', cells.NZCV],
  ['daif', cells.DAIF],
  ['spsel', cells.SPSel],
  ['sdei_mask', cells.SDEI_MASKED],
];

/** The registers of a PE's state, in a fixed order; for traces, not for hot paths. */
export function registersOf(local: Int32Array): readonly RegisterValue[] {
  return [
    ...Array.from({ length: 31 }, (_, x) => ({
      name: `x${x}`,
      low: local[cells.X + 2 * x],
      high: local[cells.X + 2 * x + 1],
    })),
    ...wide.map(([name, cell]) => ({ name, low: local[cell], high: local[cell + 1] })),
    ...narrow.map(([name, cell]) => ({ name, low: local[cell], high: 0 })),
  ];
}

/** Handlers that a PE is in: exceptions that it has not returned from (at most 3) and SDEI handlers (at most 2). */
export function handlersOf(local: Int32Array): number {
  const running = local[cells.SDEI_RUNNING];
  return local[cells.DEPTH] + (running & 1) + (running >>> 1);
}

/** Whether a PE waits in WFE or WFI. */
export function isWaiting(local: Int32Array): boolean {
  return local[cells.WAIT] !== waiting.no;
}
