import type { Result } from '@quiesce/explore';
import type { ViolationKind, WitnessSpec } from '@quiesce/machine';
import type { Image } from './image.ts';

/** What a check of a scenario must come out as: nothing wrong, or the violation that is met first. */
export type Outcome = 'holds' | ViolationKind;

/** Parts of the story of the series. */
export const seriesChapters = [
  'patch_text',
  'alternatives',
  'patch_machine',
  'maintenance',
  'exceptions',
  'sdei',
  'window',
] as const;

/** Mechanisms beside the series, by what they are about. */
export const mechanismChapters = [
  'synchronisation',
  'call sites',
  'traps',
  'rendezvous',
  'several words',
  'self-patching',
  'debugger and hotplug',
  'maintenance by hand',
  'user space',
  'weak data',
] as const;

/** A chapter of the series' story. */
export type SeriesChapter = (typeof seriesChapters)[number];

/** The part of the catalogue that a scenario belongs to. */
export type Chapter = SeriesChapter | (typeof mechanismChapters)[number];

/** A witness with the number of CPUs from which on it must be reachable; below, it must not be. */
export interface PinnedWitness {
  readonly name: string;
  /** Number of CPUs, from 1; `never` for something that must not be reachable at all. */
  readonly from: number | 'never';
  /** Up to how many CPUs it is reachable; default: any number. */
  readonly upTo?: number;
}

/** Where a scenario comes from. */
export interface ScenarioOrigin {
  /** Abbreviated commit ids of the kernel, oldest first; empty for code that was never merged. */
  readonly commits: readonly string[];
  readonly year: number;
  /** One line: who, what, which version. */
  readonly note: string;
  /**
   * `verified`: read in the source, the commit or the report that is named. `reconstructed`: written after the
   * architecture's rules, or after a report whose code was not at hand. Default `verified`.
   */
  readonly evidence?: 'verified' | 'reconstructed';
}

/** What a page says about a mechanism, a paragraph each. */
export interface Story {
  /** What happened in the real world. */
  readonly happened: string;
  /** What the trace of the broken variant shows. */
  readonly trace: string;
  /** What repairs it, and why that suffices. */
  readonly repair: string;
  /** The id of the other variant. */
  readonly other: string;
}

/** One entry of the catalogue: a protocol, what to ask of it and how the answer must come out. */
export interface Scenario {
  /** Lower case, words joined by hyphens. */
  readonly id: string;
  readonly chapter: Chapter;
  /** The protocol, in a few words. */
  readonly variant: string;
  /** What it shows, one line. */
  readonly shows: string;
  readonly origin: ScenarioOrigin;
  /** Smallest number of CPUs for which it makes sense. */
  readonly least: number;
  /** Smallest number of CPUs that shows what it shows. */
  readonly smallest: number;
  /** Outcomes by number of CPUs: each holds from its number on, up to the next. */
  readonly outcomes: readonly (readonly [cpus: number, outcome: Outcome])[];
  readonly witnesses: readonly PinnedWitness[];
  /** Where a check holds: that there is a fair execution that never finishes. */
  readonly livelocks?: true;
  /** For a mechanism beside the series: what its page says. */
  readonly story?: Story;
  /** Builds the machine for a number of CPUs. */
  image(cpus: number): Image;
  /** The witnesses, as questions about states of that machine. */
  ask(image: Image): readonly WitnessSpec[];
}

/** Numbers of CPUs that the catalogue's verdicts are pinned for. */
export const pinnedSizes: readonly number[] = [1, 2, 3, 4];

/** The outcome that is pinned for a number of CPUs. */
export function pinnedOutcome(scenario: Scenario, cpus: number): Outcome {
  const entry = scenario.outcomes.findLast(([from]) => from <= cpus);
  if (entry === undefined) throw new RangeError(`${scenario.id} has no outcome for ${cpus} CPUs`);
  return entry[1];
}

/** Whether a witness must be reachable with a number of CPUs. */
export function witnessExpected(witness: PinnedWitness, cpus: number): boolean {
  return witness.from !== 'never' && cpus >= witness.from && cpus <= (witness.upTo ?? Infinity);
}

/** The verdicts of the search, for callers that do not import it. */
export type Verdict = Result['verdict'];
