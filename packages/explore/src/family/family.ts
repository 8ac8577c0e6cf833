/**
 * A family of systems: one program for any number of processes that are alike, beside a few that are not. A member is
 * named by N, the number of processes in all.
 *
 * Parts are numbers that the family gives out: a _shared_ state, and a _local_ state for each process. Processes are
 * told apart by their local states alone, so a state of a member is a shared state and, for each local state, how many
 * processes are in it. What a step does depends on the shared state, on the local state of the process that makes it,
 * and on nothing else but _guards_: comparisons of numbers that depend on the population, such as N and the counters.
 *
 * A _counter_ is a shared number that is kept out of the shared state, because it counts processes: its value is
 * `base(shared)` plus the `weight` of every process, which is a function of its local state. That this is so is a claim
 * of the family, and it is checked on every transition.
 */
export interface Family {
  /** Local states of the processes of which there is exactly one in every member. */
  readonly singles: readonly number[];
  /** The local state in which all the others start, and how many there are at least. */
  readonly others: { readonly local: number; readonly least: number };
  /** The shared state in which every member starts. */
  readonly shared: number;
  /** Names of the counters. */
  readonly counters: readonly string[];
  /** Their values at the start. */
  readonly initially: readonly Affine[];
  /** Names of the violations that steps and states can show; violation `v` is `violations[v - 1]`. */
  readonly violations: readonly string[];
  /**
   * Every step that a process in a local state can make, for every member. Steps with the same `choice` stand next to each
   * other and are one decision of the scheduler: for each population the guards of at least one of them hold.
   */
  steps(shared: number, local: number): readonly FamilyStep[];
  /** What a broadcast does to each other process: its new local state and the violation that it shows, or 0. */
  receive(broadcast: number, local: number): Received;
  /** The part of a counter's value that no process contributes: `total` times N plus `constant`. */
  base(counter: number, shared: number): Affine;
  /** What a process in a local state contributes to a counter. */
  weight(counter: number, shared: number, local: number): number;
  /** The violation that a state shows in which some process is in this local state, or 0. */
  fault(shared: number, local: number): number;
  /** Whether a process in this local state has reached its goal. The goal is that all have. */
  arrived(local: number): boolean;
}

/** `total` times N plus `constant`. */
export interface Affine {
  readonly total: number;
  readonly constant: number;
}

/** A number that depends on the population: an affine one plus multiples of the counters before the step. */
export interface Form extends Affine {
  /** One factor a counter. */
  readonly factors: readonly number[];
}

/** Signs of a number, as a set of bits. */
export const signs = { negative: 1, zero: 2, positive: 4 } as const;

/** The form has one of these signs: a set of bits of {@link signs}. */
export interface Guard {
  readonly form: Form;
  readonly signs: number;
}

/** What a step does to a counter, as it was executed: the claim of {@link Family.weight} is held against it. */
export type CounterWrite =
  { readonly counter: number; readonly add: number } | { readonly counter: number; readonly set: Affine };

/** One step of one process. */
export interface FamilyStep {
  /** What the process does; an unsigned 32-bit integer. */
  readonly choice: number;
  readonly guards: readonly Guard[];
  readonly shared: number;
  readonly local: number;
  /** What the other processes receive; 0 for nothing. */
  readonly broadcast: number;
  /** Counters that are not named keep their values. */
  readonly writes: readonly CounterWrite[];
  /** The violation that the step shows, or 0. */
  readonly violation: number;
  /** Why nothing can be said about this step for every N; such a step ends the proof. */
  readonly refusal?: string;
}

/** The answer of {@link Family.receive}. */
export interface Received {
  readonly local: number;
  readonly violation: number;
}
