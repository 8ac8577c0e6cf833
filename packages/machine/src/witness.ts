import type { StateView } from './state-view.ts';

/** Something that must be reachable, or the check was vacuous. */
export type WitnessSpec = StateWitness | CpuWitness;

/** A question about a whole state. */
export interface StateWitness {
  /** Short, in the terms of the scenario. */
  readonly name: string;
  /**
   * Ranges of addresses, each from `start` up to but not including `end`, such that a step which changes nothing but one
   * CPU, and moves its program counter into and out of none of them, leaves the answer as it is. Without them every step
   * of a CPU is taken to change the answer, and no order of steps is left out.
   */
  readonly watches?: readonly { readonly start: number; readonly end: number }[];
  /** Whether a state shows it. Must depend on the state alone. */
  holds(state: StateView): boolean;
}

/**
 * A question about one CPU: a state shows it if one of its CPUs does. However the steps of others are ordered, a CPU goes
 * through the same states of its own, so nothing needs to be watched.
 */
export interface CpuWitness {
  /** Short, in the terms of the scenario. */
  readonly name: string;
  /** Whether a CPU shows it. Must depend on that CPU's own state alone. */
  shows(state: StateView, cpu: number): boolean;
}
