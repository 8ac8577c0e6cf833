import type { Origin } from './origin.ts';

/** Where the kprobe handling comes from. */
export const kprobeOrigin: Origin = {
  functions: ['kprobe_breakpoint_handler', 'setup_singlestep', 'kprobe_breakpoint_ss_handler'],
  file: 'arch/arm64/kernel/probes/kprobes.c',
  changes: [
    { commit: 'a0caebbd0460', year: 2022, what: 'the single-step slot is written without stop_machine' },
  ],
};

/** One registered kprobe. */
export interface Kprobe {
  /** Label of the probed word. */
  readonly label: string;
  /** The instruction that stood there; position-independent. */
  readonly probed: string;
  /** The pre-handler: nothing, or a call of `patched_function`. */
  readonly handler: 'harmless' | 'site';
}

/**
 * The BRK part of the synchronous exception handler, entered with the frame of kernelEntry() on the stack and
 * the immediate of the BRK in w0. BRK #4 at the probe runs the pre-handler, saves and masks DAIF in the saved PSTATE and resumes
 * in the slot; BRK #6 at the end of the slot undoes that and resumes behind the probe. A BRK elsewhere is a bug.
 */
export function kprobeHandlers({ label, probed, handler }: Kprobe): string {
  return `el1_brk:
    cmp w0, #0x4
    b.eq kprobe_breakpoint_handler
    cmp w0, #0x6
    b.eq kprobe_breakpoint_ss_handler
    b bad_mode

kprobe_breakpoint_handler:
    ldr x0, [sp, #32]
    adrp x1, ${label}
    add x1, x1, :lo12:${label}
    cmp x0, x1
    b.ne bad_mode
${handler === 'site' ? '    bl patched_function\n' : ''}// setup_singlestep()
    ldr x0, [sp, #40]
    and x2, x0, #0x3c0
    orr x0, x0, #0x3c0
    str x0, [sp, #40]
    mrs x0, tpidr_el1
    adrp x1, kprobe_saved_irqflag
    add x1, x1, :lo12:kprobe_saved_irqflag
    str x2, [x1, x0]
    adr x0, kprobe_slot
    str x0, [sp, #32]
    b ret_to_kernel

kprobe_breakpoint_ss_handler:
    ldr x0, [sp, #32]
    adr x1, kprobe_slot_end
    cmp x0, x1
    b.ne bad_mode
    mrs x0, tpidr_el1
    adrp x1, kprobe_saved_irqflag
    add x1, x1, :lo12:kprobe_saved_irqflag
    ldr x2, [x1, x0]
    ldr x0, [sp, #40]
    bic x0, x0, #0x3c0
    orr x0, x0, x2
    str x0, [sp, #40]
    adrp x0, ${label}
    add x0, x0, :lo12:${label}
    add x0, x0, #4
    str x0, [sp, #32]
    b ret_to_kernel

kprobe_slot:
    ${probed}
kprobe_slot_end:
    brk #0x6

    .section .percpu, "aw"
    .balign 8
kprobe_saved_irqflag:
    .quad 0
    .text
`;
}
