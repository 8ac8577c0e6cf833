import type { EventKind, SafeListIssue, ViolationKind } from '@quiesce/machine';

/** A number in hexadecimal with `0x`: addresses with 16 digits where they are the kernel's, words with 8. */
export type Hex = string;

/** What happened on a machine along one schedule, as plain data. Steps and CPUs count from 1 and 0. */
export interface Trace {
  /** Version of this form. */
  readonly schema: 1;
  /** Name of what ran. */
  readonly scenario: string;
  /** The protocol file that it was read from; absent for the catalogue. */
  readonly file?: string;
  readonly cpus: number;
  /** A name for the role of each CPU, where roles have names. */
  readonly roles?: readonly string[];
  readonly model: TraceModel;
  readonly sites: readonly TraceSite[];
  /** Every CPU before the first step. */
  readonly start: readonly Lane[];
  readonly steps: readonly TraceStep[];
  readonly end: TraceEnd;
}

/** The rules under which the trace is one. */
export interface TraceModel {
  readonly tier: 1 | 2;
  readonly safeList: SafeListIssue;
  readonly IDC: 0 | 1;
  readonly DIC: 0 | 1;
  readonly events: readonly EventKind[];
  /** Whether a step goes on up to the next instruction that others could notice. */
  readonly fused: boolean;
}

/** Consecutive words that the protocol replaces together. */
export interface TraceSite {
  readonly name: string;
  readonly address: Hex;
  readonly words: number;
  /** What stands there at the start: a word each. */
  readonly initial: readonly SiteWord[];
}

/** A patchable word as it is at the start: version 0. */
export interface SiteWord {
  readonly place: string;
  readonly word: Hex;
  readonly text: string;
}

/** How a trace ends. */
export type TraceEnd =
  | { readonly kind: 'violated'; readonly violation: TraceViolation }
  /** Every CPU has finished. */
  | { readonly kind: 'finished' }
  /** The schedule ends before that. */
  | { readonly kind: 'unfinished' };

/** What went wrong. */
export interface TraceViolation {
  readonly kind: ViolationKind;
  /** The CPU that shows it; -1 for a hang, which is everybody's. */
  readonly cpu: number;
  readonly address?: Hex;
  readonly place?: string;
  readonly detail: string;
  /** For a hang: after this step no schedule let every CPU finish any more, where that is known. */
  readonly doomedAt?: number;
  /** For a hang: what each CPU that has not finished does for ever. */
  readonly waits?: readonly Wait[];
}

/** What a CPU does that never finishes. */
export interface Wait {
  readonly cpu: number;
  readonly place: string;
  /** The line of source of that place, where there is one. */
  readonly source?: SourceLine;
  /** `spins`: it executes the same instructions again and again; `blocked`: it has no next step. */
  readonly how: 'spins' | 'blocked';
  /** Shared memory that it reads meanwhile, with the values it finds. */
  readonly reads: readonly { readonly place: string; readonly value: Hex }[];
}

/** One step: of one CPU. */
export interface TraceStep {
  readonly step: number;
  readonly cpu: number;
  readonly kind: 'execute' | 'event' | 'interrupt' | 'store' | 'load';
  /**
   * Which of the words that it may fetch; the index of the event; the INTID; which outstanding store; which delayed load,
   * and 8 times which value it reads. With CPU and kind it is the choice.
   */
  readonly alternative: number;
  /** For an event or an interrupt: which. */
  readonly what?: string;
  /** In the order of execution; the first is the one that others can notice. Empty where an event is all. */
  readonly instructions: readonly TraceInstruction[];
  /** What the event or interrupt itself did. */
  readonly effects: readonly Effect[];
  /** Every CPU after the step. */
  readonly lanes: readonly Lane[];
}

/** Where a CPU is between two steps. */
export interface Lane {
  /**
   * `quiescent`: where the protocol says that it waits; `handler`: in an exception or SDEI handler; `waits`: in WFE
   * or WFI; `done`: finished.
   */
  readonly state: 'runs' | 'quiescent' | 'handler' | 'waits' | 'done';
  readonly place: string;
}

