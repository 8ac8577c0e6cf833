import { EncodeError } from '../encode.ts';
import type { RowName } from '../table.ts';

/**
 * The kernel's instruction generators (arch/arm64/lib/insn.c), with its vocabulary: what they share. Each returns an unsigned
 * word. Where the kernel returns AARCH64_BREAK_FAULT, or truncates, these throw {@link EncodeError}. Registers are 0..31.
 */

/** Width of an operation, AARCH64_INSN_VARIANT_32BIT or _64BIT. */
export type Variant = 32 | 64;

/** Bits of a memory access, AARCH64_INSN_SIZE_8 to _64. */
export type AccessSize = 8 | 16 | 32 | 64;

/** What AARCH64_BREAK_FAULT is: `brk #0x100`. No generator returns it. */
export const breakFault = 0xd4202000;

/** The refusal of an operand. */
export function refuse(row: RowName, operand: string, found: number | string, expected: string): EncodeError {
  return new EncodeError('out-of-range', row, operand, found, expected);
}

/** What stands for an operand that is one of some names or numbers; callers without types may pass another. */
export function chosen<K extends string | number, V>(
  row: RowName,
  operand: string,
  key: K,
  choices: Readonly<Record<K, V>>,
): V {
  if (Object.hasOwn(choices, key)) return choices[key];
  throw refuse(row, operand, key, `one of ${Object.keys(choices).join(', ')}`);
}

const sixtyFour: Readonly<Record<Variant, number>> = { 32: 0, 64: 1 };

/** The field `sf` of a variant. */
export function is64(row: RowName, variant: Variant): number {
  return chosen(row, 'variant', variant, sixtyFour);
}

/** A register number, checked. */
export function register(row: RowName, operand: string, number: number): number {
  if (Number.isInteger(number) && number >= 0 && number <= 31) return number;
  throw refuse(row, operand, number, 'a register from 0 to 31');
}

/** The distance between two 4-aligned addresses in words, for a signed field of `bits` bits. */
export function distance(row: RowName, pc: number, addr: number, bits: number): number {
  for (const [name, value] of [
    ['pc', pc],
    ['addr', addr],
  ] as const) {
    if (!Number.isSafeInteger(value) || value % 4 !== 0)
      throw refuse(row, name, value, 'an address that is a multiple of 4');
  }
  const reach = 2 ** (bits + 1);
  const offset = addr - pc;
  if (offset < -reach || offset >= reach)
    throw refuse(row, 'addr', offset, `a distance from ${-reach} to ${reach - 4} bytes`);
  return (offset / 4) & (2 ** bits - 1);
}

/** `scaled` units of an offset in bytes, within a signed field of `bits` bits. */
export function scaled(row: RowName, offset: number, unit: number, bits: number): number {
  const half = 2 ** (bits - 1);
  const units = offset / unit;
  if (!Number.isInteger(units) || units < -half || units >= half) {
    throw refuse(row, 'offset', offset, `a multiple of ${unit} from ${-half * unit} to ${(half - 1) * unit}`);
  }
  return units & (2 ** bits - 1);
}

const sizeCodes: Readonly<Record<AccessSize, number>> = { 8: 0, 16: 1, 32: 2, 64: 3 };

/** The field `size` of an access. */
export function sizeCode(row: RowName, size: AccessSize): number {
  return chosen(row, 'size', size, sizeCodes);
}

/** A shift amount below the width. */
export function shiftAmount(row: RowName, operand: string, value: number, variant: Variant): number {
  is64(row, variant);
  if (Number.isInteger(value) && value >= 0 && value < variant) return value;
  throw refuse(row, operand, value, `an integer from 0 to ${variant - 1}`);
}
