import { entry, mapped, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A hook of several words is written over code that runs. */
export const hookOfWords: Mechanism = {
  name: 'hook-of-words',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2020,
    note: 'inline hooks: an address, an offset and BR over the first four words of a function',
    evidence: 'reconstructed',
  },
  happened:
    'Hooking libraries overwrite the beginning of a function with several words that load an address and branch to it. A thread that is behind the first word, even if all of them were NOPs, goes on in the middle of the hook: into BR with whatever is in X16. Writing a BRK first helps against that, but not for the first word itself: what follows the BRK there is not in the list either.',
  trace: 'CPU 1 has executed the first of four NOPs when CPU 0 writes the hook.',
  repair: 'One B, written over one NOP, to a stub that was written and maintained before.',
  sites: (isRepaired) => [
    isRepaired
      ? {
          label: 'site_entry',
          replacement: ['b . + (stub - site_entry)'],
          purpose: 'one NOP kept for a hook',
        }
      : {
          label: 'site_entry',
          replacement: ['adr x16, . + (stub - site_entry)', 'add x16, x16, #0', 'br x16', 'nop'],
          purpose: 'four words kept for a hook',
        },
  ],
  broken: {
    variant: 'four words are written over four NOPs',
    shows: 'a thread is between the words',
    outcomes: [[2, 'torn']],
  },
  repaired: { variant: 'one B is written over one NOP', shows: 'one word is old or new' },
  text: (isRepaired) => `${entry('user')}
${
  isRepaired
    ? poke('site_entry')
    : `${mapped('site_entry')}
    adrp x2, site_entry_new
    add x2, x2, :lo12:site_entry_new
    ldp w3, w4, [x2]
    ldp w5, w6, [x2, #8]
// The first word last.
patch_store:
    str w6, [x1, #12]
    str w5, [x1, #8]
    str w4, [x1, #4]
    str w3, [x1]`
}
${maintenance}
    b done
user:
    bl hooked
    b done
hooked:
site_entry:
    nop
    nop
    nop
    nop
    ret
stub:
    ret
`,
};
