import type { EventKind, SafeListIssue } from '@quiesce/machine';
import type { CacheType, RegionKind } from '@quiesce/memory';
import type { Outcome } from '@quiesce/scenarios';
import type { Condition } from './condition.ts';
import type { Directive } from './directive.ts';

/** A verdict that the author of a protocol can expect. */
export type ExpectedVerdict = Outcome | 'holds-within-bounds';

/** A name that a directive uses. */
export interface Reference {
  readonly name: string;
  readonly by: Directive;
}

/** CPUs that run the same code. */
export interface Role {
  readonly name: string;
  /** How many; `rest` are those that are left. */
  readonly count: number | 'rest';
  /** Where they start. */
  readonly at: Reference;
}

/** Words that the protocol replaces. */
export interface SiteDeclaration {
  readonly label: Reference;
  /** Instructions, or words as `0x...`, that stand there at the start. */
  readonly old: readonly string[];
  /** Those that it writes; undefined where it may write anything. */
  readonly new: readonly string[] | undefined;
}

/** Events of the environment. */
export interface EventDeclaration {
  readonly kind: EventKind;
  readonly by: Directive;
  readonly budget: number | 'unlimited';
  /** Roles that it may hit; empty for every CPU. */
  readonly roles: readonly Reference[];
}

/** A state that must be reachable, or the check was vacuous. */
export interface WitnessDeclaration {
  readonly name: string;
  readonly condition: Condition;
}

/** Everything that the directives of a file declare. */
export interface Declaration {
  name?: string;
  /** Numbers of CPUs to check, ascending; empty where none was declared. */
  sizes: readonly number[];
  readonly roles: Role[];
  readonly sections: Map<string, { readonly kind: RegionKind; readonly by: Directive }>;
  readonly aliases: Reference[];
  readonly sites: SiteDeclaration[];
  readonly events: EventDeclaration[];
  readonly quiescent: { readonly from: Reference; readonly to: Reference }[];
  readonly witnesses: WitnessDeclaration[];
  goal?: Reference;
  vectors?: Reference;
  sdei?: Reference;
  number?: Reference;
  cache: CacheType;
  /** Undefined where the directives do not say. */
  expected?: ExpectedVerdict;
  safeList?: SafeListIssue;
  daif?: number;
  priorityMask?: number;
  versions?: number;
}
