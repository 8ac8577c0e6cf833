import type { Atomics } from './atomics.ts';
import { atomicAdd, atomicAddReturn } from './atomics.ts';
import type { Origin } from './origin.ts';
import { patchListLoop } from './patch-list.ts';
import { numOnlineCpus } from './percpu.ts';
import type { WaitPoll } from './wait-poll.ts';
import { pollWord } from './wait-poll.ts';

/** The shapes that the callback of aarch64_insn_patch_text() has had, by release or author. */
export type PatchTextVariant = 'v3.14' | 'v3.18' | 'rutland' | 'guo-ren-v1' | 'v5.18';

/** What distinguishes one variant from the others. */
export interface PatchTextVariantFacts {
  /** The CPU whose increment of `cpu_count` returns this value patches; N is the number of online CPUs. */
  readonly master: '1' | 'N' | 'N - 1';
  /** How the master reports completion in the same counter. */
  readonly release: 'store -1' | 'increment';
  /** When the number of online CPUs is read. */
  readonly online: 'never' | 'once' | 'each time';
  readonly origin: Origin;
}

function origin(...changes: Origin['changes']): Origin {
  return {
    functions: ['aarch64_insn_patch_text_cb'],
    file: 'arch/arm64/kernel/patching.c (until 5.13: insn.c)',
    changes,
  };
}

/** The five variants, oldest first. */
export const patchTextVariants: Readonly<Record<PatchTextVariant, PatchTextVariantFacts>> = {
  'v3.14': {
    master: '1',
    release: 'store -1',
    online: 'never',
    origin: origin({ commit: 'ae16480785de', year: 2014, what: 'the first CPU to arrive patches' }),
  },
  'v3.18': {
    master: '1',
    release: 'increment',
    online: 'each time',
    origin: origin({
      commit: '899d5933b2dd',
      year: 2014,
      what: 'a late increment can no longer destroy the completion flag',
    }),
  },
  rutland: {
    master: 'N',
    release: 'increment',
    online: 'once',
    origin: origin({
      commit: '9aaeee0c7764',
      year: 2021,
      what: 'the last CPU to arrive patches (not merged)',
    }),
  },
  'guo-ren-v1': {
    master: 'N - 1',
    release: 'increment',
    online: 'each time',
    origin: origin({ year: 2022, what: 'the last CPU patches, off by one (caught in review)' }),
  },
  'v5.18': {
    master: 'N',
    release: 'increment',
    online: 'each time',
    origin: origin({ commit: '31a099dbd91e', year: 2022, what: 'the last CPU to arrive patches' }),
  },
};

/** Compares the arrival's result in w0 with the number that makes a CPU the master. */
function compareWithMaster(facts: PatchTextVariantFacts): string {
  if (facts.master === '1') return '    cmp w0, #1';
  if (facts.online === 'once') return '    cmp w0, w21';
  const read = numOnlineCpus(2);
  return facts.master === 'N'
    ? `${read}
    cmp w0, w2`
    : `${read}
    sub w2, w2, #1
    cmp w0, w2`;
}

/** Leaves the wait loop when the counter in w0 says that patching is complete. */
function leaveWhenReleased(facts: PatchTextVariantFacts): string {
  if (facts.release === 'store -1') {
    return `    cmn w0, #1
    b.eq patch_text_isb`;
  }
  const online = facts.online === 'once' ? '    cmp w0, w21' : `${numOnlineCpus(2)}\n    cmp w0, w2`;
  return `${online}
    b.gt patch_text_isb`;
}

function release(facts: PatchTextVariantFacts, atomics: Atomics): string {
  return facts.release === 'store -1'
    ? `    mov w0, #-1
patch_text_release:
    str w0, [x1]`
    : atomicAdd(atomics, 1, { at: 'patch_text_release' });
}

/**
 * aarch64_insn_patch_text_cb(x0 = record) in one of its variants. Every CPU increments `cpu_count`
 * (`patch_text_arrive`); the master writes the list and releases the others (`patch_text_release`), which poll
 * from `patch_text_wait` on and execute one ISB (`patch_text_isb`).
 */
export function patchTextCb(variant: PatchTextVariant, atomics: Atomics, poll: WaitPoll): string {
  const facts = patchTextVariants[variant];
  return `    .text
aarch64_insn_patch_text_cb:
    stp x29, x30, [sp, #-48]!
    mov x29, sp
    stp x19, x20, [sp, #16]
    str x21, [sp, #32]
    mov x19, x0
${facts.online === 'once' ? `${numOnlineCpus(21)}\n` : ''}    adrp x1, cpu_count
    add x1, x1, :lo12:cpu_count
${atomicAddReturn(atomics, 1, { at: 'patch_text_arrive', after: 'patch_text_arrived' })}
${compareWithMaster(facts)}
    b.ne patch_text_wait
patch_text_master:
${patchListLoop('patch_text_next')}
    adrp x1, cpu_count
    add x1, x1, :lo12:cpu_count
${release(facts, atomics)}
    b patch_text_out
patch_text_wait:
${pollWord(poll)}
${leaveWhenReleased(facts)}
    yield
    b patch_text_wait
patch_text_isb:
    isb
patch_text_resume:
patch_text_out:
    ldr x21, [sp, #32]
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #48
    ret

    .data
    .balign 64
cpu_count:
    .quad 0
`;
}
