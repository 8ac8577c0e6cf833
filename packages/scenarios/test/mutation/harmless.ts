/** Mutants that change no verdict and no witness, and why. */
export interface Harmless {
  /** Why the mutant is harmless; what else would have to be modelled for it to matter. */
  readonly reason: string;
  /** Mutants by function, as `Mutant.name` has them. */
  readonly mutants: Readonly<Record<string, readonly string[]>>;
  /** Names of the protocols in which the reason holds. Default: every protocol that contains the mutant. */
  readonly only?: readonly string[];
}

const nmi = 'patch_machine, DAIF masked, pseudo-NMI';
const serror = 'patch_machine, DAIF masked, SError';
const sdei = ['patch_machine, SDEI masked', 'patch_machine, SDEI gate'];

/**
 * Every mutant that survives, beside exchanges of instructions that do not depend on each other: those are recognised
 * by the registers that they name.
 */
export const harmless: readonly Harmless[] = [
  {
    reason: 'YIELD is a hint, and a branch around it or behind it goes to the same place',
    mutants: {
      multi_cpu_stop: ['bl stop_machine_yield', 'bl stop_machine_yield <-> adrp x0, state'],
      stop_machine_yield: ['yield', 'yield <-> ret'],
      aarch64_insn_patch_text_cb: ['yield', 'yield <-> b patch_text_wait', 'b.gt patch_text_isb <-> yield'],
      __apply_alternatives_multi_stop: [
        'yield',
        'yield (2)',
        'yield <-> b alternatives_wait',
        'yield <-> b alternatives_await',
        'cbnz w0, alternatives_isb <-> yield',
        'b.eq alternatives_all_arrived <-> yield',
      ],
      do_patch_machine: [
        'yield',
        'yield (2)',
        'yield <-> b patch_machine_wait',
        'yield <-> b patch_machine_await',
        'cbnz w0, patch_machine_isb <-> yield',
        'cbz w0, patch_machine_all_arrived <-> yield',
      ],
      sdei_entry: ['yield', 'yield <-> b sdei_gate', 'cbnz w4, sdei_gate_open <-> yield'],
    },
  },
  {
    reason: 'the frame pointer: nobody unwinds, and every function restores x29 from its frame',
    mutants: {
      multi_cpu_stop: ['mov x29, sp'],
      aarch64_insn_patch_text_cb: ['mov x29, sp'],
      aarch64_insn_patch_text_nosync: ['mov x29, sp'],
      __apply_alternatives_multi_stop: ['mov x29, sp'],
      __apply_alternatives: ['mov x29, sp'],
      do_patch_machine: ['mov x29, sp'],
      patch_text_list: ['mov x29, sp'],
    },
  },
  {
    reason: 'spoils the frame pointer of a caller that does not use it and restores its own from its frame',
    mutants: { aarch64_insn_patch_text_nosync: ['stp x29, x30, [sp, #-16]! <-> mov x29, sp'] },
  },
  {
    reason: 'the same where __apply_alternatives is called by __apply_alternatives_multi_stop',
    only: ['alternatives, patch 1'],
    mutants: { __apply_alternatives: ['stp x29, x30, [sp, #-32]! <-> mov x29, sp'] },
  },
  {
    reason: 'the watchdog: nobody reads its word, and x0 is the state, 0 to 4, in a word of 8 bytes',
    mutants: {
      multi_cpu_stop: [
        'cmp w20, #1',
        'cmp w20, #1 <-> b.ls multi_cpu_stop_report',
        'b.ls multi_cpu_stop_report',
        'b.ls multi_cpu_stop_report <-> bl touch_nmi_watchdog',
        'bl touch_nmi_watchdog',
        'b multi_cpu_stop_report',
        'b multi_cpu_stop_report <-> cmp w20, #1',
      ],
      touch_nmi_watchdog: ['mrs x0, tpidr_el1', 'str wzr, [x1, x0]', 'str wzr, [x1, x0] <-> ret'],
    },
  },
  {
    reason: 'needed with weak data only: in tier 1 accesses to data are sequentially consistent',
    mutants: {
      multi_cpu_stop: [
        'dmb ishst',
        'str w0, [x1] <-> dmb ishst',
        'dmb ish',
        'dmb ish <-> cbnz w0, multi_cpu_stop_report',
        'cbnz w2, multi_cpu_stop_decrement_retry <-> dmb ish',
      ],
      aarch64_insn_patch_text_cb: ['dmb ish', 'cbnz w2, patch_text_arrive_retry <-> dmb ish'],
    },
  },
  {
    reason: 'nobody else stores to the counter then, and no store-exclusive of the model fails without that',
    mutants: {
      aarch64_insn_patch_text_cb: [
        'cbnz w2, patch_text_release_retry',
        'cbnz w2, patch_text_release_retry <-> b patch_text_out',
      ],
    },
  },
  {
    reason: 'both read constants: the record, the addresses and the words to write',
    mutants: {
      multi_cpu_stop: ['ldr x1, [x19] <-> ldr x0, [x19, #8]'],
      aarch64_insn_patch_text_cb: [
        'ldr x0, [x19] <-> ldr x1, [x19, #8]',
        'ldr x1, [x19, #8] <-> ldr x0, [x0, x20, lsl #3]',
        'ldr x0, [x0, x20, lsl #3] <-> ldr w1, [x1, x20, lsl #2]',
      ],
      patch_text_list: [
        'ldr x0, [x19] <-> ldr x1, [x19, #8]',
        'ldr x1, [x19, #8] <-> ldr x0, [x0, x20, lsl #3]',
        'ldr x0, [x0, x20, lsl #3] <-> ldr w1, [x1, x20, lsl #2]',
      ],
      __apply_alternatives: [
        'ldr x0, [x19] <-> ldr x4, [x19, #8]',
        'ldr x4, [x19, #8] <-> ldr w5, [x19, #16]',
      ],
      do_patch_machine: ['ldr x1, [x19] <-> ldr x0, [x19, #8]'],
    },
  },
  {
    reason: 'the callee leaves the register, or the flags, of the other instruction alone',
    mutants: {
      multi_cpu_stop: ['bl rcu_momentary_eqs <-> cmp w20, #4'],
      aarch64_insn_patch_text_cb: ['bl aarch64_insn_patch_text_nosync <-> add w20, w20, #1'],
      patch_text_list: ['bl aarch64_insn_patch_text_nosync <-> add w20, w20, #1'],
      __apply_alternatives: ['bl clean_dcache_range_nopatch <-> add x19, x19, #24'],
    },
  },
  {
    reason: 'where the branch goes, or where it comes from, the register is written before it is read',
    mutants: {
      multi_cpu_stop: ['cbz w21, multi_cpu_stop_ack <-> ldr x1, [x19]'],
      aarch64_insn_patch_text_cb: [
        'b.lt patch_text_next <-> adrp x1, cpu_count',
        'b.ne patch_text_wait <-> mov w20, #0',
      ],
      __apply_alternatives_multi_stop: ['cbz w0, alternatives_patcher <-> adrp x1, stopped_cpus'],
      do_patch_machine: ['b.eq patch_machine_patcher <-> adrp x1, patch_machine_active'],
      sdei_entry: ['b.lo sdei_gate_passed <-> adr x4, patch_machine_resume'],
    },
  },
  {
    reason: 'where the branch is taken the two registers are equal already',
    mutants: { multi_cpu_stop: ['b.eq multi_cpu_stop_unchanged <-> mov w20, w0'] },
  },
  {
    reason: 'both branches go to the same place',
    mutants: { multi_cpu_stop: ['b.ne multi_cpu_stop_ack <-> cbz w21, multi_cpu_stop_ack'] },
  },
  {
    reason:
      'falls into code that does nothing more: interrupts are masked already, or this CPU is released already',
    mutants: {
      multi_cpu_stop: ['b multi_cpu_stop_ack'],
      aarch64_insn_patch_text_cb: ['b patch_text_out'],
      do_patch_machine: ['b patch_machine_out (2)'],
    },
  },
  {
    reason: 'every CPU is active here, whatever its number',
    mutants: { multi_cpu_stop: ['cbz w21, multi_cpu_stop_ack', 'ldr w0, [x1, x0]'] },
  },
  {
    reason: 'the function takes no argument: it finds its list by a symbol',
    only: ['alternatives, patch 1'],
    mutants: { multi_cpu_stop: ['ldr x0, [x19, #8]', 'ldr x0, [x19, #8] <-> blr x1'] },
  },
  {
    reason:
      'the function takes no argument, and leaves an address in x0, which is not zero and so releases as well as 1',
    only: ['patch_machine, alternatives'],
    mutants: {
      do_patch_machine: ['ldr x0, [x19, #8]', 'ldr x0, [x19, #8] <-> blr x1', 'blr x1 <-> mov w0, #1'],
    },
  },
  {
    reason: 'w0 holds a number of words or an address, which is positive and so releases as well as 1',
    mutants: {
      aarch64_insn_patch_text_cb: ['mov w0, #1 (2)', 'mov w0, #1 <-> stadd w0, [x1]'],
      __apply_alternatives_multi_stop: ['mov w0, #1 (2)', 'bl __apply_alternatives <-> mov w0, #1'],
      do_patch_machine: ['mov w0, #1'],
    },
  },
  {
    reason: 'the waiter compares what it read in the iteration before, and leaves one iteration later',
    mutants: {
      aarch64_insn_patch_text_cb: [
        'cmp w0, w2 <-> b.gt patch_text_isb',
        'cmp w0, w21 <-> b.gt patch_text_isb',
        'ldr w0, [x1] <-> cmp w0, w21',
      ],
    },
  },
  {
    reason: 'the callback does not change x21, so the master need not restore it',
    only: ['patch_text, mainline'],
    mutants: { aarch64_insn_patch_text_cb: ['ldr x21, [sp, #32]', 'isb <-> ldr x21, [sp, #32]'] },
  },
  {
    reason: 'x21 changes only where it saves the priority mask',
    only: ['patch_machine, kprobes', 'patch_machine, alternatives', serror, ...sdei],
    mutants: { do_patch_machine: ['ldr x21, [sp, #32]'] },
  },
  {
    reason:
      'the caches routine has a DSB after its DC, which the address orders after the store, and an ISB at the end',
    mutants: {
      aarch64_insn_patch_text_nosync: [
        'str w1, [x2] <-> dsb ishst',
        'dsb ishst',
        'tlbi vaale1is, x2 <-> dsb ish',
        'dsb ish',
        'dsb ish <-> isb',
        'isb',
      ],
    },
  },
  {
    reason: 'translation is not modelled: the address of the TLBI does not matter, nor does the TLBI',
    mutants: {
      aarch64_insn_patch_text_nosync: [
        'ubfx x2, x2, #12, #44',
        'ubfx x2, x2, #12, #44 <-> tlbi vaale1is, x2',
        'tlbi vaale1is, x2',
      ],
    },
  },
  {
    reason:
      'x1 is the new word instead of the end: below every kernel address, so that one line is maintained, as before',
    mutants: {
      aarch64_insn_patch_text_nosync: ['add x1, x0, #4', 'add x1, x0, #4 <-> bl caches_clean_inval_pou'],
    },
  },
  {
    reason: 'a word lies in one line: the loop need not go round, and may go round once more',
    mutants: {
      caches_clean_inval_pou: [
        'add x3, x3, x2 <-> cmp x3, x1',
        'b.lo caches_clean_pou_line',
        'b.lo caches_clean_pou_line <-> dsb ish',
        'add x3, x3, x2 <-> cmp x3, x1 (2)',
        'cmp x3, x1 (2)',
        'cmp x3, x1 <-> b.lo caches_inval_pou_line',
        'b.lo caches_inval_pou_line',
        'b.lo caches_inval_pou_line <-> dsb ish',
      ],
    },
  },
  {
    reason:
      'the stride is 4 or less than a line, or the start stays in its line: every line is met all the same',
    mutants: {
      caches_clean_inval_pou: [
        'mov x2, #4 <-> lsl x2, x2, x3',
        'lsl x2, x2, x3',
        'lsl x2, x2, x3 <-> sub x3, x2, #1',
        'sub x3, x2, #1',
        'mrs x3, ctr_el0 (2)',
        'mov x2, #4 <-> lsl x2, x2, x3 (2)',
        'lsl x2, x2, x3 (2)',
        'lsl x2, x2, x3 <-> sub x3, x2, #1 (2)',
        'sub x3, x2, #1 (2)',
      ],
      clean_dcache_range_nopatch: [
        'mov x2, #4 <-> lsl x2, x2, x3',
        'lsl x2, x2, x3',
        'add x3, x3, x2 <-> cmp x3, x1',
      ],
    },
  },
  {
    reason:
      'LSLV shifts by the low six bits, and those of CTR_EL0 are IminLine, because bits 5 and 4 are RES0',
    mutants: {
      caches_clean_inval_pou: ['ubfx x3, x3, #0, #4', 'mrs x3, ctr_el0 <-> ubfx x3, x3, #0, #4'],
    },
  },
  {
    reason: 'the DSB comes after every entry instead of after the last one',
    mutants: { __apply_alternatives: ['b.lo apply_entry <-> dsb ish'] },
  },
  {
    reason:
      'PE_UNMASK goes through EL3, which synchronises context as an ISB does, before the site runs again',
    only: sdei,
    mutants: { caches_clean_inval_pou: ['dsb ish <-> isb', 'isb', 'isb <-> ret'] },
  },
  {
    reason: 'the same for a waiter, which calls PE_UNMASK in this answer alone',
    only: ['patch_machine, SDEI masked'],
    mutants: { do_patch_machine: ['isb', 'isb <-> b patch_machine_out'] },
  },
  {
    reason:
      'patch 4 masks every exception before this CPU signals, and restores after its ISB: stop_machine need not mask',
    only: [nmi, serror, ...sdei],
    mutants: {
      multi_cpu_stop: [
        'cmp w20, #2',
        'cmp w20, #2 <-> b.eq multi_cpu_stop_disable_irq',
        'b.eq multi_cpu_stop_disable_irq',
        'b multi_cpu_stop_ack <-> msr daifset, #0x3',
        'msr daifset, #0x3',
        'b.ne multi_cpu_stop_loop <-> msr daif, x22',
        'b multi_cpu_stop_ack <-> mov x0, #192',
        'mov x0, #192',
        'mov x0, #192 <-> msr s3_0_c4_c6_0, x0',
        'msr s3_0_c4_c6_0, x0',
        'b.ne multi_cpu_stop_loop <-> msr s3_0_c4_c6_0, x22',
      ],
    },
  },
  {
    reason: 'a write of ICC_PMR_EL1 takes effect at once in the model',
    mutants: { multi_cpu_stop: ['dsb sy', 'msr s3_0_c4_c6_0, x22 <-> dsb sy'] },
  },
  {
    reason: 'DAIF masks, so the priority mask matters neither before it is saved nor until it is restored',
    mutants: {
      do_patch_machine: [
        'msr daifset, #0xf <-> mrs x21, s3_0_c4_c6_0',
        'mov x0, #240',
        'mov x0, #240 <-> msr s3_0_c4_c6_0, x0',
        'msr s3_0_c4_c6_0, x0',
        'msr s3_0_c4_c6_0, x0 <-> mrs x0, tpidr_el1',
      ],
    },
  },
  {
    reason:
      'this CPU has synchronised its context: what comes in between two steps of unmasking runs what was patched',
    mutants: {
      do_patch_machine: ['msr s3_0_c4_c6_0, x21 <-> msr daif, x20', 'smc #0 <-> msr daif, x20'],
    },
  },
  {
    reason: 'DAIF is 0 where the priority masks, and x20 holds the state 3, which has no bit of DAIF',
    only: [nmi],
    mutants: { do_patch_machine: ['mrs x20, daif'] },
  },
  {
    reason: 'w20 holds the saved DAIF, which is 0 where the priority masks',
    only: [nmi],
    mutants: { patch_text_list: ['mov w20, #0'] },
  },
  {
    reason: 'COMPLETE takes no argument',
    mutants: { sdei_entry: ['mov x1, #0'] },
  },
];

/** The mutants that are listed for a protocol, of those that it contains. */
export function harmlessIn(protocol: string, contained: ReadonlySet<string>): string[] {
  return harmless.flatMap(({ only, mutants }) =>
    only === undefined || only.includes(protocol)
      ? Object.entries(mutants).flatMap(([fn, texts]) =>
          texts.map((text) => `${fn}: ${text}`).filter((name) => contained.has(name)),
        )
      : [],
  );
}
