/**
 * Functions outside what is checked: they report, or tell RCU's grace-period thread. A CPU that calls one gets 0 at once,
 * and the result names it.
 */
const outside =
  /^(?:_?printk|_printk_deferred|__warn_printk|dump_stack|__stack_chk_fail|rcu_report_exp_cpu_mult)$/;

/** Whether a function is answered instead of executed. */
export function isAnswered(name: string): boolean {
  return outside.test(name);
}
