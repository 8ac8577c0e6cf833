import { entry, addressOf, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A branch that becomes a load. */
export const farTarget: Mechanism = {
  name: 'far-target',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2022,
    note: 'emulators and hooks that extend a B to LDR (literal) and BR when the target is out of range',
    evidence: 'reconstructed',
  },
  happened:
    'A call thunk begins as one B. When its target moves out of range it becomes LDR of a literal and BR, written over the B while threads run through it. LDR is not in the list. The shape that works is fixed: always LDR and BR, and only the literal, which is data, changes.',
  trace: 'CPU 0 writes LDR over B. CPU 1 comes to the word.',
  repair:
    'LDR and BR from the start. Changing the literal is an ordinary store of 8 aligned bytes, with no maintenance at all.',
  sites: (isRepaired) =>
    isRepaired
      ? []
      : [
          {
            label: 'site_thunk',
            replacement: ['ldr x16, . + (far_literal - site_thunk)'],
            purpose: 'the first word of a call thunk',
          },
        ],
  broken: {
    variant: 'a thunk is extended: B becomes LDR and BR',
    shows: 'LDR is not in the safe list',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'a thunk is LDR and BR, and its literal changes',
    shows: 'data may change under its readers',
  },
  text: (isRepaired) => `${entry('user')}
${
  isRepaired
    ? `${addressOf('far', 2)}
    adrp x1, thunk_target
patch_store:
    str x2, [x1, :lo12:thunk_target]`
    : `${poke('site_thunk')}
${maintenance}`
}
    b done
user:
${
  isRepaired
    ? `    adrp x16, thunk_target
    ldr x16, [x16, :lo12:thunk_target]
    br x16`
    : `site_thunk:
    b near
    br x16`
}
near:
    b done
far:
    b done
    .balign 8
far_literal:
    .quad far
    .data
    .balign 64
thunk_target:
    .quad near
`,
};
