import { loader } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A write-back data cache is no memory. */
export const noClean: Mechanism = {
  name: 'no-clean',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2022,
    note: 'wasmtime on aarch64: instruction cache invalidated without a clean of the data cache',
    evidence: 'reconstructed',
  },
  happened:
    'On hardware with CTR_EL0.IDC the data cache need not be cleaned for instruction fetch, and most servers have it. Code that was only tried there leaves the DC out, and fails on the small cores that do not.',
  trace:
    'One CPU writes a word and executes IC, DSB and ISB. The new word is still in the data cache, and the instruction cache fetches from behind it.',
  repair: 'DC CVAU and DSB before the IC, unless CTR_EL0.IDC says that it is not needed.',
  sites: [{ label: 'site_code', replacement: ['mov w0, #2'], purpose: 'code that was compiled' }],
  least: 1,
  broken: {
    variant: 'IC, DSB, ISB on a machine with IDC=0',
    shows: 'the new word is still in the data cache',
    outcomes: [[1, 'stale']],
  },
  repaired: { variant: 'the routine tests CTR_EL0.IDC and cleans', shows: 'portable code asks the hardware' },
  text: (isRepaired) =>
    loader(
      `${isRepaired ? '    mrs x3, ctr_el0\n    tbnz x3, #28, cleaned\n    dc cvau, x0\ncleaned:\n' : ''}    dsb ish
    ic ivau, x0
    dsb ish`,
    ),
};
