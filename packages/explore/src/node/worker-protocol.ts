import type { InternTable } from '../interner.ts';
import type { TransitionSystem } from '../system.ts';
import type { InternMemory } from './shared-interner.ts';
import type { SharedMemory } from './shared-space.ts';

/** How each worker makes the system: a function that a module exports, and what it is called with. */
export interface SystemSource {
  /** URL of the module. */
  readonly module: string;
  /** Name of the function: a {@link SystemFactory}. */
  readonly factory: string;
  /** Anything that can be sent to a worker. */
  readonly argument: unknown;
  /** Interners that the systems share, so that what they intern has the same number in all of them; 0 by default. */
  readonly interners?: number;
}

/**
 * Makes the system. Every call must make the same one: equal states have equal cells in all of them. What states refer to
 * belongs in the interners, of which there are as many as the source asks for.
 */
export type SystemFactory = (
  argument: unknown,
  interners: readonly InternTable[],
) => TransitionSystem | Promise<TransitionSystem>;

/** What a worker is started with. */
export interface WorkerStart {
  readonly source: SystemSource;
  readonly interners: readonly InternMemory[];
  readonly selfCheck: boolean;
}

/** What the main thread asks a worker to do. */
export type Order =
  | {
      /** Expand the states that the control block names. */
      readonly kind: 'round';
      readonly memory: SharedMemory;
      /** States that are not to be expanded, beside those that are marked. */
      readonly skip: readonly number[];
    }
  | {
      /** Enter the states into the table of this memory. */
      readonly kind: 'enter';
      readonly memory: SharedMemory;
    }
  | { readonly kind: 'edges' };

/** What a worker answers. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'entered' }
  | RoundReport
  | EdgeReport
  | {
      /** The system threw, or misbehaved. */
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      /** The state in hand. */
      readonly index: number;
    };

/** What a worker found in a round. */
export interface RoundReport {
  readonly kind: 'round';
  readonly transitions: number;
  /** For each `sometimes` property in how many new states it holds, and the least number of one, or -1. */
  readonly tallies: readonly (readonly [count: number, first: number])[];
  /** For each `always` property the least number of a new state in which it fails, or -1. */
  readonly sightings: readonly number[];
  readonly ended: readonly number[];
  /** For each `reachable` property the new states in which it holds. */
  readonly goals: readonly (readonly number[])[];
  /** A state found no room. */
  readonly refused: boolean;
}

/** All edges of the states that a worker expanded: for each state its number, and how many edges it has. */
export interface EdgeReport {
  readonly kind: 'edges';
  readonly sources: Uint32Array;
  readonly counts: Uint32Array;
  readonly targets: Uint32Array;
}
