import { atomicAddReturn } from './atomics.ts';
import type { IrqMasking } from './irqflags.ts';
import { localIrqDisable, localIrqRestore, localSaveFlags } from './irqflags.ts';
import type { Origin } from './origin.ts';
import { smpProcessorId } from './percpu.ts';

/** Where multi_cpu_stop() comes from. */
export const multiCpuStopOrigin: Origin = {
  functions: ['multi_cpu_stop', 'set_state', 'ack_state', 'stop_machine_yield'],
  file: 'kernel/stop_machine.c',
  changes: [
    { commit: 'ce4f06dcbb5d', year: 2018, what: 'stopped CPUs touch the NMI watchdog in the loop' },
    {
      commit: 'cb9d7fd51d9f',
      year: 2018,
      what: 'that callee must not be traced: it runs while text is patched',
    },
    { commit: '366237e7b083', year: 2019, what: 'report a momentary RCU quiescent state in the loop' },
    { commit: 'b1fc58333575', year: 2019, what: 'one marked load of the state an iteration' },
    {
      commit: '4230e2deaa48',
      year: 2020,
      what: 'the RCU report and the yield hook must not be traced either',
    },
  ],
};

/** The states of the stop, in order. */
export const multiStopStates = { none: 0, prepare: 1, disableIrq: 2, run: 3, exit: 4 } as const;

/**
 * How the acknowledgement decrements `thread_ack`:
 * - `lse`, `llsc`: that form, never patched;
 * - `alternative-branch` (since 5.4): a B to the LL/SC form that a capability turns into a NOP, site
 *   `site_lse_branch`;
 * - `alternative-words`: four words of LL/SC loop against LSE and padding, the shape that per-CPU operations have
 *   to this day, site `site_lse_words`;
 * - `alternative-call` (4.3 to 5.3): a BL to the out-of-line LL/SC function among two NOPs against three words of
 *   LSE, site `site_lse_call`.
 */
export type AckAtomics = 'lse' | 'llsc' | 'alternative-branch' | 'alternative-words' | 'alternative-call';

/** The marked load of the state: LDR, or LDAR in kernels built with LTO, where LDAPR is an alternative to it. */
export type StateLoad = 'ldr' | 'ldar';

/** What {@link multiCpuStop} is built from. */
export interface MultiCpuStopOptions {
  /** Label of the function that active CPUs call in RUN. */
  readonly fn: string;
  /** Label of the record that it gets in x0. */
  readonly data: string;
  readonly atomics: AckAtomics;
  readonly irqMasking: IrqMasking;
  readonly stateLoad: StateLoad;
  /**
   * `symbol`: a CPU tests its own bit in ACTIVE_MASK, as the kernel does. `all`: every CPU is active and the
   * test is left out, so that code without CPU numbers keeps CPUs interchangeable.
   */
  readonly activeMask: 'symbol' | 'all';
}

/** atomic_dec_and_test(&thread_ack): the address is in x1, the new value comes back in w0. */
function ackDecrement(atomics: AckAtomics): string {
  switch (atomics) {
    case 'lse':
    case 'llsc':
      return atomicAddReturn(atomics, -1, { at: 'multi_cpu_stop_decrement' });
    case 'alternative-branch':
      return `site_lse_branch:
    b multi_cpu_stop_llsc
${atomicAddReturn('lse', -1, { at: 'multi_cpu_stop_decrement' })}
multi_cpu_stop_decremented:`;
    case 'alternative-words':
      // The barrier stands outside the site, so that both forms are fully ordered.
      return `    mov w2, #-1
site_lse_words:
    ldxr w0, [x1]
    add w0, w0, w2
    stlxr w3, w0, [x1]
    cbnz w3, site_lse_words
    dmb ish`;
    case 'alternative-call':
      return `    mov w0, #1
site_lse_call:
    nop
    bl __ll_sc_atomic_sub_return
    nop`;
  }
}

/** What the acknowledgement keeps out of line. */
function outOfLine(atomics: AckAtomics): string {
  switch (atomics) {
    case 'alternative-branch':
      return `multi_cpu_stop_llsc:
${atomicAddReturn('llsc', -1, { at: 'multi_cpu_stop_llsc_decrement' })}
    b multi_cpu_stop_decremented`;
    case 'alternative-call':
      // Only x16, x17 and x30 are clobbered beside the result: the caller's inline code expects no call.
      return `__ll_sc_atomic_sub_return:
    ldxr w16, [x1]
    sub w16, w16, w0
    stlxr w17, w16, [x1]
    cbnz w17, __ll_sc_atomic_sub_return
    dmb ish
    mov w0, w16
    ret`;
    default:
      return '';
  }
}

