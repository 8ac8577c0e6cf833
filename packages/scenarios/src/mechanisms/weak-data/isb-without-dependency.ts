import { arrive, awaitOthers, entry, maintenance, poke, set, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** An ISB orders fetches after a flag only behind a branch that depends on the flag. */
export const isbWithoutDependency: Mechanism = {
  name: 'isb-without-dependency',
  chapter: 'weak data',
  machine: { tier: 2 },
  origin: {
    commits: [],
    year: 2021,
    note: 'the waiters of patch_text and stop_machine, with the ISB moved in front of the test of the flag',
    evidence: 'reconstructed',
  },
  happened:
    'Every waiter of the kernel tests the flag, branches, and only then executes the ISB. The order of the two looks like a matter of taste; in the architecture the branch is what makes the ISB come after the read (Arm ARM B2.3, context synchronisation ordered before).',
  trace:
    'CPU 1 reads that it is released and has executed its ISB, but nothing says that the ISB comes after the read: the ISB may have been executed, and the old instruction fetched, before the value of the flag was known.',
  repair:
    'The ISB stands behind the branch that ends the loop. A DSB between the read and the ISB would do too.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  broken: {
    variant: 'each round of the wait loop: read, ISB, test',
    shows: 'an ISB before the branch does not wait for the flag',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'read, test, and the ISB behind the loop',
    shows: 'the control dependency orders the ISB',
  },
  text: (isRepaired) => `${entry('waiter')}
${awaitOthers('arrived')}
${poke('site_function')}
${maintenance}
${set('released')}
    b done
waiter:
${arrive('arrived')}
    adrp x1, released
released_wait:
    ldr w2, [x1, :lo12:released]
${isRepaired ? '    cbz w2, released_wait\n    isb' : '    isb\n    cbz w2, released_wait'}
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${shared('arrived', 'released')}`,
};
