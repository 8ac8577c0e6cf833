import { MemoryError } from './errors.ts';

/**
 * What CTR_EL0 says about the caches (Arm ARM, CTR_EL0).
 *
 * `IDC`: data cache clean to the Point of Unification is not required for instruction to data coherence.
 * `DIC`: instruction cache invalidation to the Point of Unification is not required for the same purpose.
 */
export interface CacheType {
  readonly IDC: 0 | 1;
  readonly DIC: 0 | 1;
  /** Smallest data cache line, in bytes: a power of two from 4 to 2048. */
  readonly dataLine: number;
  /** Smallest instruction cache line, in bytes: a power of two from 4 to 2048. */
  readonly instructionLine: number;
}

/** No coherence in hardware, 64-byte lines: every step of the maintenance sequence is needed. */
export const incoherent: CacheType = { IDC: 0, DIC: 0, dataLine: 64, instructionLine: 64 };

function lineField(bytes: number, name: string): number {
  const log2Words = Math.log2(bytes / 4);
  if (!Number.isInteger(log2Words) || log2Words < 0 || log2Words > 9) {
    throw new MemoryError(
      'bad-cache-type',
      `${name} is ${bytes} bytes; expected a power of two from 4 to 2048 (a cache line of CTR_EL0)`,
    );
  }
  return log2Words;
}

/** The value of CTR_EL0, low 32 bits: IminLine [3:0], L1Ip [15:14] = VIPT, DminLine [19:16], IDC [28], DIC [29], RES1 [31]. */
export function cacheTypeRegister(cache: CacheType): number {
  const imin = lineField(cache.instructionLine, 'instructionLine');
  const dmin = lineField(cache.dataLine, 'dataLine');
  return (1 << 31) | (cache.DIC << 29) | (cache.IDC << 28) | (dmin << 16) | (2 << 14) | imin | 0;
}
