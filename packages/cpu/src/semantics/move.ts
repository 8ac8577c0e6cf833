import { cells } from '../cells.ts';
import { conditionHolds, result, shift32, shift64 } from '../integer.ts';
import type { Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';

const ZR = cells.XZR;

/** MOVZ and MOVN: `low`, `high` hold the whole value. */
export function moveWide(pe: Pe, o: Operation): void {
  if (o.rd === ZR) return;
  pe.state[o.rd] = o.low;
  pe.state[o.rd + 1] = o.high;
}

/** MOVK: `low` holds 16 bits, `amount` their position. */
export function moveKeep(pe: Pe, o: Operation): void {
  if (o.rd === ZR) return;
  const state = pe.state;
  const cell = o.amount < 32 ? o.rd : o.rd + 1;
  const shift = o.amount & 31;
  state[cell] = (state[cell] & ~(0xffff << shift)) | (o.low << shift);
  if (o.sf === 0) state[o.rd + 1] = 0;
}

/** ADR and ADRP: `low` holds the offset as a number; `code` 1 selects pages. */
export function formAddress(pe: Pe, o: Operation): void {
  if (o.rd === ZR) return;
  const base = o.code === 1 ? Math.floor(pe.pc / 4096) * 4096 : pe.pc;
  pe.setAddress(o.rd, base + o.offset);
}

/** CSEL, CSINC, CSINV, CSNEG: `code` 0 to 3. */
export function conditionalSelect(pe: Pe, o: Operation): void {
  const state = pe.state;
  let low: number;
  let high: number;
  if (conditionHolds(o.condition, state[cells.NZCV])) {
    low = state[o.rn];
    high = state[o.rn + 1];
  } else {
    low = state[o.rm];
    high = state[o.rm + 1];
    if (o.code >= 2) {
      low = ~low;
      high = ~high;
    }
    if (o.code === 1 || o.code === 3) {
      low = (low + 1) | 0;
      if (low === 0) high = (high + 1) | 0;
    }
  }
  if (o.rd === ZR) return;
  state[o.rd] = low;
  state[o.rd + 1] = o.sf === 1 ? high : 0;
}

/**
 * SBFM (`code` 0) and BFM (1): `amount` is immr, `imms` the top bit. A field of the source is either moved down to
 * bit 0 (imms >= immr) or up to bit (width - immr).
 */
export function bitfieldMove(pe: Pe, o: Operation): void {
  const state = pe.state;
  const width = o.sf === 1 ? 64 : 32;
  const down = o.imms >= o.amount;
  const bits = down ? o.imms - o.amount + 1 : o.imms + 1;
  const position = down ? 0 : width - o.amount;
  const sourceHigh = o.sf === 1 ? state[o.rn + 1] : 0;
  shift64(state[o.rn], sourceHigh, 1, down ? o.amount : 0);
  // Isolate the field at bit 0, sign-extended for SBFM, then put it in place.
  shift64(result.low, result.high, 0, 64 - bits);
  shift64(result.low, result.high, o.code === 0 ? 2 : 1, 64 - bits);
  const fieldLow = result.low;
  const fieldHigh = result.high;
  shift64(fieldLow, fieldHigh, 0, position);
  let low = result.low;
  let high = result.high;
  if (o.code === 1) {
    shift64(-1, -1, 1, 64 - bits);
    shift64(result.low, result.high, 0, position);
    low = (state[o.rd] & ~result.low) | (low & result.low);
    high = (state[o.rd + 1] & ~result.high) | (high & result.high);
  }
  if (o.rd === ZR) return;
  state[o.rd] = low;
  state[o.rd + 1] = o.sf === 1 ? high : 0;
}

/** UBFM, with which LSL, LSR, UBFX and their kin are written: rotates right by `amount` and keeps `low`, `high`. */
export function unsignedBitfieldMove(pe: Pe, o: Operation): void {
  if (o.rd === ZR) return;
  const state = pe.state;
  if (o.sf === 1) shift64(state[o.rn], state[o.rn + 1], 3, o.amount);
  else result.low = shift32(state[o.rn], 3, o.amount);
  state[o.rd] = result.low & o.low;
  state[o.rd + 1] = o.sf === 1 ? result.high & o.high : 0;
}

/** EXTR: the pair rn:rm shifted right by `amount`. */
export function extract(pe: Pe, o: Operation): void {
  const state = pe.state;
  const n = o.amount;
  if (o.sf === 0) {
    const low = n === 0 ? state[o.rm] : (state[o.rm] >>> n) | (state[o.rn] << (32 - n));
    if (o.rd === ZR) return;
    state[o.rd] = low;
    state[o.rd + 1] = 0;
    return;
  }
  if (n === 0) {
    result.low = state[o.rm];
    result.high = state[o.rm + 1];
  } else {
    shift64(state[o.rn], state[o.rn + 1], 0, 64 - n);
    const upperLow = result.low;
    const upperHigh = result.high;
    shift64(state[o.rm], state[o.rm + 1], 1, n);
    result.low |= upperLow;
    result.high |= upperHigh;
  }
  if (o.rd === ZR) return;
  state[o.rd] = result.low;
  state[o.rd + 1] = result.high;
}
