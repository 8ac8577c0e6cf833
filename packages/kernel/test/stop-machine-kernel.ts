import { type Kernel, openKernel } from '@quiesce/kernel';
import { handMadeKernel } from './hand-made.ts';

/** What is different from a kernel that patches like today's. */
export interface Variation {
  /** The instruction of `rcu_momentary_eqs` that is a site, and what replaces it. */
  readonly before?: string;
  readonly after?: string;
  /** CPU 0 waits until all others have arrived, as patch 1 of the series has it. */
  readonly waits?: boolean;
  /** What a waiter executes when it sees that all is patched. */
  readonly barrier?: string;
  /** Maintenance of the site behind the store. */
  readonly maintenance?: string;
  /** The flags of a BRK's entry of `__bug_table`, which CPU 0 comes to while it patches; 1 for a WARN. */
  readonly bugFlags?: number;
  /** The instruction of the entry code of exceptions that is a site, and what replaces it. */
  readonly handler?: readonly [before: string, after: string];
  /** What a CPU masks in DISABLE_IRQ, as DAIFSet has it; 3 for IRQ and FIQ, as today. */
  readonly masks?: number;
  /** Bytes of the stacks for events of firmware; 16 KiB, as with pages of 4 KiB. */
  readonly sdeiStack?: number;
  /** Whether these events have shadow call stacks too. */
  readonly shadowCallStack?: boolean;
}

/** Where per-CPU variables lie: behind everything that is not copied for each CPU. */
const perCpu = '_einittext + 0x1800';

/** Loads a per-CPU variable into X5 as `ldr_this_cpu` does. */
const perCpuLoad = (offset: number): string => `
  adrp x5, ${perCpu} + ${offset}
  add x5, x5, :lo12:${perCpu} + ${offset}
  mrs x6, tpidr_el1
  ldr x5, [x5, x6]
`;

/** The entry code of exceptions and of events of firmware, as short as can be, each with a site. */
const entry = (
  [before, after]: readonly [string, string],
  sdeiStack: number,
  shadowCallStack: boolean,
): string => `
  .balign 2048
vectors:
  .space 0x200
  b el1_sync
  .space 0x7c
${'  b el1_other\n  .space 0x7c\n'.repeat(3)}
  .space 0x400
el1_other:
  stp x0, x1, [sp, #-16]!
handler_site: ${before}
  alternative handler_site, 4, handler_replacement, 4, 4
  ldp x0, x1, [sp], #16
  eret
el1_sync:
  sub sp, sp, #336
  stp x0, x1, [sp]
  stp x2, x30, [sp, #16]
  mrs x1, elr_el1
  mrs x2, spsr_el1
  stp x1, x2, [sp, #256]
  mov x2, sp
  bl do_debug_exception
  ldp x1, x2, [sp, #256]
  msr elr_el1, x1
  msr spsr_el1, x2
  ldp x0, x1, [sp]
  ldp x2, x30, [sp, #16]
  add sp, sp, #336
  eret
do_debug_exception:
  ret
__sdei_asm_handler:
  stp x18, x19, [x1, #144]
${perCpuLoad(0)}
${perCpuLoad(8)}
  mov x7, sp
  mov x6, #${sdeiStack}
  add x5, x5, x6
  mov sp, x5
${shadowCallStack ? perCpuLoad(24) + perCpuLoad(32) : ''}
${perCpuLoad(16)}
  mov sp, x7
8: ${before}
  alternative 8b, 4, handler_replacement, 4, 4
  adrp x2, _text + 0x7ffe0
  ldr x2, [x2, :lo12:_text + 0x7ffe0]
  cmp x2, #1
  b.ne 9f
  movz x0, #0xc400, lsl #16
  movk x0, #0x25
  smc #0
9: brk #1
handler_replacement: ${after}
`;

/** A BRK and its entry among others: file, line and flags. */
const breakpoint = (flags: number): string => `
the_bug: brk #0x800
.section .data
  .balign 4
__start___bug_table:
  .word the_bug - ., 0
  .hword 0, ${flags}
__stop___bug_table:
  .word 0
.section .text
`;

const usual = {
  before: 'b 9f',
  after: 'nop',
  waits: false,
  barrier: 'isb',
  masks: 3,
  sdeiStack: 16_384,
  shadowCallStack: false,
  maintenance: 'dc civac, x1\ndsb ish\nic ialluis\ndsb ish\nisb',
} as const;

const address = (register: string, name: string): string =>
  `adrp ${register}, ${name}\nadd ${register}, ${register}, :lo12:${name}`;

/** Where a hand-made kernel has `cpu_hwcaps`: behind everything that its file holds. */
const capabilities = '_text + 0x7ffc0';

