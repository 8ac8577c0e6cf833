import type { MemorySpec } from '@quiesce/memory';

/**
 * What the environment may do between two instructions.
 *
 * - `irq`, `fiq`: masked by DAIF.I and DAIF.F; an IRQ also by the priority mask (priority 0xc0, as PMR shows it).
 * - `nmi`: a pseudo-NMI, an IRQ of priority 0x80: masked by DAIF.I and by a priority mask of 0x80 or below.
 * - `serror`: masked by DAIF.A.
 * - `watchpoint`: masked by DAIF.D; arrives at the synchronous vector with the exception class of a watchpoint.
 * - `sdei`: a private SDEI event; `sdei-shared`: a shared one, which goes to any CPU. Masked by PE_MASK and by a running
 *   handler of the same or higher priority, never by DAIF.
 */
export type EventKind = 'irq' | 'fiq' | 'nmi' | 'serror' | 'watchpoint' | 'sdei' | 'sdei-shared';

/** One kind of event that the environment may deliver. */
export interface EventSpec {
  readonly kind: EventKind;
  /** How many of them in a run; `unlimited` keeps the verdict unconditional. */
  readonly budget: number | 'unlimited';
  /** Numbers of the CPUs that it may hit, all or none of each role. Default: every CPU. */
  readonly cpus?: readonly number[];
  /** For SDEI events: the event number in X0. Default 804. */
  readonly number?: number;
  /** For SDEI events: what was registered with the handler, in X1. Default 0. */
  readonly argument?: number;
  /** For SDEI events. Default `normal`. */
  readonly priority?: 'normal' | 'critical';
}

/**
 * Arm ARM issue of the list of instructions that may be modified under execution. `none` asks whether CPUs are quiescent:
 * what the newest list permits is then harmless only to a CPU that knows of the modification.
 */
export type SafeListIssue = '2013' | '2021' | '2026' | 'none';

/** A machine, complete: nothing else decides what it can do. */
export interface MachineSpec {
  /**
   * How data accesses are ordered. 1: sequentially consistent. 2: as far as barriers, dependencies, acquire and release
   * order them. Default 1.
   */
  readonly tier?: 1 | 2;
  /** Number of PEs, 1 to 64. */
  readonly cpus: number;
  readonly memory: MemorySpec;
  /** The kernel runs at EL2 (FEAT_VHE); see `Pe.isHost`. Default false. */
  readonly isHost?: boolean;
  /** Where every CPU starts. */
  readonly entry: number;
  /** Where each CPU starts, by number, CPUs of one role alike. Default: at {@link entry}. */
  readonly entries?: readonly number[];
  /** Initial SP_EL1, a multiple of 16. */
  readonly stackPointer: number;
  /** VBAR_EL1; without it any exception faults when its vector is fetched. */
  readonly vectors?: number;
  /**
   * A CPU that reaches this address has finished: it takes no more steps and no more events. Interrupts that other CPUs
   * send it still takes.
   */
  readonly done: number;
  /** Address of a private 32-bit word that holds the number of the CPU, as smp_processor_id() reads it. */
  readonly cpuNumber?: number;
  /**
   * CPUs that are treated alike: `roles[c]` names the role of CPU c, by default a role for each CPU. CPUs of one role
   * must be consecutive. They read the number of the first of them, so that exchanging two of them changes nothing
   * and states that differ by such an exchange can count as one. The program may therefore use the number to tell
   * roles apart, not CPUs within a role.
   */
  readonly roles?: readonly number[];
  /**
   * Addresses of private 32-bit words that only count, such as RCU's quiescent states: nothing that the program does depends
   * on how far. In a search they go back to what they hold at first after every step, or waiting would never come to a state
   * that was seen. That nothing depends on them is assumed, not checked. Default: none.
   */
  readonly counters?: readonly number[];
  /** PSTATE.DAIF at the start, as MRS DAIF reads it. Default 0: nothing masked. */
  readonly daif?: number;
  /** ICC_PMR_EL1 at the start. Default 0xf0: pseudo-NMI off, nothing masked. */
  readonly priorityMask?: number;
  readonly events?: readonly EventSpec[];
  /** Where firmware enters an SDEI handler. Needed for SDEI events. */
  readonly sdeiEntry?: number;
  /** Firmware delivers no SDEI event to a CPU before it has called PE_UNMASK (DEN0054). Default false. */
  readonly sdeiMasked?: boolean;
  /** BRK immediates that are the program's own BUG: reaching one is the violation `assert`. Default 0x800. */
  readonly bugs?: readonly number[];
  /** Default: the newest. */
  readonly safeList?: SafeListIssue;
  /** What each CPU starts with, by number, CPUs of one role alike. */
  readonly starts?: readonly StartSpec[];
  /**
   * Whether a fetch that may yield several words, and an undefined instruction, can be violations. Where not, as in a
   * litmus test, any of the words is fetched, and the exception goes to its vector. Default true.
   */
  readonly judged?: boolean;
}

/** What one CPU starts with beside what is the same for all. */
export interface StartSpec {
  /** X0 to X30 as 62 cells, each low half first. Default: zero. */
  readonly registers?: Int32Array;
  /** VBAR_EL1. Default: that of the machine. */
  readonly vectors?: number;
}

/** What can be wrong with a {@link MachineSpec}. */
export type MachineErrorCode =
  'bad-cpus' | 'bad-role' | 'bad-entry' | 'bad-event' | 'bad-choice' | 'directed-interrupt' | 'unforeseen';

/** A machine that cannot be built, or a choice that it does not offer. */
export class MachineError extends Error {
  readonly code: MachineErrorCode;

  constructor(code: MachineErrorCode, message: string) {
    super(message);
    this.name = 'MachineError';
    this.code = code;
  }
}
