import { formatAddress } from '@quiesce/insn';
import type { Hex } from './trace.ts';

/** An instruction word with all its digits. */
export function wordHex(word: number): Hex {
  return `0x${(word >>> 0).toString(16).padStart(8, '0')}`;
}

/** A value of up to 64 bits, from two 32-bit halves. */
export function valueHex(low: number, high: number): Hex {
  const lower = (low >>> 0).toString(16);
  return high === 0 ? `0x${lower}` : `0x${(high >>> 0).toString(16)}${lower.padStart(8, '0')}`;
}

/** An address. */
export function addressHex(address: number): Hex {
  return formatAddress(address);
}
