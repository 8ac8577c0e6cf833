import { loader } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** DMB orders accesses; it does not wait for an invalidation. */
export const memoryBarrier: Mechanism = {
  name: 'memory-barrier',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2021,
    note: 'Arm ARM, DMB and DSB: IC completes at a DSB',
    evidence: 'reconstructed',
  },
  happened:
    '__sync_synchronize() and atomic_thread_fence() are DMB ISH. Code that was ported from x86 ends its flush with one of them, and with ISB, and has no DSB at all behind the IC.',
  trace:
    'One CPU writes, cleans, invalidates, executes DMB ISH and ISB. The invalidation need not be complete.',
  repair: 'DSB ISH behind the IC.',
  sites: [{ label: 'site_code', replacement: ['mov w0, #2'], purpose: 'code that was compiled' }],
  least: 1,
  broken: {
    variant: 'DC, DSB, IC, DMB ISH, ISB',
    shows: 'a DMB completes no invalidation',
    outcomes: [[1, 'stale']],
  },
  repaired: { variant: 'DC, DSB, IC, DSB ISH, ISB', shows: 'a DSB completes the invalidation' },
  text: (isRepaired) =>
    loader(`    dc cvau, x0\n    dsb ish\n    ic ivau, x0\n    ${isRepaired ? 'dsb' : 'dmb'} ish`),
};
