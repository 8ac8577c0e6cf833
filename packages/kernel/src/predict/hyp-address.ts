import type { HypLayout } from './machine-state.ts';

const mask64 = (1n << 64n) - 1n;
/** Bits of a linear-map address below those that every one of them has. */
const linearBits = (1n << 48n) - 1n;

/** The EL2 address of an image's address (`__early_kern_hyp_va(lm_alias(address))`), with the tag. */
export function hypAddress(
  address: number,
  { vaMask, tagValue, tagLsb, kimageVoffset, memstart }: HypLayout,
): bigint {
  const physical = (BigInt(address) - kimageVoffset) & mask64;
  const linear = ((physical - memstart) & linearBits) | (mask64 ^ linearBits);
  return (linear & vaMask) | (tagValue << BigInt(tagLsb));
}
