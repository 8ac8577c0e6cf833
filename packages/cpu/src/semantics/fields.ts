import { logicalImmediate } from '@quiesce/insn';
import type { AccessSize } from '@quiesce/memory';
import type { Bind, Operation } from '../operation.ts';

/** Reads one field of the instruction word, unsigned. */
export type Get = (field: string) => number;

/** The cell of a register field. */
export function register(get: Get, field: string): number {
  return 2 * get(field);
}

/** An unsigned field as a signed number of `width` bits. */
export function signed(value: number, width: number): number {
  return value >= 2 ** (width - 1) ? value - 2 ** width : value;
}

/** Access size of a two-bit size field. */
export function sizeOf(field: number): AccessSize {
  return ([1, 2, 4, 8] as const)[field & 3];
}

/** Rd, Rn, Rm and sf, where the row has them. */
export function registers(
  o: Operation,
  get: Get,
  names: { rd?: string; rn?: string; rm?: string; sf?: string },
): void {
  if (names.rd !== undefined) o.rd = register(get, names.rd);
  if (names.rn !== undefined) o.rn = register(get, names.rn);
  if (names.rm !== undefined) o.rm = register(get, names.rm);
  if (names.sf !== undefined) o.sf = get(names.sf);
}

/** Sets a 64-bit immediate; inverted where the operation subtracts. */
export function immediate(o: Operation, low: number, high: number): void {
  const invert = -o.carry;
  o.low = low ^ invert;
  o.high = high ^ invert;
}

/** The bitmask immediate of a logical instruction. */
export const bindLogicalImmediate: Bind = (o, get) => {
  registers(o, get, { rd: 'Rd', rn: 'Rn', sf: 'sf' });
  const mask = logicalImmediate(get('N'), get('immr'), get('imms'), o.sf === 1);
  // The row's guard has refused words without a mask.
  o.low = mask?.lo ?? 0;
  o.high = mask?.hi ?? 0;
};
