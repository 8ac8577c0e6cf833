import { decode, mayBePatchedUnderExecution } from '@quiesce/insn';
import type { Partial } from '../execution/partial.ts';
import type { Program } from '../program/program.ts';

/** The flag of a fetch and a write of one place that nothing orders, one of them of a restricted instruction. */
export const violatesCmodx = 'violates-CMODX-requirements';

const twoModified = 'Assuming-no-two-modified-instructions-are-on-the-same-cache-line';

/**
 * Whether an instruction is restricted: its modification under execution is not allowed. As in herd7, that is whatever
 * is not B, BL, CBZ, CBNZ, TBZ, TBNZ, ISB, NOP or SVC: B.cond, which the Arm ARM allows, and UDF are restricted.
 */
export function isRestricted(word: number): boolean {
  const { row } = decode(word);
  return !mayBePatchedUnderExecution(word) || row.name === 'b_cond' || row.name === 'udf';
}

/** Flags that follow from the events alone: those of the paths, and whether two places of code are modified. */
export function flagsOfPaths(execution: Partial, program: Program): string[] {
  const flags = new Set(execution.paths.flatMap(({ flags: raised }) => raised));
  const modified = new Set(
    execution.effects
      .filter(({ event }) => event.kind === 'W' && program.constants.of(event.location).kind === 'code')
      .map(({ event }) => event.location),
  );
  if (modified.size > 1) flags.add(twoModified);
  return [...flags];
}

/** Whether a fetch and a write of the same place, one of them of a restricted instruction, are not ordered by `ob`. */
export function isCmodx({ effects, values, ob }: Partial, program: Program): boolean {
  const restricted = (number: number): boolean => {
    const constant = program.constants.of(values[number]);
    return constant.kind === 'instruction' && isRestricted(constant.word);
  };
  return effects.some(({ event: fetch }, f) => {
    if (fetch.kind !== 'IF') return false;
    return effects.some(
      ({ event: write }, w) =>
        write.kind === 'W' &&
        write.location === fetch.location &&
        !ob.has(f, w) &&
        !ob.has(w, f) &&
        (restricted(f) || restricted(w)),
    );
  });
}
