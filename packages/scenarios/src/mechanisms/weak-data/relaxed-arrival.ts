import {
  addressOf,
  arrive,
  awaitNonZero,
  awaitOthers,
  entry,
  maintenance,
  poke,
  set,
  shared,
} from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** That a CPU has arrived says nothing of its earlier stores, unless the arrival is a release. */
export const relaxedArrival: Mechanism = {
  name: 'relaxed-arrival',
  chapter: 'weak data',
  machine: { tier: 2 },
  origin: {
    commits: [],
    year: 2021,
    note: 'the question of the cover letter: does a visible arrival imply that earlier execution has completed?',
    evidence: 'reconstructed',
  },
  happened:
    'The series of December 2021 asks whether an atomic store can become visible before all prior execution has completed. For stores the answer is yes: an LDADD without release orders nothing before it.',
  trace:
    'CPU 1 stores what it has to say, and its arrival by LDADD becomes visible first. CPU 0 sees everybody arrived, and reads the old value.',
  repair: 'The arrival is LDADDAL, as atomic_inc_return() has it (or LDADDL, or a DMB comes before it).',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  broken: {
    variant: 'waiters report, then arrive by LDADD',
    shows: 'the data effects of a CPU may be outstanding when it has arrived',
    outcomes: [[2, 'assert']],
  },
  repaired: { variant: 'waiters report, then arrive by LDADDAL', shows: 'a release orders the report' },
  text: (isRepaired) => `${entry('waiter')}
${awaitOthers('arrived')}
    dmb ishld
    adrp x1, report
    ldr w2, [x1, :lo12:report]
    cbnz w2, reported
    brk #0x800
reported:
${poke('site_function')}
${maintenance}
${set('released')}
    b done
waiter:
${set('report')}
${isRepaired ? arrive('arrived') : `${addressOf('arrived', 1)}\n    mov w2, #1\n    ldadd w2, w2, [x1]`}
${awaitNonZero('released')}
    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${shared('arrived', 'released', 'report')}`,
};
