import type { Trace } from '@quiesce/trace';

/** What is explored: a scenario of the catalogue, or a protocol that was written into the page. */
export type Subject =
  { readonly kind: 'scenario'; readonly id: string } | { readonly kind: 'protocol'; readonly source: string };

/** What the page asks of the worker. Answers carry the same `id`. */
export type Request = { readonly id: number } & (
  | { readonly kind: 'catalogue' }
  /** The machine after a path, and everything that can happen next. */
  | {
      readonly kind: 'look';
      readonly subject: Subject;
      readonly cpus: number;
      readonly schedule: readonly number[];
    }
  /** The same, of a replay token; `source` is a protocol that the token may be about. */
  | { readonly kind: 'token'; readonly token: string; readonly source?: string }
  /** Explores everything. */
  | { readonly kind: 'check'; readonly subject: Subject; readonly cpus: number }
);

/** A scenario to choose. */
export interface Entry {
  readonly id: string;
  readonly chapter: string;
  readonly variant: string;
  readonly shows: string;
  readonly least: number;
  readonly smallest: number;
}

/** Something that can happen next. */
export interface Choice {
  /** Packed, as in a schedule. */
  readonly code: number;
  readonly cpu: number;
  /** The instruction, or the event. */
  readonly head: string;
  readonly place: string;
  /** What it would do, in a few words. */
  readonly texts: readonly string[];
  /** Whether it is a violation. */
  readonly isBad: boolean;
}

/** Where a path has led. */
export interface Look {
  readonly trace: Trace;
  readonly choices: readonly Choice[];
  readonly schedule: readonly number[];
  /** Replay token of the path. */
  readonly token: string;
  /** What is explored, as the token says. */
  readonly subject: Subject;
  readonly cpus: number;
}

/** What the worker answers. */
export type Answer = { readonly id: number } & (
  | { readonly kind: 'catalogue'; readonly entries: readonly Entry[] }
  | { readonly kind: 'look'; readonly look: Look }
  | { readonly kind: 'progress'; readonly states: number; readonly depth: number }
  | {
      readonly kind: 'checked';
      readonly verdict: string;
      readonly states: number;
      readonly milliseconds: number;
      /** Witnesses that no state shows. */
      readonly unmet: readonly string[];
      readonly bounds: readonly string[];
      /** Schedule of the counterexample. */
      readonly schedule: readonly number[] | undefined;
    }
  | { readonly kind: 'problem'; readonly message: string }
);
