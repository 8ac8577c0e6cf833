/** What a CPU holds that is about to execute the first instruction of `multi_cpu_stop`. Addresses are numbers. */
export interface SnapshotCpu {
  /** `struct multi_stop_data`. */
  readonly x0: number;
  readonly sp: number;
  /** SP_EL0: the current task. */
  readonly task: number;
  /** TPIDR_EL1, or TPIDR_EL2 of a kernel at EL2: the offset of its per-CPU variables. */
  readonly perCpu: number;
}

/** A machine that was stopped when all its CPUs were about to enter `multi_cpu_stop`. */
export interface Snapshot {
  readonly cpus: readonly SnapshotCpu[];
  /** The memory of the kernel's image, .bss included; the file's where it could not be read. */
  readonly image: Uint8Array;
  /** Other memory: pages of 4096 bytes by their address. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
}
