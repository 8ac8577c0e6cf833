import { entry, mapped, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Text that reads as new need not execute as new. */
export const verifyByReading: Mechanism = {
  name: 'verify-by-reading',
  chapter: 'synchronisation',
  origin: {
    commits: [],
    year: 2020,
    note: 'Simner, Flur, Pulte et al., ESOP 2020, litmus test CoRF+ctrl-isb',
  },
  happened:
    'Loaders, hooks and tests verify a patch by reading it back, on the CPU that patched or on another. The read goes through the data cache, the fetch through the instruction cache; on a machine without IDC and DIC nothing connects the two but maintenance.',
  trace:
    'CPU 1 reads the text until it finds the new word there, branches on that, executes an ISB and calls the function. The instruction cache still has the old word.',
  repair:
    "The reader maintains the line itself before its ISB. The sequence may be split over CPUs: the store is CPU 0's, clean and invalidation are CPU 1's.",
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  broken: {
    variant: 'the new word is read as data, then ISB',
    shows: 'the data side proves nothing about the instruction side',
    outcomes: [[2, 'stale']],
  },
  repaired: {
    variant: 'the new word is read as data, then maintenance and ISB',
    shows: 'the reader may maintain for the writer',
  },
  text: (isRepaired) => `${entry('reader')}
${poke('site_function')}
    b done
reader:
${mapped('site_function')}
    adrp x2, site_function_new
    ldr w2, [x2, :lo12:site_function_new]
read_back:
    ldr w3, [x1]
    cmp w3, w2
    b.ne read_back
${isRepaired ? `${maintenance}\n` : ''}    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
`,
};
