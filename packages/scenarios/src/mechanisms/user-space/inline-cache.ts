import { entry, addressOf, poke, maintenance, set } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Two words that are changed one after the other are read one after the other. */
export const inlineCache: Mechanism = {
  name: 'inline-cache',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2024,
    note: 'inline caches: the expected class and the call target are two words (HotSpot removed them from code in 2024)',
    evidence: 'reconstructed',
  },
  happened:
    'An inline cache holds an expected class and a call. Changing it means changing both while threads run through it, and a thread may take the new class with the old target. HotSpot went through a stub in between, and since 2024 keeps both in one object that a single pointer names.',
  trace:
    'CPU 0 writes the class, then redirects the call. CPU 1 loads the new class and still calls the old target, which is for another class.',
  repair: 'Both are in one record, and one pointer to it is stored.',
  sites: (isRepaired) =>
    isRepaired
      ? []
      : [
          {
            label: 'site_call',
            replacement: ['b . + (target_two - site_call)'],
            purpose: 'the call of an inline cache',
          },
        ],
  broken: {
    variant: 'class and call are changed one after the other',
    shows: 'new class, old target',
    outcomes: [[2, 'assert']],
  },
  repaired: { variant: 'class and target are changed by one pointer', shows: 'a pointer changes as a whole' },
  text: (isRepaired) => `${entry('user')}
${
  isRepaired
    ? `${addressOf('record_two', 2)}
    adrp x1, inline_cache
patch_store:
    str x2, [x1, :lo12:inline_cache]`
    : `${set('expected_class', 2)}
${poke('site_call')}
${maintenance}`
}
    b done
user:
${
  isRepaired
    ? `    adrp x1, inline_cache
    ldr x1, [x1, :lo12:inline_cache]
    ldr w0, [x1]
    ldr x2, [x1, #8]
    br x2`
    : `    adrp x1, expected_class
    ldr w0, [x1, :lo12:expected_class]
site_call:
    b target_one`
}
target_one:
    cmp w0, #1
    b.eq done
    brk #0x800
target_two:
    cmp w0, #2
    b.eq done
    brk #0x800
    .section .rodata
    .balign 8
record_one:
    .quad 1
    .quad target_one
record_two:
    .quad 2
    .quad target_two
    .data
    .balign 64
inline_cache:
    .quad record_one
    .balign 64
expected_class:
    .quad 1
`,
};
