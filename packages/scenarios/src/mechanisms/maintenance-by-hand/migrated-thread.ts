import { entry, poke, set, awaitNonZero, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A DSB completes the maintenance of its own CPU. */
export const migratedThread: Mechanism = {
  name: 'migrated-thread',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2020,
    note: 'FreeBSD D22622: a thread executes IC, migrates, and executes the DSB on another CPU',
    evidence: 'reconstructed',
  },
  happened:
    'User code executes IC IVAU and DSB. Between the two the thread can be moved to another CPU, whose DSB says nothing about the IC of the first. FreeBSD, like Linux, has a DSB in the context switch for that.',
  trace:
    'On CPU 0 the thread writes, cleans and invalidates, and is switched out. CPU 1 goes on with it: DSB, ISB, call. The invalidation, which CPU 0 issued, need not be complete.',
  repair: 'DSB ISH on the way out of the first CPU.',
  sites: [{ label: 'site_code', replacement: ['mov w0, #2'], purpose: 'code that the thread has written' }],
  broken: {
    variant: 'IC on one CPU, DSB on the next one',
    shows: 'a DSB completes nothing of another CPU',
    outcomes: [[2, 'stale']],
  },
  repaired: { variant: 'DSB in the context switch', shows: 'the thread leaves no maintenance behind' },
  text: (isRepaired) => `${entry('next_cpu')}
${poke('site_code')}
    dc cvau, x0
    dsb ish
    ic ivau, x0
// The context switch.
${isRepaired ? '    dsb ish\n' : ''}${set('switched_out')}
    b done
next_cpu:
${awaitNonZero('switched_out')}
    dsb ish
    isb
    bl site_code
    b done
site_code:
    mov w0, #1
    ret
${shared('switched_out')}`,
};
