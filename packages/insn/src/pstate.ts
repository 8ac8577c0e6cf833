import { lazy } from './lazy.ts';
import { pstateFields } from './table/pstate-fields.ts';

/** A PSTATE field as MSR (immediate) names it. `width` is that of the immediate in bits. */
export type PstateField = {
  readonly name: string;
  readonly op1: number;
  readonly op2: number;
  readonly width: number;
  /** The bits of CRm that select the field, above the immediate. */
  readonly base: number;
};

const all = lazy((): readonly PstateField[] =>
  pstateFields().map(([name, op1, op2, width, base]) => ({ name, op1, op2, width, base })),
);

/** The field that an MSR (immediate) word writes, or undefined when the encoding is unallocated. */
export function pstateField(word: number): PstateField | undefined {
  const op1 = (word >>> 16) & 7;
  const op2 = (word >>> 5) & 7;
  const CRm = (word >>> 8) & 15;
  return all().find(
    (f) => f.op1 === op1 && f.op2 === op2 && CRm - f.base >= 0 && CRm - f.base < 1 << f.width,
  );
}

/** The field by its lower-case name, for instance `daifset`. */
export function pstateFieldNamed(name: string): PstateField | undefined {
  return all().find((f) => f.name === name);
}
