import { loader } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** DSB ISHST does not wait for maintenance. */
export const storeBarrier: Mechanism = {
  name: 'store-barrier',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2021,
    note: 'Arm ARM, DSB: cache maintenance completes at a DSB for loads and stores',
    evidence: 'reconstructed',
  },
  happened:
    'A DSB for stores looks sufficient behind DC: cleaning writes, after all. But maintenance is complete only at a DSB whose type is loads and stores. The kernel uses DSB ISHST in this place only where IDC says that there is nothing to clean.',
  trace:
    'One CPU writes, cleans, executes DSB ISHST and invalidates. The clean need not have happened when the instruction cache fetches again.',
  repair: 'DSB ISH between DC and IC.',
  sites: [{ label: 'site_code', replacement: ['mov w0, #2'], purpose: 'code that was loaded' }],
  least: 1,
  broken: {
    variant: 'DC, DSB ISHST, IC, DSB, ISB',
    shows: 'a barrier for stores completes no clean',
    outcomes: [[1, 'stale']],
  },
  repaired: { variant: 'DC, DSB ISH, IC, DSB, ISB', shows: 'a full DSB completes the clean' },
  text: (isRepaired) =>
    loader(`    dc cvau, x0\n    dsb ${isRepaired ? 'ish' : 'ishst'}\n    ic ivau, x0\n    dsb ish`),
};
