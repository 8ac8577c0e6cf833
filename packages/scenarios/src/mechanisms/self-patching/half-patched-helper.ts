import { entry, mapped, maintenance, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** The patcher calls what it is patching. */
export const halfPatchedHelper: Mechanism = {
  name: 'half-patched-helper',
  chapter: 'self-patching',
  origin: {
    commits: ['a2c0b0fbe014'],
    year: 2022,
    note: 'Joey Gouly: boot hang with KCSAN; a helper of the patcher has an alternative itself',
  },
  happened:
    'A kernel with KCSAN and LSE atomics hung at boot. Alternatives called an instrumented helper after each word; the helper contained an LL/SC loop that was itself being replaced by an LSE instruction, so the patcher executed one new and three old words. The patching code became noinstr with everything in it inlined.',
  trace:
    'One CPU writes the first word of the helper and calls it. It has neither maintained the line nor synchronised its context, so even what it fetches is open.',
  repair: 'Between the first store and the final maintenance nothing is called that is patched.',
  sites: [
    {
      label: 'site_helper',
      replacement: ['stset w9, [x10]', 'nop', 'nop', 'nop'],
      purpose: 'an LL/SC loop that becomes an LSE instruction',
    },
  ],
  least: 1,
  broken: {
    variant: 'the patcher calls an instrumented helper between two words',
    shows: 'it runs its own half-written sequence',
    outcomes: [[1, 'cmodx']],
  },
  repaired: {
    variant: 'the patcher calls nothing between two words',
    shows: 'nobody runs the site before it is whole',
  },
  text: (isRepaired) => `${entry('done')}
${mapped('site_helper')}
    adrp x4, site_helper_new
    add x4, x4, :lo12:site_helper_new
    mov w5, #4
next_word:
    ldr w6, [x4], #4
patch_store:
    str w6, [x1], #4
${isRepaired ? '' : '    bl instrument_write\n'}    subs w5, w5, #1
    b.ne next_word
${maintenance}
    isb
    bl instrument_write
    b done
instrument_write:
    adrp x10, written
    add x10, x10, :lo12:written
    mov w9, #1
site_helper:
    ldxr w11, [x10]
    orr w11, w11, w9
    stxr w12, w11, [x10]
    cbnz w12, site_helper
    ret
${shared('written')}`,
};
