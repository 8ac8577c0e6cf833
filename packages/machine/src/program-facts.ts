import { type Operation, operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';

/** op0:op1:CRn:CRm:op2 of system registers that analyses look for. */
const code = {
  ICC_SGI1R_EL1: (3 << 14) | (12 << 7) | (11 << 3) | 5,
  VBAR_EL1: (3 << 14) | (12 << 7),
  SP_EL0: (3 << 14) | (4 << 7) | (1 << 3),
  SPSel: (3 << 14) | (4 << 7) | (2 << 3),
} as const;

/** op1:op2 of MSR SPSel, #imm. */
const msrSpsel = 5;

/**
 * Whether a word that the program can execute, now or after a modification, is such an operation. `undeclared` is the
 * answer for a site that may become anything.
 */
function mayExecute(map: MemoryMap, is: (operation: Operation) => boolean, undeclared = true): boolean {
  const any = (words: Iterable<number>): boolean => [...words].some((word) => is(operationOf(word)));
  return (
    map.siteWords.some(({ allowed }) => (allowed === undefined ? undeclared : any(allowed))) ||
    map.regions.some((region) => region.kind === 'text' && any(region.words))
  );
}

const writes =
  (register: number) =>
  ({ row, code: found }: Operation): boolean =>
    row.name === 'msr_reg' && found === register;

/** Whether the program may wait for events: only then does the event register matter. */
export function mayWaitForEvents(map: MemoryMap): boolean {
  return mayExecute(map, ({ row }) => row.name.startsWith('wfe'));
}

/** Whether CPUs may interrupt one another. A site that becomes such an instruction undeclared is seen when it executes. */
export function mayInterrupt(map: MemoryMap): boolean {
  return mayExecute(map, writes(code.ICC_SGI1R_EL1), false);
}

/** Whether the program may choose its vectors itself. */
export function mayMoveVectors(map: MemoryMap): boolean {
  return mayExecute(map, writes(code.VBAR_EL1));
}

/** Whether the program may use SP_EL0, so that what lies below SP_EL1 can be a stack in use. */
export function mayUseSecondStack(map: MemoryMap): boolean {
  const selects = ({ row, code: found }: Operation): boolean => row.name === 'msr_imm' && found === msrSpsel;
  return (
    mayExecute(map, selects) || mayExecute(map, writes(code.SP_EL0)) || mayExecute(map, writes(code.SPSel))
  );
}
