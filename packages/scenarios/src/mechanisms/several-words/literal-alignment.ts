import { entry, addressOf } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A pointer that is changed under its readers must be aligned to its size. */
export const literalAlignment: Mechanism = {
  name: 'literal-alignment',
  chapter: 'several words',
  origin: {
    commits: [],
    year: 2024,
    note: 'Linux, arm64 BPF: the target in the PLT of a trampoline was aligned to 4 bytes only',
    evidence: 'reconstructed',
  },
  happened:
    'A BPF program reaches a far trampoline through a stub: LDR of a literal, and BR. The literal is data and is changed by one 64-bit store while others load it; that is atomic only if it is aligned to 8 bytes. The stub stood at a multiple of 4. Here the two halves of the store that is not aligned, which the architecture allows to be seen one by one, are two stores.',
  trace:
    'CPU 0 writes the low half of the new target. CPU 1 loads the literal: the new low and the old high half, a target that nobody wrote.',
  repair: 'The literal is aligned to 8 bytes, and one store changes it.',
  sites: [],
  broken: {
    variant: 'a literal of 8 bytes at a multiple of 4 is changed',
    shows: 'a reader sees half of the new pointer',
    outcomes: [[2, 'assert']],
  },
  repaired: {
    variant: 'a literal of 8 bytes at a multiple of 8 is changed',
    shows: 'a reader sees the old or the new pointer',
  },
  text: (isRepaired) => `${entry('user')}
${addressOf('plt_target', 1)}
// From 0x1_0000_0001 to 0x2_0000_0002.
    movz x2, #2
    movk x2, #2, lsl #32
patch_store:
${isRepaired ? '    str x2, [x1]' : '    str w2, [x1]\n    lsr x2, x2, #32\n    str w2, [x1, #4]'}
    b done
user:
${addressOf('plt_target', 1)}
    ldr x0, [x1]
// BR would go there; both halves of a whole target agree here.
    cmp w0, w0, lsl #0
    lsr x1, x0, #32
    cmp w0, w1
    b.eq done
    brk #0x800
    .data
    .balign 64
plt_target:
    .quad 0x100000001
`,
};
