/** Functions that only report: following them would bring in the console, and what they print is not the question. */
const reporting =
  /^(?:_?_?printk|_printk_deferred|printk_\w+|vprintk\w*|panic|die|oops_\w+|__warn\w*|warn_slowpath\w*|__stack_chk_fail|dump_stack\w*|show_\w+|bust_spinlocks|__ubsan\w*|lockdep\w*|_?_?dynamic_\w+|arm64_serror_panic|arm64_notify_die|__show_regs|nmi_panic|kgdb_\w+|crash_\w+|report_bug|usercopy_\w+)$/;

/** Functions that sleep or need interrupts, which are off while text is patched. */
const impossible =
  /^(?:schedule\w*|__schedule|preempt_schedule\w*|io_schedule\w*|wait_for_\w+|mutex_\w+|down_\w+|rt_(?:spin|mutex|read|write)_?\w+|rtlock_\w+|__might_\w+)$/;

/** Functions behind which lies most of the kernel, and which only wake somebody or check a copy. */
const outside =
  /^(?:try_to_wake_up|wake_up_\w+|swake_up_\w+|irq_work_\w+|___ratelimit|__check_object_size|__check_heap_object)$/;

/** Functions that run only when a lock is contended, a tracepoint is on, or another CPU waits for a grace period. */
const slow =
  /^(?:queued_spin_lock_slowpath|queued_(?:read|write)_lock_slowpath|__traceiter_\w+|__bpf_trace\w*|rcu_report_exp_\w+|rcu_preempt_deferred_qs\w*)$/;

/**
 * Where handlers of exceptions go over into the rest of the kernel: pages that are missing, signals and the end of a task, soft
 * interrupts and time, the drivers behind an interrupt or an event of firmware, undefined instructions that are emulated.
 */
const beyondHandlers =
  /^(?:__?do_page_fault|do_page_fault|do_translation_fault|do_alignment_fault|do_tag_\w+|__do_kernel_fault|die_\w+|(?:arm64_)?force_\w+|send_sig\w*|arm64_show_signal|make_task_dead|do_exit|do_undefinstr|do_el1_undef|call_undef_hook|fixup_exception\w*|search_\w+|atomic_notifier_call_chain\w*|notify_die|ghes_\w+|apei_\w+|sdei_api_\w+|invoke_sdei_fn|perf_\w+|(?:do_|__|invoke_)?(?:do_)?softirq\w*|_?_?irq_exit\w*|rcu_\w+|__rcu_\w+|tick_\w+|account_\w+|handle_\w+_irq|handle_\w+_nmi|generic_handle_\w+|handle_domain_\w+|__handle_domain_irq|handle_IPI|bug_handler|kgdb_\w+|kprobe_\w+|kretprobe_\w+|setup_singlestep|uprobe_\w+|toggle_bp_registers|add_taint|fpsimd_\w+)$/;

/** Suffixes that the compiler gives to parts of functions. */
const suffix = /(?:\.(?:part|isra|constprop|cold)(?:\.\d+)?)+$/;

/** Whether a function is declared to be a stub: it is named in the report and never followed. */
export function isStub(name: string): boolean {
  const plain = name.replace(suffix, '');
  return [reporting, impossible, outside].some((pattern) => pattern.test(plain));
}

/** Whether a function is a slow path: what lies behind it is reported apart. */
export function isSlowPath(name: string): boolean {
  return slow.test(name.replace(suffix, ''));
}

/** Whether a function is where handlers of exceptions go over into the rest of the kernel. */
export function isBeyondHandlers(name: string): boolean {
  return beyondHandlers.test(name.replace(suffix, ''));
}
