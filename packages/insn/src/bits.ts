/** The low `width` bits (1..32) of `value` as a signed number. */
export function signExtend(value: number, width: number): number {
  const shift = 32 - width;
  return (value << shift) >> shift;
}

/** `width` bits (1..32) of `word` from bit `lo`, unsigned. */
export function bits(word: number, lo: number, width: number): number {
  return width === 32 ? word >>> 0 : (word >>> lo) & ((1 << width) - 1);
}