const increment = `
  ${address('x3', 'arrived')}
5: ldxr w4, [x3]
  add w4, w4, #1
  stxr w5, w4, [x3]
  cbnz w5, 5b
`;

const wait = `
  ${address('x3', 'arrived')}
  ${address('x4', '__num_online_cpus')}
  ldr w4, [x4]
  sub w4, w4, #1
5: ldr w5, [x3]
  yield
  cmp w5, w4
  b.ne 5b
`;

/** The stop machine and the alternatives of a kernel, as short as can be. */
function source(variation: Variation): string {
  const { before, after, waits, barrier, maintenance, masks, bugFlags, handler, sdeiStack, shadowCallStack } =
    {
      ...usual,
      ...variation,
    };
  return `
multi_cpu_stop:
  paciasp
  stp x29, x30, [sp, #-48]!
  stp x19, x20, [sp, #16]
  stp x21, x22, [sp, #32]
  mov x20, x0
  mrs x0, sp_el0
  ldr w21, [x0, #16]
  mov w22, #0
1: bl stop_machine_yield
  ldr w19, [x20, #32]
  cmp w19, w22
  b.eq 1b
  cmp w19, #2
  b.ne 2f
  msr daifset, #${masks}
2: cmp w19, #3
  b.ne 3f
  ldp x1, x0, [x20]
  blr x1
  mov w2, w0
3: add x21, x20, #36
4: ldaxr w1, [x21]
  sub w1, w1, #1
  stlxr w0, w1, [x21]
  cbnz w0, 4b
  dmb ish
  cbnz w1, 5f
  ldr w0, [x20, #32]
  ldr w1, [x20, #16]
  add w0, w0, #1
  str w1, [x20, #36]
  dmb ishst
  str w0, [x20, #32]
5: bl rcu_momentary_eqs
  mov w22, w19
  cmp w19, #4
  b.ne 1b
  ldp x19, x20, [sp, #16]
  ldp x21, x22, [sp, #32]
  ldp x29, x30, [sp], #48
  autiasp
  ret
rcu_momentary_eqs:
  nop
the_site: ${before}
  alternative the_site, 4, the_replacement, 4, 4
9: ret
stop_machine_yield:
  yield
  ret
stop_machine_cpuslocked:
  ret
the_replacement: ${after}
__apply_alternatives_multi_stop:
  stp x29, x30, [sp, #-16]!
  mrs x0, sp_el0
  ldr w1, [x0, #16]
  cbz w1, 7f
  ${waits ? increment : ''}
  ${address('x2', 'applied')}
6: ldr w0, [x2]
  yield
  cbz w0, 6b
  ${barrier}
  b 8f
7: ${waits ? wait : ''}
  ${address('x0', 'kernel_alternatives')}
  bl __apply_alternatives
  ${address('x2', 'applied')}
  mov w0, #1
  str w0, [x2]
8: mov w0, #0
  ldp x29, x30, [sp], #16
  ret
${bugFlags === undefined && handler === undefined ? '' : entry(handler ?? ['nop', 'nop'], sdeiStack, shadowCallStack)}
__apply_alternatives:
${bugFlags === undefined ? '' : breakpoint(bugFlags)}
  ldp x6, x7, [x0]
  ${address('x8', capabilities)}
  ldr x8, [x8]
1: cmp x6, x7
  b.hs 3f
  ldrh w9, [x6, #8]
  lsr x10, x8, x9
  tbz w10, #0, 2f
  tbnz w9, #15, 2f
  ldrsw x1, [x6]
  add x1, x1, x6
  ldrsw x2, [x6, #4]
  add x2, x2, x6
  ldr w3, [x2, #4]
  ${address('x4', 'kimage_voffset')}
  ldr x4, [x4]
  ${address('x5', 'memstart_addr')}
  ldr x5, [x5]
  sub x4, x1, x4
  sub x4, x4, x5
  orr x4, x4, #0xffff000000000000
  str w3, [x4]
  ${maintenance}
2: add x6, x6, #12
  b 1b
3: ret
.section .data
  .balign 8
kernel_alternatives: .quad __alt_instructions, __alt_instructions_end
kimage_voffset: .quad 0
memstart_addr: .quad 0
__num_online_cpus: .word 0
applied: .word 0
arrived: .word 0
  .word 0
.section .text
subject: ret
`;
}

/** Builds such a kernel. */
export function stopMachineImage(variation: Variation = {}): Uint8Array {
  return handMadeKernel({ subject: source(variation) }).image;
}

/** Builds and opens such a kernel. */
export function stopMachineKernel(variation: Variation = {}): Kernel {
  return openKernel(stopMachineImage(variation));
}
