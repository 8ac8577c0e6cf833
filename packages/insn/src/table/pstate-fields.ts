/** PSTATE fields that MSR (immediate) writes: name, op1, op2, width of the immediate, and fixed upper bits of CRm. */
export const pstateFields = (): readonly (readonly [name: string, op1: number, op2: number, width: number, base: number])[] => [
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
