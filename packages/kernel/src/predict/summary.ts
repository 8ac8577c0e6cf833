import { isHotpatchSafe } from '@quiesce/insn';
import type { Kernel } from '../kernel.ts';
import type { MachineState } from './machine-state.ts';
import { callbackName } from './predict.ts';
import type { Prediction } from './prediction.ts';
import { unconditional } from '../tables/alternatives.ts';

/** The alternatives of one capability and one kind. */
export interface AlternativesRow {
  readonly capability: string;
  /** What the kernel prints when it detects the capability. */
  readonly description: string;
  /** The pass that applies them. */
  readonly pass: 'boot' | 'system';
  /** `replacement`, or the name of the callback. */
  readonly kind: string;
  readonly sites: number;
  readonly words: number;
  /** Whether the machine has the capability. */
  readonly isApplied: boolean;
  /** Words that the machine changes. */
  readonly changed: number;
  /** Of these, words where old and new are not both in the list of what may be modified under execution. */
  readonly unsafe: number;
}

/** Counts the alternatives of a kernel by capability and kind, as a prediction applies them. */
export function summarise(kernel: Kernel, machine: MachineState, prediction: Prediction): AlternativesRow[] {
  const { alternatives, capabilities, words } = kernel;
  const rows = new Map<
    string,
    AlternativesRow & { sites: number; words: number; changed: number; unsafe: number }
  >();
  for (let i = 0; i < alternatives.count; i++) {
    const number = alternatives.capability[i];
    const code = alternatives.isCallback[i] === 1 ? alternatives.replacement[i] : -1;
    const key = `${number}/${code}`;
    let row = rows.get(key);
    if (row === undefined) {
      const { name, description, isBoot } = capabilities.numbered(number);
      row = {
        capability: name,
        description,
        pass: number !== unconditional && (machine.isBoot(number) || isBoot) ? 'boot' : 'system',
        kind: code < 0 ? 'replacement' : callbackName(kernel, code),
        isApplied: number === unconditional || machine.has(number),
        sites: 0,
        words: 0,
        changed: 0,
        unsafe: 0,
      };
      rows.set(key, row);
    }
    const first = alternatives.original[i] >> 2;
    const count = alternatives.length[i] >> 2;
    row.sites++;
    row.words += count;
    for (let at = first; at < first + count; at++) {
      if (prediction.site[at] !== i + 1 || words[at] === prediction.words[at]) continue;
      row.changed++;
      if (!isHotpatchSafe(words[at], prediction.words[at])) row.unsafe++;
    }
  }
  return [...rows.values()].sort(
    (a, b) => a.pass.localeCompare(b.pass) || a.capability.localeCompare(b.capability) || b.sites - a.sites,
  );
}
