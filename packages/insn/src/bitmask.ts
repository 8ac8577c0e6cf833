/** A 64-bit value as two unsigned 32-bit halves. For 32-bit operands `hi` is 0. */
export type Halves = { readonly hi: number; readonly lo: number };

/** The three fields of a logical immediate. */
export type BitmaskFields = { readonly N: number; readonly immr: number; readonly imms: number };

/** Whether the fields are a logical immediate; `immr` does not matter. */
export function isLogicalImmediate(N: number, imms: number, is64: boolean): boolean {
  if (N !== 0 && !is64) return false;
  const length = 31 - Math.clz32((N << 6) | (~imms & 0x3f));
  if (length < 1) return false;
  const last = (1 << length) - 1;
  return (imms & last) !== last;
}

/**
 * The value of a logical immediate (Arm ARM, DecodeBitMasks with `immediate` TRUE), or undefined when the fields are
 * reserved: `N` set for 32 bits, or a run of ones as long as its element. Bits of `immr` above the element are ignored.
 */
export function logicalImmediate(N: number, immr: number, imms: number, is64: boolean): Halves | undefined {
  if (N !== 0 && !is64) return undefined;
  const length = 31 - Math.clz32((N << 6) | (~imms & 0x3f));
  if (length < 1) return undefined;
  const size = 1 << length;
  const ones = (imms & (size - 1)) + 1;
  if (ones === size) return undefined;
  const rotation = immr & (size - 1);
  if (size === 64) return rotate64(ones, rotation);
  let element = rotate(ones, rotation, size);
  for (let width = size; width < 32; width *= 2) element |= element << width;
  const lo = element >>> 0;
  return { hi: is64 ? lo : 0, lo };
}

function lowOnes(count: number): number {
  return count === 32 ? 0xffffffff : (1 << count) - 1;
}

function rotate(ones: number, rotation: number, size: number): number {
  const run = lowOnes(ones);
  if (rotation === 0) return run;
  return ((run >>> rotation) | (run << (size - rotation))) & lowOnes(size);
}

function rotate64(ones: number, rotation: number): Halves {
  let lo = ones >= 32 ? 0xffffffff : lowOnes(ones);
  let hi = ones > 32 ? lowOnes(ones - 32) : 0;
  if (rotation & 32) [lo, hi] = [hi, lo];
  const by = rotation & 31;
  if (by === 0) return { hi: hi >>> 0, lo: lo >>> 0 };
  return {
    hi: ((hi >>> by) | (lo << (32 - by))) >>> 0,
    lo: ((lo >>> by) | (hi << (32 - by))) >>> 0,
  };
}

/**
 * The canonical (lowest) fields for a value, or undefined when no logical immediate has it. The inverse of
 * {@link logicalImmediate}; for 32 bits `hi` must be 0.
 */
export function logicalImmediateFields(value: Halves, is64: boolean): BitmaskFields | undefined {
  if (!is64) {
    if (value.hi !== 0) return undefined;
    return elementFields(value.lo, 32);
  }
  if (value.hi === value.lo) return elementFields(value.lo, 32);
  return fields64(value);
}

/** Halves the element while both halves are alike, then asks for one run of ones, rotated. */
function elementFields(value: number, width: number): BitmaskFields | undefined {
  let size = width;
  let element = value >>> 0;
  while (size > 2) {
    const half = size / 2;
    const low = element & lowOnes(half);
    if (low !== ((element >>> half) & lowOnes(half))) break;
    element = low;
    size = half;
  }
  const every = lowOnes(size) >>> 0;
  element = (element & every) >>> 0;
  if (element === 0 || element === every) return undefined;
  for (let rotation = 0; rotation < size; rotation += 1) {
    // Rotating left undoes the rotation to the right that decoding does.
    const run = ((element << rotation) | (rotation === 0 ? 0 : element >>> (size - rotation))) & every;
    const ones = trailingOnes(run);
    if (run >>> 0 === lowOnes(ones) >>> 0) {
      return { N: 0, immr: rotation, imms: (~(2 * size - 1) & 0x3f) | (ones - 1) };
    }
  }
  return undefined;
}

function fields64(value: Halves): BitmaskFields | undefined {
  for (let rotation = 0; rotation < 64; rotation += 1) {
    const run = rotateLeft64(value, rotation);
    const ones = run.lo === 0xffffffff ? 32 + trailingOnes(run.hi) : trailingOnes(run.lo);
    if (ones === 0 || ones > 63) continue;
    const wantLo = ones >= 32 ? 0xffffffff : lowOnes(ones) >>> 0;
    const wantHi = ones > 32 ? lowOnes(ones - 32) >>> 0 : 0;
    if (run.lo === wantLo && run.hi === wantHi) return { N: 1, immr: rotation, imms: ones - 1 };
  }
  return undefined;
}

function rotateLeft64({ hi, lo }: Halves, by: number): Halves {
  const [h, l] = by & 32 ? [lo, hi] : [hi, lo];
  const n = by & 31;
  if (n === 0) return { hi: h >>> 0, lo: l >>> 0 };
  return { hi: ((h << n) | (l >>> (32 - n))) >>> 0, lo: ((l << n) | (h >>> (32 - n))) >>> 0 };
}

function trailingOnes(word: number): number {
  const inverted = ~word;
  return inverted === 0 ? 32 : 31 - Math.clz32(inverted & -inverted);
}
