/** PSTATE fields that MSR (immediate) writes: name, op1, op2, width of the immediate, and fixed upper bits of CRm. */
const fields: readonly (readonly [name: string, op1: number, op2: number, width: number, base: number])[] = [
  ['uao', 0, 3, 1, 0],
  ['pan', 0, 4, 1, 0],
  ['spsel', 0, 5, 1, 0],
  ['allint', 1, 0, 1, 0],
  ['pm', 1, 0, 1, 2],
  ['ssbs', 3, 1, 1, 0],
  ['dit', 3, 2, 1, 0],
  ['svcrsm', 3, 3, 1, 2],
  ['svcrza', 3, 3, 1, 4],
  ['svcrsmza', 3, 3, 1, 6],
  ['tco', 3, 4, 1, 0],
  ['daifset', 3, 6, 4, 0],
  ['daifclr', 3, 7, 4, 0],
];

/** A PSTATE field as MSR (immediate) names it. `width` is that of the immediate in bits. */
export type PstateField = {
  readonly name: string;
  readonly op1: number;
  readonly op2: number;
  readonly width: number;
  /** The bits of CRm that select the field, above the immediate. */
  readonly base: number;
};

const all: readonly PstateField[] = fields.map(([name, op1, op2, width, base]) => ({
  name,
  op1,
  op2,
  width,
  base,
}));

/** The field that an MSR (immediate) word writes, or undefined when the encoding is unallocated. */
export function pstateField(word: number): PstateField | undefined {
  const op1 = (word >>> 16) & 7;
  const op2 = (word >>> 5) & 7;
  const CRm = (word >>> 8) & 15;
  return all.find((f) => f.op1 === op1 && f.op2 === op2 && CRm - f.base >= 0 && CRm - f.base < 1 << f.width);
}

/** The field by its lower-case name, for instance `daifset`. */
export function pstateFieldNamed(name: string): PstateField | undefined {
  return all.find((f) => f.name === name);
}
