import { entry, poke, maintenance, pokePair } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A branch to new code may be written only when the new code is maintained. */
export const pltMaintenance: Mechanism = {
  name: 'plt-maintenance',
  chapter: 'call sites',
  origin: {
    commits: ['b6143d10d23e'],
    year: 2019,
    note: 'Linux: module PLT for ftrace, initialised when it was first needed',
  },
  happened:
    'A module that is out of range of the ftrace trampoline gets a PLT entry. It was written the first time that a call was enabled, right before the BL to it, and its own cache maintenance was missing. The entry is now prepared when the module is loaded.',
  trace:
    'CPU 0 writes the two words of the entry, then the BL, and maintains the line of the BL alone. CPU 1 executes the new BL and comes to words that its instruction cache may not have.',
  repair:
    'Maintenance of the entry before the BL is written. CPU 1 needs no ISB: a CPU that executes the new branch also sees code that was written and maintained before the branch was (prefetch-speculation protection).',
  sites: [
    {
      label: 'site_call',
      replacement: ['bl . + (site_plt - site_call)'],
      purpose: 'an ftrace call site: NOP becomes BL',
    },
    {
      label: 'site_plt',
      replacement: ['adr x16, . + (tracer - site_plt)', 'br x16'],
      purpose: 'the PLT entry that it calls',
    },
  ],
  broken: {
    variant: 'a PLT entry is written and called, without maintenance of its own',
    shows: 'the branch is new and its target may be old',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'the PLT entry is maintained before the BL to it is written',
    shows: 'the hazard rule does without an ISB',
  },
  text: (isRepaired) => `${entry('user')}
${pokePair('site_plt')}
${isRepaired ? `${maintenance}\n` : ''}${poke('site_call', 'patch_call')}
${maintenance}
    b done
user:
    bl traced
    b done
traced:
    mov x9, x30
site_call:
    nop
    ret
tracer:
    mov x30, x9
    ret
    .balign 64
site_plt:
    hlt #0
    hlt #0
`,
};
