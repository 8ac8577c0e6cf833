/** Labels that every program has. */
export const stopperLabels = {
  /** Where every CPU starts: EL1h, DAIF = 0, SP = `stack_top`, TPIDR_EL1 = 0, VBAR_EL1 = `vectors`. */
  entry: 'stopper_thread',
  /** A CPU whose PC is here has finished. */
  done: 'stopper_done',
  /** Base of the vector table. */
  vectors: 'vectors',
} as const;

/**
 * The stopper thread, from the moment it has taken the work: the stop, then one call of the patched function,
 * which stands for whatever this CPU runs next.
 */
export function stopperThread(): string {
  return `    .text
stopper_thread:
    adrp x0, multi_stop_data
    add x0, x0, :lo12:multi_stop_data
    bl multi_cpu_stop
    bl patched_function
stopper_done:
    wfi
    b stopper_done
`;
}