/** An instruction as it was executed. */
export interface TraceInstruction {
  readonly address: Hex;
  readonly place: string;
  readonly word: Hex;
  readonly text: string;
  /** The line of source that it comes from, where there is one. */
  readonly source?: SourceLine;
  /** At a patchable word: what could have been fetched. */
  readonly fetch?: TraceFetch;
  /** False where the fetch itself is the violation. */
  readonly executed: boolean;
  readonly effects: readonly Effect[];
  /** General, special and system registers that changed. */
  readonly registers: readonly RegisterChange[];
}

/** A line of source. */
export interface SourceLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text?: string;
}

/** A fetch of a patchable word. */
export interface TraceFetch {
  readonly options: readonly TraceOption[];
  /** Index of the option that was executed; absent where none was, because the fetch is the violation. */
  readonly chosen?: number;
  /** Whether the CPU knew of every write in its range before its last context synchronisation event. */
  readonly knownForFetching: boolean;
}

/** A word that a CPU may fetch. */
export interface TraceOption {
  readonly word: Hex;
  readonly text: string;
  readonly version: number;
  /** The condition of one version with the target of another. */
  readonly mixed: boolean;
  /** Whether it may be modified under execution. */
  readonly safe: boolean;
  /** Who wrote the version; absent for version 0, which was there from the start. */
  readonly writer?: { readonly cpu: number; readonly step: number };
}

/** A register before and after an instruction. */
export interface RegisterChange {
  readonly name: string;
  readonly before: Hex;
  readonly after: Hex;
}

/** What kind of memory an access went to. */
export type MemoryKind = 'text' | 'constant' | 'shared' | 'private';

/** What an instruction or an event did. */
export type Effect =
  | {
      readonly kind: 'load';
      readonly memory: MemoryKind;
      readonly address: Hex;
      readonly place: string;
      readonly size: number;
      readonly value: Hex;
    }
  | {
      readonly kind: 'store';
      readonly memory: MemoryKind;
      readonly address: Hex;
      readonly place: string;
      readonly size: number;
      readonly before: Hex;
      readonly after: Hex;
      /** Tier 2: only its own CPU sees it yet. */
      readonly outstanding?: true;
    }
  /** Tier 2: an outstanding store became visible to every CPU. */
  | { readonly kind: 'visible'; readonly address: Hex; readonly place: string; readonly value: Hex }
  /** Tier 2: a load is not satisfied yet; instructions behind it execute. */
  | { readonly kind: 'delayed'; readonly address: Hex; readonly place: string }
  /** Tier 2: a delayed load is satisfied. */
  | { readonly kind: 'satisfied'; readonly address: Hex; readonly place: string; readonly value: Hex }
  /** A patchable word has a new version. `through` is the alias that it was written through. */
  | {
      readonly kind: 'modified';
      readonly site: string;
      readonly address: Hex;
      readonly place: string;
      readonly version: number;
      readonly old: Hex;
      readonly oldText: string;
      readonly new: Hex;
      readonly newText: string;
      readonly through?: string;
    }
  /** DC, IC or TLBI; `place` where it names an address of the program, `through` where that is an alias. */
  | {
      readonly kind: 'maintenance';
      readonly operation: string;
      readonly place?: string;
      readonly through?: string;
    }
  | { readonly kind: 'barrier'; readonly operation: string }
  /** A context synchronisation event. */
  | { readonly kind: 'synchronised'; readonly by: string }
  | { readonly kind: 'exception'; readonly what: string; readonly from: string; readonly to: string }
  | { readonly kind: 'masks'; readonly register: string; readonly before: Hex; readonly after: Hex }
  /** This CPU learned of a version: by reading what its writer wrote afterwards; `fetching`: with the next fetch. */
  | {
      readonly kind: 'knows';
      readonly place: string;
      readonly version: number;
      readonly of: 'reading' | 'fetching';
    }
  /**
   * The oldest version that may still be fetched went up: `cpu`, what this CPU may execute; `caches`, what instruction
   * caches may supply; `unification`, what is clean to the Point of Unification.
   */
  | {
      readonly kind: 'floor';
      readonly of: 'cpu' | 'caches' | 'unification';
      readonly place: string;
      readonly before: number;
      readonly after: number;
    }
  /** Something was sent to other CPUs. */
  | { readonly kind: 'signal'; readonly what: string };
