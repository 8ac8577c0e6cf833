import { opcodeOf } from './opcodes.ts';
import { lazy } from './lazy.ts';
import { rowNamed, table } from './table.ts';
import type { RowName } from './table.ts';
import { insistWord } from './word.ts';

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

/** One byte per opcode, and mask and value of the listed instructions that are only spellings of an encoding. */
type Members = {
  readonly opcodes: Uint8Array;
  readonly spellings: readonly (readonly [mask: number, value: number])[];
};

function members(issue: ArmArmIssue): Members {
  const opcodes = new Uint8Array(table().length);
  const spellings: (readonly [number, number])[] = [];
  for (const { index, aliasOf, mask, value } of safeList[issue].map(rowNamed)) {
    if (aliasOf === undefined) opcodes[index] = 1;
    else spellings.push([mask, value]);
  }
  return { opcodes, spellings };
}

const byIssue: Readonly<Record<ArmArmIssue, () => Members>> = {
  '2013': lazy(() => members('2013')),
  '2021': lazy(() => members('2021')),
  '2026': lazy(() => members('2026')),
};

/**
 * Whether a word is on the list. A modification is safe only when the old and the new word both are. Throws
 * {@link WordError} for what is no word, a RangeError for an issue that is not known.
 */
export function mayBePatchedUnderExecution(word: number, issue: ArmArmIssue = '2026'): boolean {
  insistWord(word);
  if (!Object.hasOwn(byIssue, issue)) {
    const known = Object.keys(byIssue).join(', ');
    throw new RangeError(`expected an issue of the Arm ARM, one of ${known}, found ${issue}`);
  }
  const { opcodes, spellings } = byIssue[issue]();
  if (opcodes[opcodeOf(word)] === 1) return true;
  for (const [mask, value] of spellings) if ((word & mask) >>> 0 === value) return true;
  return false;
}

/** Whether one word may replace another under execution: both are on the list (kernel: aarch64_insn_hotpatch_safe). */
export function isHotpatchSafe(before: number, after: number, issue: ArmArmIssue = '2026'): boolean {
  return mayBePatchedUnderExecution(before, issue) && mayBePatchedUnderExecution(after, issue);
}
