import { entry, poke, maintenance, set, awaitNonZero, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Having executed a new instruction once does not mean that the old one will not come back. */
export const newThenOld: Mechanism = {
  name: 'new-then-old',
  chapter: 'synchronisation',
  origin: { commits: [], year: 2020, note: 'Simner, Flur, Pulte et al., ESOP 2020, litmus test CoFF' },
  happened:
    'Code that flips a branch often takes the first time that the new way is taken for the moment from which on it is. The litmus test CoFF of the formal model of instruction fetch says otherwise, and hardware agrees: without a context synchronisation event a CPU may execute the new word, and then again the old one that it had fetched before.',
  trace:
    'CPU 1 comes to the branch twice while CPU 0 patches it. The first time it takes the new way, the second time the old one, and its own check that the key never goes back fails. Both words are in the list of instructions that may be modified while they are executed: it is the program that expects too much.',
  repair:
    'The reader takes its knowledge from a flag that is stored after the maintenance, and executes an ISB before it relies on it.',
  sites: [
    {
      label: 'site_key',
      replacement: ['b . + (key_enabled - site_key)'],
      purpose: 'a static key that is enabled: NOP becomes B',
    },
  ],
  broken: {
    variant: 'a key is sampled twice by executing it',
    shows: 'new and then old is allowed',
    outcomes: [[2, 'assert']],
  },
  repaired: {
    variant: 'a key is sampled twice after flag and ISB',
    shows: 'after maintenance, flag and ISB the old word is gone',
  },
  text: (isRepaired) => `${entry('reader')}
${poke('site_key')}
${maintenance}
${set('flipped')}
    b done
reader:
${isRepaired ? `${awaitNonZero('flipped')}\n    isb\n` : ''}    bl sample
    mov w19, w0
    bl sample
// Enabled is never followed by disabled.
    cmp w0, w19
    b.hs done
    brk #0x800
sample:
site_key:
    nop
    mov w0, #0
    ret
key_enabled:
    mov w0, #1
    ret
${shared('flipped')}`,
};
