/** The result of a 64-bit operation, as two signed 32-bit halves, and NZCV in bits 31 to 28 where it sets flags. */
export const result: { low: number; high: number; flags: number } = { low: 0, high: 0, flags: 0 };

const N = 1 << 31;
const Z = 1 << 30;
const C = 1 << 29;
const V = 1 << 28;

/** The carry out of bit 31 of `x + y + carry`, given the sum: 0 or 1. Comparing sums would take them out of 32 bits. */
function carryOut(x: number, y: number, sum: number): number {
  return ((x & y) | ((x | y) & ~sum)) >>> 31;
}

/** AddWithCarry() of the Arm ARM for 32 bits; sets `result.flags`. Returns the sum, signed. */
export function addWithCarry32(x: number, y: number, carry: number): number {
  const sum = (x + y + carry) | 0;
  const overflow = (~(x ^ y) & (x ^ sum)) >>> 31;
  result.flags = (sum & N) | (sum === 0 ? Z : 0) | (carryOut(x, y, sum) << 29) | (overflow << 28);
  return sum;
}

/** AddWithCarry() of the Arm ARM for 64 bits; leaves the sum and the flags in {@link result}. */
export function addWithCarry64(xl: number, xh: number, yl: number, yh: number, carry: number): void {
  const low = (xl + yl + carry) | 0;
  const high = (xh + yh + carryOut(xl, yl, low)) | 0;
  const overflow = (~(xh ^ yh) & (xh ^ high)) >>> 31;
  result.low = low;
  result.high = high;
  result.flags =
    (high & N) | ((low | high) === 0 ? Z : 0) | (carryOut(xh, yh, high) << 29) | (overflow << 28);
}

/** N and Z of a 32-bit result, C and V clear: the flags of logical instructions. */
export function logicalFlags32(value: number): number {
  return (value < 0 ? N : 0) | (value === 0 ? Z : 0);
}

/** N and Z of a 64-bit result, C and V clear. */
export function logicalFlags64(low: number, high: number): number {
  return (high < 0 ? N : 0) | ((low | high) === 0 ? Z : 0);
}

/** Shift types of shifted registers: LSL 0, LSR 1, ASR 2, ROR 3. */
export function shift32(value: number, type: number, amount: number): number {
  if (amount === 0) return value;
  switch (type) {
    case 0:
      return value << amount;
    case 1:
      return (value >>> amount) | 0;
    case 2:
      return value >> amount;
    default:
      return (value >>> amount) | (value << (32 - amount));
  }
}

/** Shifts a 64-bit value by 0 to 63 into {@link result}. */
export function shift64(low: number, high: number, type: number, amount: number): void {
  if (amount === 0) {
    result.low = low;
    result.high = high;
    return;
  }
  if (type === 0) {
    result.low = amount < 32 ? low << amount : 0;
    result.high = amount < 32 ? (high << amount) | (low >>> (32 - amount)) : low << (amount - 32);
    return;
  }
  const fill = type === 1 ? 0 : type === 2 ? high >> 31 : 0;
  if (type === 3) {
    const l = amount < 32 ? low : high;
    const h = amount < 32 ? high : low;
    const n = amount & 31;
    result.low = n === 0 ? l : (l >>> n) | (h << (32 - n));
    result.high = n === 0 ? h : (h >>> n) | (l << (32 - n));
    return;
  }
  if (amount < 32) {
    result.low = (low >>> amount) | (high << (32 - amount));
    result.high = type === 1 ? (high >>> amount) | 0 : high >> amount;
  } else {
    result.low = type === 1 ? (high >>> (amount - 32)) | 0 : high >> (amount - 32);
    result.high = fill;
  }
}

/** The low 64 bits of a product, into {@link result}. */
export function multiply64(xl: number, xh: number, yl: number, yh: number): void {
  const high = unsignedHigh32(xl, yl) + Math.imul(xl, yh) + Math.imul(xh, yl);
  result.low = Math.imul(xl, yl);
  result.high = high | 0;
}

/** Bits 63:32 of the product of two unsigned 32-bit numbers. */
function unsignedHigh32(x: number, y: number): number {
  const x0 = x & 0xffff;
  const x1 = x >>> 16;
  const y0 = y & 0xffff;
  const y1 = y >>> 16;
  const middle = x1 * y0 + ((x0 * y0) >>> 16);
  const carry = x0 * y1 + (middle & 0xffff);
  return x1 * y1 + Math.floor(middle / 0x1_0000) + Math.floor(carry / 0x1_0000);
}

/** Two halves as an unsigned 64-bit integer. Slow: for division and high products only. */
export function toUnsigned(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** Two halves as a signed 64-bit integer. */
export function toSigned(low: number, high: number): bigint {
  return BigInt.asIntN(64, toUnsigned(low, high));
}

/** The low 64 bits of an integer, into {@link result}. */
export function fromInteger(value: bigint): void {
  result.low = Number(BigInt.asIntN(32, value));
  result.high = Number(BigInt.asIntN(32, value >> 32n));
}

/** ConditionHolds() of the Arm ARM: `condition` 0 to 15 against NZCV in bits 31 to 28. */
export function conditionHolds(condition: number, nzcv: number): boolean {
  const n = nzcv < 0;
  const z = (nzcv & Z) !== 0;
  const c = (nzcv & C) !== 0;
  const v = (nzcv & V) !== 0;
  let holds: boolean;
  switch (condition >> 1) {
    case 0:
      holds = z;
      break;
    case 1:
      holds = c;
      break;
    case 2:
      holds = n;
      break;
    case 3:
      holds = v;
      break;
    case 4:
      holds = c && !z;
      break;
    case 5:
      holds = n === v;
      break;
    case 6:
      holds = n === v && !z;
      break;
    default:
      return true;
  }
  return (condition & 1) === 0 ? holds : !holds;
}
