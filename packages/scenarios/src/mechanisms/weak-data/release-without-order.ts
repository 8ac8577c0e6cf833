import { arrive, awaitNonZero, awaitOthers, entry, poke, set, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Coherent caches need no maintenance, but the store of the instruction must still come before the release. */
export const releaseWithoutOrder: Mechanism = {
  name: 'release-without-order',
  chapter: 'weak data',
  machine: { tier: 2, cache: { IDC: 1, DIC: 1 } },
  origin: {
    commits: [],
    year: 2018,
    note: 'Linux skips DC and IC by ARM64_HAS_CACHE_IDC and _DIC since 4.17, and keeps the DSB ISHST in their place',
    evidence: 'reconstructed',
  },
  happened:
    'Where CTR_EL0 says IDC and DIC, the kernel executes neither DC nor IC; it still executes DSB ISHST. Leaving the whole sequence out looks right, because caches are coherent.',
  trace:
    'The release of CPU 0 becomes visible before the new instruction does. CPU 1 leaves its loop, executes its ISB, and fetches while the word is being modified.',
  repair: 'DSB ISHST between the store and the release. A store-release would order the two as well.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  broken: {
    variant: 'IDC=1, DIC=1: store, then release, and nothing between',
    shows: 'coherent caches do not order stores',
    outcomes: [[2, 'cmodx']],
  },
  repaired: { variant: 'IDC=1, DIC=1: store, DSB ISHST, release', shows: 'a barrier for stores is enough' },
  text: (isRepaired) => `${entry('waiter')}
${awaitOthers('arrived')}
${poke('site_function')}
${isRepaired ? '    dsb ishst\n' : ''}${set('released')}
    b done
waiter:
${arrive('arrived')}
${awaitNonZero('released')}
    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${shared('arrived', 'released')}`,
};
