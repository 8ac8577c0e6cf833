import { cells } from '../cells.ts';
import { logicalFlags32, logicalFlags64, result, shift32, shift64 } from '../integer.ts';
import type { Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';

const ZR = cells.XZR;

/** Two-bit operation code of logical instructions: AND 0, ORR 1, EOR 2, ANDS 3. */
function combine(code: number, x: number, y: number): number {
  switch (code) {
    case 1:
      return x | y;
    case 2:
      return x ^ y;
    default:
      return x & y;
  }
}

/** AND, ORR, EOR, ANDS (immediate): `code` selects; register 31 is SP as a destination unless flags are set. */
export function logicalImmediate(pe: Pe, o: Operation): void {
  const state = pe.state;
  const low = combine(o.code, state[o.rn], o.low);
  const high = o.sf === 1 ? combine(o.code, state[o.rn + 1], o.high) : 0;
  if (o.code === 3) {
    state[cells.NZCV] = o.sf === 1 ? logicalFlags64(low, high) : logicalFlags32(low);
    if (o.rd === ZR) return;
  }
  const d = o.rd === ZR ? pe.sp : o.rd;
  state[d] = low;
  state[d + 1] = high;
}

/** AND, BIC, ORR, ORN, EOR, EON, ANDS, BICS (shifted register): `carry` is 1 for the inverting ones. */
export function logicalShifted(pe: Pe, o: Operation): void {
  const state = pe.state;
  if (o.sf === 1) shift64(state[o.rm], state[o.rm + 1], o.type, o.amount);
  else result.low = shift32(state[o.rm], o.type, o.amount);
  const invert = -o.carry;
  const low = combine(o.code, state[o.rn], result.low ^ invert);
  const high = o.sf === 1 ? combine(o.code, state[o.rn + 1], result.high ^ invert) : 0;
  if (o.code === 3) state[cells.NZCV] = o.sf === 1 ? logicalFlags64(low, high) : logicalFlags32(low);
  if (o.rd !== ZR) {
    state[o.rd] = low;
    state[o.rd + 1] = high;
  }
}