/** READ_ONCE(msdata->state) into w1. */
function loadState(stateLoad: StateLoad): string {
  return stateLoad === 'ldr'
    ? `    adrp x0, state
    ldr w1, [x0, :lo12:state]`
    : `    adrp x0, state
    add x0, x0, :lo12:state
site_state_load:
    ldar w1, [x0]`;
}

/** cpumask_test_cpu(): w21 := this CPU is active. */
function testActive(activeMask: MultiCpuStopOptions['activeMask']): string {
  return activeMask === 'all'
    ? '    mov w21, #1'
    : `${smpProcessorId()}
    ldr x1, [x19, #24]
    lsr x0, x1, x0
    and w21, w0, #1`;
}

/**
 * multi_cpu_stop() with its callees and data: what every online CPU runs in its stopper thread, from PREPARE to
 * EXIT. x0 is the address of `multi_stop_data`. Words in `.data`: `state`, `thread_ack`.
 *
 * x19 holds the record, w20 the state this CPU has reached, w21 whether it is active, x22 the saved IRQ flags. The result of the
 * function is not kept: nobody sleeps on this stop. The label `site_stop_loop` names an ordinary instruction
 * that every iteration executes.
 */
export function multiCpuStop(options: MultiCpuStopOptions): string {
  const { none, prepare, disableIrq, run, exit } = multiStopStates;
  return `    .text
multi_cpu_stop:
    stp x29, x30, [sp, #-48]!
    mov x29, sp
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    mov x19, x0
${localSaveFlags(options.irqMasking, 'x22')}
${testActive(options.activeMask)}
    mov w20, #${none}
multi_cpu_stop_loop:
    bl stop_machine_yield
${loadState(options.stateLoad)}
site_stop_loop:
    mov w0, w1
    cmp w0, w20
    b.eq multi_cpu_stop_unchanged
    mov w20, w0
    cmp w20, #${disableIrq}
    b.eq multi_cpu_stop_disable_irq
    cmp w20, #${run}
    b.ne multi_cpu_stop_ack
    cbz w21, multi_cpu_stop_ack
    ldr x1, [x19]
    ldr x0, [x19, #8]
    blr x1
    b multi_cpu_stop_ack
multi_cpu_stop_disable_irq:
${localIrqDisable(options.irqMasking)}
multi_cpu_stop_ack:
    adrp x1, thread_ack
    add x1, x1, :lo12:thread_ack
${ackDecrement(options.atomics)}
    cbnz w0, multi_cpu_stop_report
// The last CPU re-arms the counter and publishes the next state.
    ldr w0, [x19, #16]
    str w0, [x1]
    dmb ishst
    add w0, w20, #1
    adrp x1, state
    str w0, [x1, :lo12:state]
    b multi_cpu_stop_report
multi_cpu_stop_unchanged:
    cmp w20, #${prepare}
    b.ls multi_cpu_stop_report
    bl touch_nmi_watchdog
multi_cpu_stop_report:
    bl rcu_momentary_eqs
    cmp w20, #${exit}
    b.ne multi_cpu_stop_loop
${localIrqRestore(options.irqMasking, 'x22')}
    ldp x21, x22, [sp, #32]
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #48
    ret
${outOfLine(options.atomics)}

stop_machine_yield:
    yield
    ret

// The kernel counts up a per-CPU sequence here. A constant is stored instead, so that the state space is finite.
rcu_momentary_eqs:
    mrs x0, tpidr_el1
    adrp x1, rcu_need_heavy_qs
    add x1, x1, :lo12:rcu_need_heavy_qs
    str wzr, [x1, x0]
    ret

// The time stamp that the kernel resets is a constant here for the same reason.
touch_nmi_watchdog:
    mrs x0, tpidr_el1
    adrp x1, watchdog_touch_ts
    add x1, x1, :lo12:watchdog_touch_ts
    str wzr, [x1, x0]
    ret

    .section .rodata
    .balign 8
multi_stop_data:
    .quad ${options.fn}
    .quad ${options.data}
    .quad NR_CPUS
    .quad ACTIVE_MASK

    .data
    .balign 64
state:
    .quad ${prepare}
    .balign 64
thread_ack:
    .quad NR_CPUS

    .section .percpu, "aw"
    .balign 8
rcu_need_heavy_qs:
    .quad 0
watchdog_touch_ts:
    .quad 0
`;
}
