/**
 * Addresses. An address is a JavaScript number that holds the canonical virtual address as a signed 64-bit integer:
 * kernel addresses (upper half) are negative, user addresses are positive, and both are exact because |a| < 2^53.
 */

import { lazy } from './lazy.ts';

/** Why a text is not an address. */
export type AddressErrorCode = 'not-a-number' | 'not-canonical';

/** Thrown by {@link address}: the value is not a number, or not a canonical address of at most 53 bits. */
export class AddressError extends RangeError {
  readonly code: AddressErrorCode;
  readonly found: string;

  constructor(code: AddressErrorCode, found: string) {
    super(
      code === 'not-a-number'
        ? `expected a hexadecimal or decimal address, found '${found}'`
        : `expected a canonical address (|signed value| < 2^53), found ${found}`,
    );
    this.name = 'AddressError';
    this.code = code;
    this.found = found;
  }
}

const literal = /^[+-]?(?:0x[0-9a-f_']+|[0-9][0-9_']*)$/i;

/**
 * The address written in `text`: hexadecimal with `0x`, or decimal; unsigned (`0xffff800008000000`) or signed. A bigint
 * is taken modulo 2^64. Throws {@link AddressError} when the value does not fit a number exactly.
 */
export function address(text: string | bigint): number {
  const value = typeof text === 'bigint' ? text : parse(text);
  const signed = BigInt.asIntN(64, value);
  const out = Number(signed);
  if (!Number.isSafeInteger(out) || value !== (value < 0n ? signed : BigInt.asUintN(64, value))) {
    throw new AddressError('not-canonical', String(text));
  }
  return out;
}

function parse(text: string): bigint {
  const trimmed = text.trim();
  if (!literal.test(trimmed)) throw new AddressError('not-a-number', text);
  const digits = trimmed.replaceAll(/[_'+-]/g, '');
  return trimmed.startsWith('-') ? -BigInt(digits) : BigInt(digits);
}

const low = 2 ** 24;

/** The three digits of each value of twelve bits. */
const digits = lazy(() =>
  Array.from({ length: 4096 }, (_none, value) => value.toString(16).padStart(3, '0')),
);

/** Neighbouring addresses share all but their low 24 bits: what the others were the last time, and their digits. */
let upper = 0;
let upperDigits = '';

/**
 * The address as hexadecimal without `0x`: 16 digits for kernel addresses, no leading zeros for others. Throws
 * {@link AddressError} for what is no address.
 */
export function hexAddress(a: number): string {
  if (!Number.isSafeInteger(a)) throw new AddressError('not-canonical', String(a));
  const above = Math.floor(a / low);
  if (above === 0) return a.toString(16);
  if (above !== upper) {
    upper = above;
    upperDigits = (above < 0 ? above + 2 ** 40 : above).toString(16);
  }
  const below = a - above * low;
  return upperDigits + digits()[below >>> 12] + digits()[below & 0xfff];
}

/**
 * The address as hexadecimal with `0x`, for instance `0xffff800008000000`. A register can hold an integer that is no canonical
 * address: of that the 64 bits, as far as a number holds them. Throws {@link AddressError} for what is no integer.
 */
export function formatAddress(a: number): string {
  if (!Number.isInteger(a) || Number.isSafeInteger(a)) return `0x${hexAddress(a)}`;
  return `0x${BigInt.asUintN(64, BigInt(a)).toString(16)}`;
}
