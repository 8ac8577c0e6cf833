import { maintenance, pointerProgram } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A JIT publishes code through a pointer. */
export const publishByPointer: Mechanism = {
  name: 'publish-by-pointer',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2021,
    note: 'wasmtime issue 3310: code published to other threads without synchronising them',
  },
  happened:
    'A runtime compiles a function, maintains the caches and stores a pointer to it. Another thread loads the pointer and calls. If the memory held other code before, the other thread may still have that fetched. On arm64 it takes membarrier() with SYNC_CORE, or an ISB in the other thread. (User code runs at EL1 here, with the same instructions.)',
  trace:
    'CPU 0 writes and maintains the function and publishes its address. CPU 1 loads the address and branches to it, and has not synchronised its context since the memory held something else.',
  repair:
    'membarrier(SYNC_CORE) before the pointer is stored: the kernel interrupts every CPU that runs the process.',
  sites: [
    {
      label: 'site_code',
      replacement: ['mov w0, #2'],
      purpose: 'the first instruction of a compiled function',
    },
  ],
  interrupts: true,
  broken: {
    variant: 'maintenance, then the pointer',
    shows: 'loading a pointer is no reason to fetch again',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'maintenance, membarrier(SYNC_CORE), then the pointer',
    shows: 'the system call synchronises the other threads',
  },
  text: (isRepaired) =>
    pointerProgram(isRepaired ? `${maintenance}\n    bl kick_all_cpus_sync` : maintenance, 'nowhere'),
};
