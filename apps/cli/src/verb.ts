import type { Arguments, OptionTable } from './arguments.ts';
import type { Host } from './host.ts';

/** One of the words after `quiesce`. */
export interface Verb {
  readonly name: string;
  /** What follows the name, for people. */
  readonly synopsis: string;
  /** What it does, in one line without a full stop. */
  readonly does: string;
  readonly options: OptionTable;
  /** More about it, below the options: help breaks what is too long for a line. */
  readonly notes: readonly string[];
  /** Does it; returns the exit status. */
  readonly run: (given: Arguments, host: Host) => number | Promise<number>;
}
