import { loader } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** IC IVAU acts on the address that executes. */
export const aliasInvalidated: Mechanism = {
  name: 'alias-invalidated',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2018,
    note: 'JITs that map their memory twice; Arm ARM B2.7.4.2 and D7.5: instruction caches may be indexed by virtual address',
    evidence: 'reconstructed',
  },
  happened:
    'W^X makes JITs map their memory twice, writable and executable. DC finds a line by either address. IC IVAU of the writable address may miss the line under the executable one, because an instruction cache may be indexed by virtual address.',
  trace:
    'One CPU writes through the writable mapping and maintains that address, DC and IC. The line of the executable address keeps the old word.',
  repair: 'IC IVAU of the executable address. The address of the DC does not matter.',
  sites: [{ label: 'site_code', replacement: ['mov w0, #2'], purpose: 'compiled code' }],
  least: 1,
  broken: {
    variant: 'DC and IC of the writable mapping',
    shows: 'IC of an alias does not reach what executes',
    outcomes: [[1, 'stale']],
  },
  repaired: {
    variant: 'DC of the writable, IC of the executable mapping',
    shows: 'data caches behave as if physically indexed',
  },
  text: (isRepaired) =>
    loader(`    dc cvau, x1\n    dsb ish\n    ic ivau, ${isRepaired ? 'x0' : 'x1'}\n    dsb ish`),
};
