import { entry, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A coherent instruction cache that is not: Neoverse-N1 erratum 1542419. */
export const dicTrusted: Mechanism = {
  name: 'dic-trusted',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2019,
    note: 'James Morse: Neoverse-N1 erratum 1542419; CTR_EL0 is trapped and hides DIC',
    evidence: 'reconstructed',
  },
  happened:
    'Neoverse-N1 has a coherent instruction cache and says so by CTR_EL0.DIC. Erratum 1542419 breaks the rule that a new branch is not followed by an old instruction. Linux traps CTR_EL0 for user space, hides DIC, and does more than asked when IC IVAU is trapped. The model has no switch for the erratum: the machine here is the one that the workaround pretends, with DIC=0, and the program of the broken variant has read DIC=1.',
  trace:
    'CPU 0 writes new code and skips the IC, as DIC=1 allows, then writes the branch to it. CPU 1 takes the new branch and executes an old instruction behind it.',
  repair: 'CTR_EL0 shows DIC=0, and the routine executes the IC.',
  sites: [
    {
      label: 'site_branch',
      replacement: ['b . + (site_code - site_branch)'],
      purpose: 'a branch to new code: NOP becomes B',
    },
    { label: 'site_code', replacement: ['mov w0, #2'], purpose: 'the new code' },
  ],
  broken: {
    variant: 'the routine skips IC because it has read DIC=1',
    shows: 'the new branch leads to an old instruction',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'the routine reads the trapped CTR_EL0, DIC=0',
    shows: 'with the IC the hazard rule holds again',
  },
  text: (isRepaired) => `${entry('user')}
${poke('site_code')}
${isRepaired ? '    mrs x3, ctr_el0' : '// CTR_EL0 as the hardware has it, with IDC and DIC.\n    movz x3, #0x3000, lsl #16'}
    tbnz x3, #28, cleaned
    dc cvau, x0
cleaned:
    dsb ish
    tbnz x3, #29, invalidated
    ic ivau, x0
    dsb ish
invalidated:
${poke('site_branch', 'patch_branch')}
${maintenance}
    b done
user:
site_branch:
    nop
    b done
    .balign 64
site_code:
    mov w0, #1
    b done
`,
};
