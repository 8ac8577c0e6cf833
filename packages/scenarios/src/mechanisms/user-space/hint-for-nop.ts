import { entry, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** BTI is a hint, and no NOP. */
export const hintForNop: Mechanism = {
  name: 'hint-for-nop',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2021,
    note: 'hooks that take every HINT for a NOP; Arm ARM B2.2.5 lists NOP alone',
    evidence: 'reconstructed',
  },
  happened:
    'With branch protection functions begin with BTI c or PACIASP. Both are in the HINT space and execute as NOP on older cores, so tools take them for the NOP that they may overwrite. The list of the architecture has NOP, and no other hint.',
  trace: 'CPU 0 writes B over BTI c. CPU 1 enters the function.',
  repair: 'The NOP behind the BTI is what may be patched.',
  sites: [
    {
      label: 'site_entry',
      replacement: ['b . + (hook - site_entry)'],
      purpose: 'the entry of a hooked function',
    },
  ],
  broken: {
    variant: 'a hook overwrites BTI c',
    shows: 'other hints are not in the safe list',
    outcomes: [[2, 'cmodx']],
  },
  repaired: { variant: 'a hook overwrites the NOP behind BTI c', shows: 'NOP is' },
  text: (isRepaired) => `${entry('user')}
${poke('site_entry')}
${maintenance}
    b done
user:
    bl hooked
    b done
hooked:
${isRepaired ? '    bti c\nsite_entry:\n    nop' : 'site_entry:\n    bti c\n    nop'}
    ret
hook:
    ret
`,
};
