import { FIXMAP_OFFSET } from './layout.ts';
import type { Origin } from './origin.ts';

/** Where the writer comes from. */
export const patchTextNosyncOrigin: Origin = {
  functions: ['aarch64_insn_patch_text_nosync', 'aarch64_insn_write', 'patch_map', 'patch_unmap'],
  file: 'arch/arm64/kernel/patching.c',
  changes: [
    { commit: '3b8c9f1cdfc5', year: 2018, what: 'flush_icache_range() interrupts the other CPUs' },
    { commit: '5f154c4e20ed', year: 2021, what: 'the writer moves out of insn.c' },
  ],
};

/**
 * After the store: `local` = caches_clean_inval_pou() on this CPU; `ipi` = flush_icache_range(), which in
 * addition interrupts all other CPUs and waits for them (and therefore hangs where they mask interrupts).
 */
export type Maintenance = 'local' | 'ipi';

/** The routine that maintains the range x0 up to x1. */
export function maintenanceRoutine(maintenance: Maintenance): string {
  return maintenance === 'local' ? 'caches_clean_inval_pou' : 'flush_icache_range';
}

/**
 * aarch64_insn_patch_text_nosync(x0 = address, w1 = new word). The store goes through the fixmap alias of the
 * text page and is labelled `patch_store`. Left out: the raw spinlock, because it serialises writers and no two
 * CPUs write at the same time here except with identical words; the check of the alignment; and the page table
 * write of patch_map(), because translation tables are not modelled (its address arithmetic and the TLB
 * maintenance of patch_unmap() are kept: the latter contains the DSB that orders the store before DC CVAU).
 */
export function patchTextNosync(maintenance: Maintenance): string {
  const high = Math.floor(FIXMAP_OFFSET / 0x1_0000_0000);
  const low = FIXMAP_OFFSET % 0x1_0000_0000;
  return `    .text
aarch64_insn_patch_text_nosync:
    stp x29, x30, [sp, #-16]!
    mov x29, sp
// patch_map()
    movz x2, #${hex(low / 0x1_0000)}, lsl #16
    movk x2, #${hex(high)}, lsl #32
    add x2, x0, x2
patch_store:
    str w1, [x2]
// patch_unmap()
    dsb ishst
    ubfx x2, x2, #12, #44
    tlbi vaale1is, x2
    dsb ish
    isb
    add x1, x0, #4
    bl ${maintenanceRoutine(maintenance)}
    ldp x29, x30, [sp], #16
    ret
`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
