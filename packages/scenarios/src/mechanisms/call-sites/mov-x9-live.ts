import { entry, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Of the two words of an ftrace site only the second may change while it is executed. */
export const movX9Live: Mechanism = {
  name: 'mov-x9-live',
  chapter: 'call sites',
  origin: {
    commits: ['81a6a146e88e'],
    year: 2016,
    note: 'Linux: ftrace without stop_machine(); MOV X9, LR is written once, before the code can run',
    evidence: 'reconstructed',
  },
  happened:
    'An ftrace site is MOV X9, LR and then NOP or BL. The compiler leaves two NOPs; ftrace writes the MOV once, when nothing can execute it yet (at boot, or when a module is loaded), and later only changes NOP to BL and back. MOV is not in the list of instructions that may be modified while they are executed: a tracer that put it in lazily would break this.',
  trace:
    'CPU 0 enables a site whose first word is still a NOP: it writes MOV and then BL. CPU 1 enters the function meanwhile and may fetch NOP or MOV at the same address.',
  repair:
    'The MOV is there from the start; enabling changes the NOP to BL alone, which other CPUs may execute as it changes. No stop and no IPI are needed for that.',
  sites: [
    { label: 'site_save', replacement: ['mov x9, x30'], purpose: 'the first word of an ftrace site' },
    {
      label: 'site_call',
      replacement: ['bl . + (tracer - site_call)'],
      purpose: 'the second word: NOP becomes BL',
    },
  ],
  broken: {
    variant: 'a tracer writes MOV X9, LR and BL while the function is used',
    shows: 'NOP -> MOV is not in the safe list',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'a tracer writes BL only; MOV X9, LR is there',
    shows: 'NOP -> BL needs neither stop nor IPI',
  },
  text: (isRepaired) => `${entry('user')}
${isRepaired ? poke('site_call') : `${poke('site_save')}\n${maintenance}\n${poke('site_call', 'patch_call')}`}
${maintenance}
    b done
user:
    bl traced
    b done
traced:
site_save:
    ${isRepaired ? 'mov x9, x30' : 'nop'}
site_call:
    nop
    ret
tracer:
// Called without the MOV: there is no way back.
    cbz x9, bad_mode
    mov x30, x9
    ret
`,
};
