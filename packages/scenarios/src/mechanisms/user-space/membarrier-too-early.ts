import { mapped, maintenance, pointerProgram } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Synchronising the other threads before the maintenance is complete. */
export const membarrierTooEarly: Mechanism = {
  name: 'membarrier-too-early',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2021,
    note: 'the order of membarrier(SYNC_CORE) and cache maintenance in a JIT',
    evidence: 'reconstructed',
  },
  happened:
    'Runtimes batch: one membarrier() for many functions, issued somewhere around the flush. It must come behind it: what a CPU fetches between its synchronisation and the end of the maintenance can be old, and nothing makes it fetch a third time.',
  trace:
    'CPU 0 writes, synchronises all threads, and then maintains the caches. CPU 1 has fetched in between.',
  repair: 'Write, maintain, membarrier, publish.',
  sites: [
    {
      label: 'site_code',
      replacement: ['mov w0, #2'],
      purpose: 'the first instruction of a compiled function',
    },
  ],
  interrupts: true,
  broken: {
    variant: 'membarrier(SYNC_CORE), maintenance, then the pointer',
    shows: 'a synchronisation before the maintenance synchronises with the old',
    outcomes: [[2, 'stale']],
  },
  repaired: {
    variant: 'maintenance, membarrier(SYNC_CORE), then the pointer',
    shows: 'the order is part of the protocol',
  },
  text: (isRepaired) =>
    pointerProgram(
      isRepaired
        ? `${maintenance}\n    bl kick_all_cpus_sync`
        : `    bl kick_all_cpus_sync\n${mapped('site_code')}\n${maintenance}`,
      'nowhere',
    ),
};
