import { opcodeOf } from './decode.ts';
import { rowNamed } from './table.ts';
import type { RowName } from './table.ts';

/** Issues of the Arm ARM whose list of instructions that may be modified under execution differs. */
export type ArmArmIssue = '2013' | '2021' | '2026';

/**
 * Instructions that may be modified while another PE executes them without explicit synchronisation (Arm ARM B2.2.5,
 * "Concurrent modification and execution of instructions"), by issue. NOP is the only hint among them.
 */
export const safeList: Readonly<Record<ArmArmIssue, readonly RowName[]>> = {
  '2013': ['b', 'bl', 'nop', 'brk', 'svc', 'hvc', 'smc'],
  '2021': ['b', 'bl', 'brk', 'hvc', 'isb', 'nop', 'smc', 'svc'],
  '2026': [
    'b',
    'b_cond',
    'bl',
    'brk',
    'cb_reg',
    'cb_imm',
    'cbb',
    'cbh',
    'cbnz',
    'cbz',
    'hvc',
    'isb',
    'nop',
    'smc',
    'svc',
    'tbnz',
    'tbz',
    'trcit',
    'udf',
  ],
};

type Members = { readonly opcodes: ReadonlySet<number>; readonly spellings: readonly RowName[] };

function members(issue: ArmArmIssue): Members {
  const rows = safeList[issue].map(rowNamed);
  return {
    opcodes: new Set(rows.filter((row) => row.aliasOf === undefined).map((row) => row.index)),
    spellings: rows.filter((row) => row.aliasOf !== undefined).map((row) => row.name),
  };
}

const byIssue: Readonly<Record<ArmArmIssue, Members>> = {
  '2013': members('2013'),
  '2021': members('2021'),
  '2026': members('2026'),
};

/** Whether a word is on the list. A modification is safe only when the old and the new word both are. */
export function mayBePatchedUnderExecution(word: number, issue: ArmArmIssue = '2026'): boolean {
  const { opcodes, spellings } = byIssue[issue];
  if (opcodes.has(opcodeOf(word))) return true;
  return spellings.some((name) => {
    const { mask, value } = rowNamed(name);
    return (word & mask) >>> 0 === value;
  });
}

/** Whether one word may replace another under execution: both are on the list (kernel: aarch64_insn_hotpatch_safe). */
export function isHotpatchSafe(before: number, after: number, issue: ArmArmIssue = '2026'): boolean {
  return mayBePatchedUnderExecution(before, issue) && mayBePatchedUnderExecution(after, issue);
}
