import { entry, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A slot of a jump table is redirected to new code. */
export const jumpTable: Mechanism = {
  name: 'jump-table',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2019,
    note: 'V8: the WebAssembly jump table is patched while threads run through it',
    evidence: 'reconstructed',
  },
  happened:
    'V8 calls WebAssembly functions through a table of B instructions. When a better version is compiled, its slot is redirected, one B for another, and threads take the old or the new way. No thread is synchronised for it; what is needed is that the new code is flushed before the slot is changed.',
  trace:
    'CPU 0 writes the new function and the slot, and maintains both afterwards. CPU 1 takes the new B to code that its instruction cache may not have.',
  repair:
    'Code, maintenance, slot. Who executes the new B cannot miss code that was maintained before: no ISB.',
  sites: [
    {
      label: 'site_slot',
      replacement: ['b . + (site_code - site_slot)'],
      purpose: 'a slot of the jump table: B to other code',
    },
    { label: 'site_code', replacement: ['mov w0, #2'], purpose: 'the better version' },
  ],
  broken: {
    variant: 'the slot is redirected before the new code is flushed',
    shows: 'the new branch leads to old words',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'the new code is flushed before the slot is redirected',
    shows: 'the hazard rule does without an ISB',
  },
  text: (isRepaired) => `${entry('user')}
${poke('site_code')}
${isRepaired ? `${maintenance}\n` : '    mov x9, x0\n'}${poke('site_slot', 'patch_slot')}
${maintenance}
${isRepaired ? '' : `    mov x0, x9\n${maintenance}\n`}    b done
user:
    bl site_slot
    b done
site_slot:
    b baseline
baseline:
    mov w0, #1
    ret
    .balign 64
site_code:
    mov w0, #9
    ret
`,
};
