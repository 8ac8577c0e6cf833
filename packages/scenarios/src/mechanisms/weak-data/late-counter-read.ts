import { addressOf, arrive, awaitNonZero, entry, maintenance, mapped, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A store may be visible before a load in front of it has read. */
export const lateCounterRead: Mechanism = {
  name: 'late-counter-read',
  chapter: 'weak data',
  machine: { tier: 2 },
  origin: {
    commits: [],
    year: 2021,
    note: 'the question of the cover letter, from the side of the patcher: does it read the counter before it patches?',
    evidence: 'reconstructed',
  },
  happened:
    'A branch on the counter, as in every patcher of the kernel, puts the patch behind the read. A patcher that reads the counter only to know afterwards whether it was early has no such branch: it may skip the slow path, such as an IPI to all, if everybody had arrived before it patched. In the architecture nothing keeps a store behind a load of another address.',
  trace:
    'The load of the counter is delayed, and the patch becomes visible. CPU 1 runs the new instruction, arrives, and now the load reads that everybody has arrived. CPU 1 is told that it had arrived before the patch, and knows better.',
  repair:
    'DMB ISHLD between the read and the patch. A load-acquire of the counter, or a branch that depends on it, would do too.',
  sites: [{ label: 'site_key', replacement: ['nop'], purpose: 'a static key' }],
  broken: {
    variant: 'the patcher reads the counter, then patches, and nothing between',
    shows: 'a patch may be visible before the counter in front of it is read',
    outcomes: [[2, 'assert']],
  },
  repaired: {
    variant: 'read, DMB ISHLD, patch',
    shows: 'a barrier for loads puts the patch behind the read',
  },
  text: (isRepaired) => `${entry('waiter')}
${mapped('site_key')}
    adrp x2, site_key_new
    ldr w2, [x2, :lo12:site_key_new]
${addressOf('arrived', 3)}
counter_read:
    ldr w4, [x3]
${isRepaired ? '    dmb ishld\n' : ''}patch_store:
    str w2, [x1]
${maintenance}
// 1: everybody had arrived; 2: not.
    cmp w4, #(NR_CPUS - 1)
    cset w2, lo
    add w2, w2, #1
    adrp x1, released
    str w2, [x1, :lo12:released]
    b done
waiter:
    bl key_function
    mov w4, w0
${arrive('arrived')}
${awaitNonZero('released')}
    cmp w2, #1
    b.ne synchronise
    cmp w4, #2
    b.ne synchronise
    brk #0x800
synchronise:
    isb
    bl key_function
    b done
key_function:
site_key:
    b key_off
    mov w0, #2
    ret
key_off:
    mov w0, #1
    ret
${shared('arrived', 'released')}`,
};
