import { publisher } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** IC IALLU is for this CPU alone. */
export const localInvalidate: Mechanism = {
  name: 'local-invalidate',
  chapter: 'maintenance by hand',
  origin: { commits: [], year: 2021, note: 'Arm ARM: IC IALLU and IC IALLUIS', evidence: 'reconstructed' },
  happened:
    'IC IALLU and IC IALLUIS differ in two letters and in whom they reach. Start-up code and boot loaders use the first, rightly, while one CPU runs. The same routine called later leaves the other CPUs with what they have.',
  trace:
    'CPU 0 writes, cleans and executes IC IALLU. CPU 1 sees the flag, executes an ISB, and fetches from its own instruction cache.',
  repair: 'IC IALLUIS, which is broadcast.',
  sites: [{ label: 'site_code', replacement: ['mov w0, #2'], purpose: 'code for both cores' }],
  broken: {
    variant: 'DC, DSB, IC IALLU, DSB, flag',
    shows: 'a local invalidation leaves the others as they are',
    outcomes: [[2, 'stale']],
  },
  repaired: { variant: 'DC, DSB, IC IALLUIS, DSB, flag', shows: 'the broadcast reaches every CPU' },
  text: (isRepaired) =>
    publisher(`    dc cvau, x0\n    dsb ish\n    ic ${isRepaired ? 'ialluis' : 'iallu'}\n    dsb ish`),
};
