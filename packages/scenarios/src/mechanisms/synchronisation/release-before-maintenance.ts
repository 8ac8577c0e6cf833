import { entry, poke, maintenance, set, awaitNonZero, shared, arrive, awaitOthers } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Waiters may be released only when the maintenance is complete. */
export const releaseBeforeMaintenance: Mechanism = {
  name: 'release-before-maintenance',
  chapter: 'synchronisation',
  origin: {
    commits: [],
    year: 2024,
    note: 'riscv patch_text and ftrace callbacks: the release must come last; arm64 relies on the DSB before it',
    evidence: 'reconstructed',
  },
  happened:
    'In the patch_text() callbacks of riscv the increment that releases the waiters was relaxed and had no fence before it, so it could overtake what it announced; since 2024 it is a release. On arm64 the cache routine ends in DSB, which orders it. Here the order that the missing fence allows is written down as program order, because data is sequentially consistent in tier 1.',
  trace:
    'CPU 0 stores the new instruction, releases CPU 1, and maintains the caches afterwards. CPU 1 leaves its loop and executes an ISB, too early: the instruction cache still has the old word, and nothing will make CPU 1 fetch again later.',
  repair:
    'Store, maintenance, DSB, then the release. The ISB of the waiter then finds the caches maintained.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  broken: {
    variant: 'the release comes before the maintenance',
    shows: 'an ISB that comes too early is no ISB',
    outcomes: [[2, 'stale']],
  },
  repaired: {
    variant: 'the release comes after the maintenance',
    shows: 'the DSB that ends the maintenance orders the release',
  },
  text: (isRepaired) => `${entry('waiter')}
// Everybody else waits where nothing is patched.
${awaitOthers('arrived')}
${poke('site_function')}
${isRepaired ? `${maintenance}\n${set('released')}` : `${set('released')}\n${maintenance}`}
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
