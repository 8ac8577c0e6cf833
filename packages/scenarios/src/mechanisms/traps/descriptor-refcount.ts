import { entry, addressOf, poke, maintenance, breakpointHandler, skipInstruction } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A reference count inside what it protects is no protection against the end of that. */
export const descriptorRefcount: Mechanism = {
  name: 'descriptor-refcount',
  chapter: 'traps',
  origin: {
    commits: ['1f676247f36a', 'efd608fa7403'],
    year: 2022,
    note: 'Linux, x86: try_get_desc() on a descriptor that lived on the stack; here on A64',
    evidence: 'reconstructed',
  },
  happened:
    "The descriptor of a batch of patches was on the stack of the patcher, with a count of the handlers that use it. A handler read the pointer and then raised the count. Between the two the patcher could take the pointer away, find the count zero and return, so the count was raised in somebody else's memory. The descriptor became global.",
  trace:
    'CPU 1 traps and reads the pointer. CPU 0 restores the word, clears the pointer, drops its own reference, finds no other, and its stack frame becomes other data. CPU 1 increments it there.',
  repair:
    'The descriptor does not die, and a handler takes a reference only if the count is not zero, in one atomic operation.',
  sites: [
    {
      label: 'site_probe',
      replacement: ['nop'],
      purpose: 'a word that is patched through a breakpoint: BRK becomes NOP',
    },
  ],
  broken: {
    variant: 'a handler raises a count that it found through a pointer',
    shows: 'the count is raised in memory that is used again',
    outcomes: [[2, 'assert']],
  },
  repaired: {
    variant: 'a handler raises a global count unless it is zero',
    shows: 'there is no time between finding and counting',
  },
  text: (isRepaired) => `${entry('user')}
${poke('site_probe')}
${maintenance}
    adrp x1, descriptor
    str xzr, [x1, :lo12:descriptor]
${addressOf('references', 1)}
    mov w2, #-1
    ldaddal w2, w2, [x1]
drain:
    ldr w2, [x1]
    cbnz w2, drain
// From here on the memory is somebody else's, who keeps a zero there.
    ldr w2, [x1]
    cbz w2, done
    brk #0x800
user:
site_probe:
    brk #0x4
    b done
${breakpointHandler(
  isRepaired
    ? `${addressOf('references', 1)}
try_get:
    ldr w0, [x1]
    cbz w0, not_ours
    add w2, w0, #1
    mov w3, w0
    casal w0, w2, [x1]
    cmp w0, w3
    b.ne try_get
${skipInstruction}
    mov w2, #-1
    ldaddal w2, w2, [x1]
not_ours:`
    : `    adrp x1, descriptor
    ldr x1, [x1, :lo12:descriptor]
    cbz x1, not_ours
    mov w2, #1
    ldaddal w2, w2, [x1]
${skipInstruction}
    mov w2, #-1
    ldaddal w2, w2, [x1]
not_ours:`,
)}
    .data
    .balign 64
descriptor:
    .quad references
    .balign 64
references:
    .quad 1
`,
};
