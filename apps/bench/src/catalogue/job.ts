import { pinnedSizes, series } from '@quiesce/scenarios';

/** One check of the series. */
export interface Job {
  readonly scenario: string;
  readonly cpus: number;
}

/** What a check cost and whether it came out as it must. */
export interface Done extends Job {
  readonly chapter: string;
  readonly states: number;
  /** CPU time of the process that made it. */
  readonly seconds: number;
  readonly disagreements: readonly string[];
  /** Largest resident set of that process until now, in bytes. */
  readonly peak: number;
}

/** Every check of the series that is pinned, with most CPUs first: the long ones come first then. */
export function jobs(most: number): Job[] {
  return pinnedSizes
    .filter((cpus) => cpus <= most)
    .sort((a, b) => b - a)
    .flatMap((cpus) => series.filter(({ least }) => least <= cpus).map(({ id }) => ({ scenario: id, cpus })));
}
