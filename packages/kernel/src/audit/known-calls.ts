import type { Kernel } from '../kernel.ts';

/**
 * Functions that call through a pointer, and the functions that the kernel puts there: pointers that are set once while booting, the
 * tables of faults and of breakpoints, the handlers of firmware's events.
 */
const known: readonly (readonly [callers: RegExp, targets: readonly string[]])[] = [
  // handle_arch_irq and handle_arch_fiq.
  [
    /^(?:do_interrupt_handler|call_on_irq_stack|el1_interrupt|el1_irq|irq_handler)$/,
    ['gic_handle_irq', 'default_handle_irq', 'default_handle_fiq', 'handle_bad_irq'],
  ],
  // fault_info and debug_fault_info.
  [
    /^do_mem_abort$/,
    [
      ...['do_bad', 'do_translation_fault', 'do_page_fault', 'do_alignment_fault', 'do_sea'],
      ...['do_tag_check_fault', 'do_tag_recovery'],
    ],
  ],
  [
    /^do_debug_exception$/,
    [
      'do_bad',
      'breakpoint_handler',
      'single_step_handler',
      'watchpoint_handler',
      'brk_handler',
      'early_brk64',
    ],
  ],
  // The lists of break_hook and step_hook.
  [
    /^(?:call_break_hook|brk_handler)$/,
    [
      ...['kprobe_breakpoint_handler', 'kprobe_breakpoint_ss_handler', 'kretprobe_breakpoint_handler'],
      ...['bug_handler', 'cfi_handler', 'reserved_fault_handler', 'ubsan_handler', 'kasan_handler'],
      ...['kgdb_brk_fn', 'kgdb_compiled_brk_fn'],
    ],
  ],
  [/^(?:call_step_hook|single_step_handler)$/, ['kgdb_step_brk_fn', 'kprobe_single_step_handler']],
  // Who registers events of firmware.
  [
    /^(?:_?sdei_handler|do_sdei_event|sdei_event_handler)$/,
    ['ghes_sdei_normal_callback', 'ghes_sdei_critical_callback'],
  ],
];

/** The known targets of calls through pointers; see {@link knownCalls}. */
export type KnownCalls = (caller: string) => readonly number[] | undefined;

/**
 * For the name of a function, the offsets of those that it calls through pointers, where they are known and the kernel has them;
 * undefined where they are not known. Static functions may share a name: all of them are targets.
 */
export function knownCalls({ symbols, layout }: Kernel): KnownCalls {
  const places = new Map<string, number[]>(
    known.flatMap(([, names]) => names.map((name) => [name, []] as const)),
  );
  for (const { name, address } of symbols.symbols) places.get(name)?.push(address - layout.base);
  return (caller) => {
    const names = known.find(([callers]) => callers.test(caller))?.[1];
    const found = names?.flatMap((name) => places.get(name) ?? []) ?? [];
    return found.length === 0 ? undefined : found;
  };
}
