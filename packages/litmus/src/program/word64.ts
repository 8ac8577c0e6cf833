/** A 64-bit number as two signed 32-bit halves. */
export interface Word64 {
  readonly low: number;
  readonly high: number;
}

/** A number of 32 bits, without its sign. */
export function word32(low: number): Word64 {
  return { low: low | 0, high: 0 };
}

/** The low 64 bits of an integer. */
export function word64(integer: bigint): Word64 {
  const bits = BigInt.asUintN(64, integer);
  return { low: Number(bits & 0xffff_ffffn) | 0, high: Number(bits >> 32n) | 0 };
}

/** The unsigned integer that the halves are. */
export function unsigned({ low, high }: Word64): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** `a + b + carry` modulo 2^64. */
export function add(a: Word64, b: Word64, carry = 0): Word64 {
  const sum = (a.low >>> 0) + (b.low >>> 0) + carry;
  return { low: sum | 0, high: (a.high + b.high + (sum > 0xffff_ffff ? 1 : 0)) | 0 };
}

/** All bits inverted. */
export function not({ low, high }: Word64): Word64 {
  return { low: ~low, high: ~high };
}

/** `a - b` modulo 2^64. */
export function subtract(a: Word64, b: Word64): Word64 {
  return add(a, not(b), 1);
}

/** The low `bits` bits, with zeros above. */
export function truncate(a: Word64, bits: number): Word64 {
  if (bits >= 64) return a;
  if (bits >= 32) return { low: a.low, high: 0 };
  return { low: a.low & (2 ** bits - 1), high: 0 };
}

/** The low `bits` bits, 1 to 64, with copies of the highest of them above. */
export function signExtended(a: Word64, bits: number): Word64 {
  if (bits >= 64) return a;
  const low = bits >= 32 ? a.low : (a.low << (32 - bits)) >> (32 - bits);
  return { low, high: low >> 31 };
}
