import { entry, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** STP cannot be replaced by B while it is executed. */
export const storeToBranch: Mechanism = {
  name: 'store-to-branch',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2018,
    note: 'DynamoRIO issue 1911: a fragment is linked by replacing its first STP by a B',
  },
  happened:
    'DynamoRIO linked and unlinked exits of a fragment by exchanging an STP and a B at its beginning, with other threads in the fragment. STP is not in the list of instructions that may be modified while they are executed. A NOP is reserved for the B now.',
  trace: 'CPU 0 writes B over STP. CPU 1 comes to the word.',
  repair: 'The word is a NOP when it is not a B.',
  sites: [
    { label: 'site_exit', replacement: ['b . + (linked - site_exit)'], purpose: 'the exit of a fragment' },
  ],
  broken: {
    variant: 'an exit is linked: STP becomes B',
    shows: 'STP is not in the safe list',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'an exit is linked: NOP becomes B',
    shows: 'a word kept for the branch is safe to change',
  },
  text: (isRepaired) => `${entry('user')}
${poke('site_exit')}
${maintenance}
    b done
user:
site_exit:
    ${isRepaired ? 'nop' : 'stp x0, x1, [sp, #-16]!'}
${isRepaired ? '    stp x0, x1, [sp, #-16]!\n' : ''}    add sp, sp, #16
    b done
linked:
    b done
`,
};
