import type { StateView } from './state-view.ts';

/** Something that must be reachable, or the check was vacuous. */
export interface WitnessSpec {
  /** Short, in the terms of the scenario. */
  readonly name: string;
  /** Whether a state shows it. Must depend on the state alone. */
  holds(state: StateView): boolean;
}
