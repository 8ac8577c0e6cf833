import { maintenance, loader } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Clean before invalidate. */
export const icBeforeDc: Mechanism = {
  name: 'ic-before-dc',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2026,
    note: 'Zephyr issue 113839: instruction cache invalidated before the data cache is cleaned',
  },
  happened:
    'A loader for extensions invalidated the instruction cache and then cleaned the data cache. Between the two the instruction cache may fetch again, from memory that the new code has not reached yet.',
  trace:
    'One CPU writes a word, executes IC and then DC, each with its DSB, and an ISB. The old word can have come back after the IC.',
  repair: 'DC, DSB, IC, DSB, ISB.',
  sites: [{ label: 'site_code', replacement: ['mov w0, #2'], purpose: 'code that was loaded' }],
  least: 1,
  broken: {
    variant: 'IC, DSB, DC, DSB, ISB',
    shows: 'the instruction cache fills again before the clean',
    outcomes: [[1, 'stale']],
  },
  repaired: { variant: 'DC, DSB, IC, DSB, ISB', shows: 'what the instruction cache fetches after IC is new' },
  text: (isRepaired) =>
    loader(isRepaired ? maintenance : '    ic ivau, x0\n    dsb ish\n    dc cvau, x0\n    dsb ish'),
};
