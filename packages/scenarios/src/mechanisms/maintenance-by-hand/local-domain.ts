import { maintenance, publisher } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A barrier that does not include the other CPUs completes nothing for them. */
export const localDomain: Mechanism = {
  name: 'local-domain',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2021,
    note: 'Arm ARM, shareability domains: IC IVAU is broadcast, and complete for others at a DSB of their domain',
    evidence: 'reconstructed',
  },
  happened:
    'DSB NSH is the cheapest DSB, and on one core it is enough. Code from a single-core system keeps it when the system grows, and the second core sees what the first has long finished.',
  trace:
    'CPU 0 writes and maintains with DSB NSH and says that the code is there. CPU 1 sees that, executes an ISB and calls it; for CPU 1 the maintenance is not complete.',
  repair: 'DSB ISH.',
  sites: [{ label: 'site_code', replacement: ['mov w0, #2'], purpose: 'code for both cores' }],
  broken: {
    variant: 'DC, DSB NSH, IC, DSB NSH, flag',
    shows: 'complete for one core is not complete for the other',
    outcomes: [[2, 'stale']],
  },
  repaired: { variant: 'DC, DSB ISH, IC, DSB ISH, flag', shows: 'inner shareable includes the other core' },
  text: (isRepaired) => publisher(maintenance.replaceAll('ish', isRepaired ? 'ish' : 'nsh')),
};
