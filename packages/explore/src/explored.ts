import type { Column } from './column.ts';
import type { BoundName } from './options.ts';
import type { Reachable, Sometimes } from './system.ts';

/** Where each state was found first. States are numbered from 0; a parent has a smaller number than its children. */
export interface Origins {
  readonly size: number;
  /** The state from which this one was found, or `NO_PARENT`. */
  parent(index: number): number;
  /** The choice that led here from the parent; the number of an initial state. */
  choice(index: number): number;
}

/** The explored graph: the edges of a state lie between two positions. */
export interface Graph {
  first(source: number): number;
  end(source: number): number;
  target(position: number): number;
}

/** A property and the index of a state that witnesses or violates it. */
export interface Sighting {
  readonly name: string;
  readonly state: number;
}

/** A `sometimes` property and what was seen of it. */
export interface Tally {
  readonly property: Sometimes;
  readonly count: number;
  readonly first: number;
}

/** What a search found out, however it was made. */
export interface Explored {
  readonly visited: Origins;
  readonly reachable: readonly Reachable[];
  /** For each `reachable` property the states in which it holds. */
  readonly goals: readonly Column[];
  /** States in which an `always` property fails. */
  readonly ended: Column;
  readonly tallies: readonly Tally[];
  /** The violated `always` properties in the system's order; only the first of them unless all were asked for. */
  readonly violations: readonly Sighting[];
  readonly hits: ReadonlySet<BoundName>;
  /** How likely it is that some state was taken for another; undefined where that cannot be. */
  readonly omission: number | undefined;
}
