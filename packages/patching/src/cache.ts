import type { Origin } from './origin.ts';

/**
 * What the caches promise (CTR_EL0), which decides what maintenance the kernel does after its alternatives are
 * applied. The machine that runs the program must be configured alike, or be stronger.
 */
export interface CacheFeatures {
  /** CTR_EL0.IDC: data need not be cleaned to the point of unification. */
  readonly idc: boolean;
  /** CTR_EL0.DIC: instructions need not be invalidated to the point of unification. */
  readonly dic: boolean;
}

/** Where the routines come from. */
export const cacheOrigin: Origin = {
  functions: ['caches_clean_inval_pou', 'clean_dcache_range_nopatch', 'icache_inval_all_pou'],
  file: 'arch/arm64/mm/cache.S',
  changes: [
    { commit: '3b8c9f1cdfc5', year: 2018, what: 'flush_icache_range() interrupts the other CPUs' },
    { commit: 'ef769e320863', year: 2018, what: 'alternatives maintain caches by themselves' },
  ],
};

/** x2 := size in bytes of the smallest line (CTR_EL0 field at `bit`), x3 := x0 rounded down to it. */
function firstLine(bit: 0 | 16): string {
  return `    mrs x3, ctr_el0
    ubfx x3, x3, #${bit}, #4
    mov x2, #4
    lsl x2, x2, x3
    sub x3, x2, #1
    bic x3, x0, x3`;
}

/** Applies `operation` to x3 and to each following line up to x1, which is excluded. */
function byLine(operation: string, label: string): string {
  return `${label}:
    ${operation}, x3
    add x3, x3, x2
    cmp x3, x1
    b.lo ${label}`;
}

/**
 * caches_clean_inval_pou(x0 = start, x1 = end): makes instructions that were written visible to instruction
 * fetch on all CPUs, and synchronises this one. The four variants are what the kernel's alternatives leave.
 */
export function cachesCleanInvalPou({ idc, dic }: CacheFeatures): string {
  const clean = idc
    ? '    dsb ishst'
    : `${firstLine(16)}
${byLine('dc cvau', 'caches_clean_pou_line')}
    dsb ish`;
  const invalidate = dic
    ? '    isb'
    : `${firstLine(0)}
${byLine('ic ivau', 'caches_inval_pou_line')}
    dsb ish
    isb`;
  return `    .text
caches_clean_inval_pou:
${clean}
${invalidate}
    ret
`;
}

/**
 * The private loop of alternatives: clean_dcache_range_nopatch(x0 = start, x1 = end). It goes to the point of
 * coherency (DC CIVAC) because of Cortex-A53 errata, and contains no alternative itself.
 */
export function cleanDcacheRangeNopatch(): string {
  return `    .text
clean_dcache_range_nopatch:
${firstLine(16)}
${byLine('dc civac', 'clean_dcache_line')}
    ret
`;
}

/** What alternatives do once after the last entry, inline. */
export function alternativesMaintenance({ dic }: CacheFeatures): string {
  const invalidate = `    ic ialluis
    dsb ish
`;
  return `    dsb ish
${dic ? '' : invalidate}    isb`;
}
