import type { Atomics } from './atomics.ts';
import { atomicAdd } from './atomics.ts';
import { numOnlineCpus } from './percpu.ts';
import type { Origin } from './origin.ts';

/** Where the cross call comes from. */
export const ipiOrigin: Origin = {
  functions: ['kick_all_cpus_sync', 'flush_icache_range', 'gic_ipi_send_mask'],
  file: 'kernel/smp.c',
  changes: [
    { commit: '3b8c9f1cdfc5', year: 2018, what: 'flush_icache_range() interrupts the other CPUs' },
    { commit: 'ef769e320863', year: 2018, what: 'alternatives stop using it inside stop_machine' },
    { commit: 'cfb00a357864', year: 2024, what: 'jump labels kick all CPUs once a batch' },
  ],
};

/** flush_icache_range(x0 = start, x1 = end): maintenance, then a context synchronisation event on all other CPUs. */
export function flushIcacheRange(): string {
  return `    .text
flush_icache_range:
    stp x29, x30, [sp, #-16]!
    mov x29, sp
    bl caches_clean_inval_pou
    bl kick_all_cpus_sync
    ldp x29, x30, [sp], #16
    ret
`;
}

/**
 * kick_all_cpus_sync(): an empty function on all other CPUs, waited for. The interrupt goes to all CPUs but this one (ICC_SGI1R_EL1.IRM); the INTID is not
 * modelled. `csd_pending` in `.data` counts the CPUs that have not answered.
 */
export function kickAllCpusSync(): string {
  return `    .text
kick_all_cpus_sync:
    dmb ish
    adrp x1, csd_pending
    add x1, x1, :lo12:csd_pending
${numOnlineCpus(0)}
    sub w0, w0, #1
    str w0, [x1]
// The receivers must find the counter: the interrupt is no memory access.
    dsb ishst
    mov x0, #0x10000000000
kick_send:
    msr s3_0_c12_c11_5, x0
    isb
kick_wait:
    ldr w0, [x1]
    cbz w0, kick_done
    yield
    b kick_wait
kick_done:
    ret

    .data
    .balign 64
csd_pending:
    .quad 0
`;
}

/** What the receiver's IRQ handler does: it reports to {@link kickAllCpusSync}. x0..x2 are clobbered. */
export function answerIpi(atomics: Atomics): string {
  return `    adrp x1, csd_pending
    add x1, x1, :lo12:csd_pending
${atomicAdd(atomics, -1, { at: 'ipi_answer' })}`;
}
