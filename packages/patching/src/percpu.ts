/**
 * Loads the number of this CPU into w0, as smp_processor_id() does: the per-CPU offset of TPIDR_EL1 is added to
 * the address of the word. x1 is clobbered.
 */
export function smpProcessorId(): string {
  return `    mrs x0, tpidr_el1
    adrp x1, cpu_number
    add x1, x1, :lo12:cpu_number
    ldr w0, [x1, x0]`;
}

/** num_online_cpus() into a W register, from the word in `.rodata`. The X register of that number is used alone. */
export function numOnlineCpus(number: number): string {
  return `    adrp x${number}, __num_online_cpus
    ldr w${number}, [x${number}, :lo12:__num_online_cpus]`;
}

/** The word `cpu_number`, which the machine fills in on each CPU. */
export function cpuNumberWord(): string {
  return `    .section .percpu, "aw"
    .balign 8
cpu_number:
    .quad 0`;
}

/** The word behind num_online_cpus(). It is constant: no program changes the set of online CPUs. */
export function numOnlineCpusWord(): string {
  return `    .section .rodata
    .balign 8
__num_online_cpus:
    .quad NR_CPUS`;
}
