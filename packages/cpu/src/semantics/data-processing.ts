import { cells } from '../cells.ts';
import { fromInteger, multiply64, result, shift32, shift64, toSigned, toUnsigned } from '../integer.ts';
import type { Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';

const ZR = cells.XZR;

/** Writes `result` to Rd; a 32-bit operation clears the upper half. */
function write(pe: Pe, o: Operation): void {
  if (o.rd === ZR) return;
  pe.state[o.rd] = result.low;
  pe.state[o.rd + 1] = o.sf === 1 ? result.high : 0;
}

/** LSLV, LSRV, ASRV, RORV: `type` 0 to 3; the amount is taken modulo the width. */
export function shiftVariable(pe: Pe, o: Operation): void {
  const state = pe.state;
  if (o.sf === 1) shift64(state[o.rn], state[o.rn + 1], o.type, state[o.rm] & 63);
  else result.low = shift32(state[o.rn], o.type, state[o.rm] & 31);
  write(pe, o);
}

/** UDIV (`code` 0), SDIV (1). Division by zero gives zero. */
export function divide(pe: Pe, o: Operation): void {
  const state = pe.state;
  if (o.sf === 0) {
    const x = o.code === 1 ? state[o.rn] : state[o.rn] >>> 0;
    const y = o.code === 1 ? state[o.rm] : state[o.rm] >>> 0;
    result.low = y === 0 ? 0 : Math.trunc(x / y) | 0;
  } else {
    const read = o.code === 1 ? toSigned : toUnsigned;
    const x = read(state[o.rn], state[o.rn + 1]);
    const y = read(state[o.rm], state[o.rm + 1]);
    fromInteger(y === 0n ? 0n : x / y);
  }
  write(pe, o);
}

/** MADD (`code` 0), MSUB (1). */
export function multiplyAdd(pe: Pe, o: Operation): void {
  const state = pe.state;
  if (o.sf === 0) {
    const product = Math.imul(state[o.rn], state[o.rm]);
    result.low = (o.code === 0 ? state[o.ra] + product : state[o.ra] - product) | 0;
  } else {
    multiply64(state[o.rn], state[o.rn + 1], state[o.rm], state[o.rm + 1]);
    accumulate(pe, o);
  }
  write(pe, o);
}

/** SMADDL, SMSUBL, UMADDL, UMSUBL: `code` bit 0 subtracts, `type` 1 is signed. */
export function multiplyAddLong(pe: Pe, o: Operation): void {
  const state = pe.state;
  const x = state[o.rn];
  const y = state[o.rm];
  const signed = o.type === 1;
  multiply64(x, signed ? x >> 31 : 0, y, signed ? y >> 31 : 0);
  accumulate(pe, o);
  write(pe, o);
}

/** Adds the product in `result` to Ra, or subtracts it. */
function accumulate(pe: Pe, o: Operation): void {
  const state = pe.state;
  const low = result.low;
  const high = result.high;
  if (o.code === 0) {
    const sum = (state[o.ra] >>> 0) + (low >>> 0);
    result.low = sum | 0;
    result.high = (state[o.ra + 1] + high + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  } else {
    const borrow = state[o.ra] >>> 0 < low >>> 0 ? 1 : 0;
    result.low = (state[o.ra] - low) | 0;
    result.high = (state[o.ra + 1] - high - borrow) | 0;
  }
}

/** SMULH (`type` 1), UMULH (0). */
export function multiplyHigh(pe: Pe, o: Operation): void {
  const state = pe.state;
  const read = o.type === 1 ? toSigned : toUnsigned;
  fromInteger((read(state[o.rn], state[o.rn + 1]) * read(state[o.rm], state[o.rm + 1])) >> 64n);
  write(pe, o);
}

function reverseBits(x: number): number {
  let v = x;
  v = ((v >>> 1) & 0x5555_5555) | ((v & 0x5555_5555) << 1);
  v = ((v >>> 2) & 0x3333_3333) | ((v & 0x3333_3333) << 2);
  v = ((v >>> 4) & 0x0f0f_0f0f) | ((v & 0x0f0f_0f0f) << 4);
  return reverseBytes(v);
}

function reverseBytes(x: number): number {
  return (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}

function reverseBytesInHalves(x: number): number {
  return ((x >>> 8) & 0x00ff_00ff) | ((x & 0x00ff_00ff) << 8);
}

/** By operation code: RBIT, REV16, REV32, REV (of the register's width). */
const reversals = [reverseBits, reverseBytesInHalves, reverseBytes, reverseBytes];

/** RBIT, REV16, REV32 and REV: each on both halves, exchanging them where the operation spans 64 bits. */
export function reverse(pe: Pe, o: Operation): void {
  const state = pe.state;
  const low = state[o.rn];
  const high = state[o.rn + 1];
  const part = reversals[o.code];
  const exchanges = o.sf === 1 && (o.code === 0 || o.code === 3);
  result.low = part(exchanges ? high : low);
  result.high = part(exchanges ? low : high);
  write(pe, o);
}

/** CLZ (`code` 0), CLS (1). */
export function countLeading(pe: Pe, o: Operation): void {
  const state = pe.state;
  let low = state[o.rn];
  let high = o.sf === 1 ? state[o.rn + 1] : 0;
  if (o.code === 1) {
    // Leading sign bits are the leading zeros of the value with each bit compared with its neighbour.
    const top = o.sf === 1 ? high : low;
    if (top < 0) {
      low = ~low;
      high = ~high;
    }
  }
  const zeros = o.sf === 0 ? Math.clz32(low) : high === 0 ? 32 + Math.clz32(low) : Math.clz32(high);
  result.low = o.code === 1 ? zeros - 1 : zeros;
  result.high = 0;
  write(pe, o);
}

/** CRC32B/H/W/X and CRC32CB/CH/CW/CX: `size` bytes of Rm, `code` 1 for the Castagnoli polynomial. */
export function cyclicRedundancy(pe: Pe, o: Operation): void {
  const polynomial = o.code === 1 ? 0x82f6_3b78 : 0xedb8_8320;
  let crc = pe.state[o.rn];
  for (let i = 0; i < o.size; i++) {
    const byte = i < 4 ? pe.state[o.rm] >>> (8 * i) : pe.state[o.rm + 1] >>> (8 * (i - 4));
    crc ^= byte & 0xff;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : polynomial);
  }
  result.low = crc | 0;
  result.high = 0;
  write(pe, o);
}
