import type { Atomics } from './atomics.ts';
import { answerIpi } from './ipi.ts';
import type { Kprobe } from './kprobe.ts';
import { kprobeHandlers } from './kprobe.ts';
import type { Origin } from './origin.ts';

/** Where the entry code comes from. */
export const vectorsOrigin: Origin = {
  functions: ['vectors', 'kernel_entry', 'ret_to_kernel', 'el1h_64_sync', 'el1h_64_irq'],
  file: 'arch/arm64/kernel/entry.S',
  changes: [],
};

/** What a handler does: nothing, or a call of `patched_function`. */
export type HandlerBody = 'harmless' | 'site';

/**
 * Which exceptions are expected and what their handlers do. A kind that is absent ends in `bad_mode`, a BUG; the
 * environment should not deliver it. Pseudo-NMIs arrive at the IRQ vector. No handler unmasks anything before its
 * exception return (the kernel re-enables D and A in its IRQ handler; that is left out).
 */
export interface Handlers {
  /** `ipi` answers kick_all_cpus_sync(). */
  readonly irq?: HandlerBody | 'ipi';
  readonly fiq?: HandlerBody;
  readonly serror?: HandlerBody;
  /** A watchpoint: synchronous, EC 0x35. */
  readonly watchpoint?: HandlerBody;
}

/** ESR_EL1.EC of what the synchronous handler tells apart (same EL). */
export const exceptionClasses = { watchpoint: 0x35, brk: 0x3c } as const;

/** Pushes x0..x2, x30, ELR_EL1 and SPSR_EL1: what the bodies clobber and what a nested BRK overwrites. */
function kernelEntry(): string {
  return `    stp x0, x1, [sp, #-48]!
    stp x2, x30, [sp, #16]
    mrs x0, elr_el1
    mrs x1, spsr_el1
    stp x0, x1, [sp, #32]`;
}

/** One asynchronous handler: `label`, its body, the way out. */
function asynchronous(label: string, body: string | undefined): string {
  if (body === undefined) return '';
  if (body === '') return `${label}:\n    eret\n`;
  return `${label}:
${kernelEntry()}
${body}
    b ret_to_kernel
`;
}

function bodyText(body: HandlerBody | undefined): string | undefined {
  return body === undefined ? undefined : body === 'site' ? '    bl patched_function' : '';
}

function synchronous(watchpoint: HandlerBody | undefined, kprobe: Kprobe | undefined): string {
  if (watchpoint === undefined && kprobe === undefined) return '';
  const toBrk = `    cmp w1, #${exceptionClasses.brk}
    b.ne el1_not_brk
    and w0, w0, #0xffff
    b el1_brk
el1_not_brk:
`;
  const toWatchpoint = `    cmp w1, #${exceptionClasses.watchpoint}
    b.ne bad_mode
${bodyText(watchpoint) ?? ''}
    b ret_to_kernel
`;
  return `el1h_64_sync:
${kernelEntry()}
    mrs x0, esr_el1
    lsr w1, w0, #26
${kprobe === undefined ? '' : toBrk}${watchpoint === undefined ? '    b bad_mode\n' : toWatchpoint}${
    kprobe === undefined ? '' : kprobeHandlers(kprobe)
  }`;
}

const slotBytes = 0x80;

/**
 * The table, labelled `vectors`: 16 slots, of which those of "current EL with SP_ELx" lead to the labels in `handled`,
 * and the others to `bad_mode`.
 */
function vectorTable(handled: ReadonlySet<string>): string {
  const sources = ['el1t', 'el1h', 'el0_64', 'el0_32'];
  const kinds = ['64_sync', '64_irq', '64_fiq', '64_error'];
  const slots = sources.flatMap((source) =>
    kinds.map((kind) => {
      const handler = `${source}_${kind}`;
      return `    .balign ${slotBytes}\n    b ${handled.has(handler) ? handler : 'bad_mode'}`;
    }),
  );
  return `    .balign 0x800
vectors:
${slots.join('\n')}
`;
}

/**
 * The vector table (VBAR_EL1 = `vectors`) and the handlers. Handlers save what they clobber on the interrupted
 * stack, in the frame x0, x1, x2, x30, ELR, SPSR. `own` are labels of handlers that the program has itself.
 */
export function exceptionVectors(
  handlers: Handlers,
  atomics: Atomics,
  kprobe: Kprobe | undefined,
  own: Iterable<string> = [],
): string {
  const irq = handlers.irq === 'ipi' ? answerIpi(atomics) : bodyText(handlers.irq);
  const text = {
    el1h_64_sync: synchronous(handlers.watchpoint, kprobe),
    el1h_64_irq: asynchronous('el1h_64_irq', irq),
    el1h_64_fiq: asynchronous('el1h_64_fiq', bodyText(handlers.fiq)),
    el1h_64_error: asynchronous('el1h_64_error', bodyText(handlers.serror)),
  };
  const rendered = Object.entries(text).flatMap(([label, code]) => (code === '' ? [] : [label]));
  const handled = new Set([...rendered, ...own]);
  return `    .text
bad_mode:
    brk #0x800

${Object.values(text).join('\n')}
ret_to_kernel:
    ldp x0, x1, [sp, #32]
    msr elr_el1, x0
    msr spsr_el1, x1
    ldp x2, x30, [sp, #16]
    ldp x0, x1, [sp], #48
    eret
${vectorTable(handled)}`;
}
