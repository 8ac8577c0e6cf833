import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/**
 * A transition system as the engine sees it: initial states, successors, properties. A state is a tuple of
 * `width` unsigned 32-bit cells; what a cell means is the system's own business, and so is what a choice means.
 *
 * A system may replace each state it emits by a representative of its orbit under a symmetry (for example, sort
 * the records of identical processes). That is sound if the symmetry is an automorphism of the system — it maps
 * initial states to initial states and transitions to transitions, in both directions — and every property gives
 * the same answer for all states of an orbit. The engine cannot check either. State counts are then counts of
 * orbits, and a choice in a path is relative to the representative, so a path can only be replayed in the
 * system that canonicalises in the same way.
 */
export interface TransitionSystem {
  /** Cells in a state; at least 1. */
  readonly width: number;
  /** Emits every initial state, at least one. The array may be reused by the system after the call. */
  initial(emit: (state: Uint32Array) => void): void;
  /**
   * Emits each successor with the choice that leads to it: an unsigned 32-bit integer, different for successors
   * that differ. `state` must not be changed or kept; `next` may be reused by the system. Must be deterministic:
   * the same state offers the same choices in the same order, whatever was asked before. A state without
   * successors is a deadlock, which is no violation by itself: state a `reachable` property.
   */
  successors(state: Uint32Array, emit: (choice: number, next: Uint32Array) => void): void;
  /**
   * A lower bound of the steps from a state to a violation. With a bound on the depth, states from which none can be
   * reached within it are left out. Must fall by one at the most with a step, or shorter ways to states are missed.
   */
  remaining?(state: Uint32Array): number;
  /** Names are unique within a system. */
  readonly properties: readonly Property[];
  /**
   * Takes down what the cells of states refer to, such as interned parts, if anything: a checkpoint needs it. `restore`
   * makes a fresh system understand the states of that snapshot.
   */
  save?(writer: SnapshotWriter): void;
  restore?(reader: SnapshotReader): void;
}

/** A claim about a transition system, decided on single states. */
export type Property = Always | Sometimes | Reachable;

/**
 * Holds in every reachable state. A state in which it fails ends its path: a counterexample leads there, and the
 * state is not expanded.
 */
export interface Always {
  readonly kind: 'always';
  readonly name: string;
  /** Must depend on the state alone and must not change it. */
  holds(state: Uint32Array): boolean;
}

/**
 * A witness: expected to hold in at least one reachable state, or the check was vacuous. The engine counts the
 * states, keeps the first path, and reports; a witness that was not met never changes a verdict.
 */
export interface Sometimes {
  readonly kind: 'sometimes';
  readonly name: string;
  /** Must depend on the state alone and must not change it. */
  holds(state: Uint32Array): boolean;
  /**
   * For a system that makes several steps at once: how many states it passed, since the search began, that show it and
   * were not emitted. Asked when the search has ended.
   */
  passed?(): number;
}

/**
 * From every reachable state, a state where it holds stays reachable (AG EF); what violates it is a hang.
 * States in which an `always` property fails end their paths and are taken as neither good nor bad.
 *
 * This is not a liveness property under fairness: a cycle that can be left towards the goal but need not be is
 * not reported. It is judged only when the whole space was explored; otherwise the result lists it as unjudged.
 */
export interface Reachable {
  readonly kind: 'reachable';
  readonly name: string;
  /** Must depend on the state alone and must not change it. */
  holds(state: Uint32Array): boolean;
}
