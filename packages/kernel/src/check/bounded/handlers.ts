import { isAnswered } from '../stubs.ts';

/**
 * The C functions behind the entry code of exceptions from EL1 and of SDEI events. What they do is the rest of the kernel; the entry code
 * and the return are the kernel's own.
 */
const handlers =
  /^(?:el1h_64_(?:sync|irq|fiq|error)_handler|do_serror|enter_el1_irq_or_nmi|exit_el1_irq_or_nmi|el1_(?:irq|fiq|error|sync)_handler|__sdei_handler)$/;

/** Whether a function is answered instead of executed: one outside what is checked, or the C part of an exception handler. */
export function isStub(name: string): boolean {
  return isAnswered(name) || handlers.test(name);
}
