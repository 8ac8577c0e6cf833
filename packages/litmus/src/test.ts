import type { Position } from './error.ts';

/** A value as it is written in an initial state or a condition. */
export type Value =
  | { readonly kind: 'integer'; readonly integer: bigint; readonly at: Position }
  /** A data location and a distance in bytes, or an element of an array: `x`, `x+4`, `v[1]`. */
  | {
      readonly kind: 'address';
      readonly name: string;
      readonly offset: number;
      readonly element?: number;
      readonly at: Position;
    }
  /** The place of a label: `P1:L0`. */
  | { readonly kind: 'label'; readonly thread: number; readonly label: string; readonly at: Position }
  /** An instruction: `NOP`, `instr:"B .+8"`. */
  | { readonly kind: 'instruction'; readonly text: string; readonly at: Position };

/** `1:X9`: a general-purpose register of a thread. */
export interface RegisterName {
  readonly thread: number;
  /** 0 to 30; in a condition also 31, the zero register. */
  readonly register: number;
}

/** What a condition compares: a register, or the contents of a location. */
export type Observable =
  | ({ readonly kind: 'register' } & RegisterName)
  /** `x`, `[x]`, or `x[2]`: element `index` of an array. */
  | { readonly kind: 'location'; readonly name: string; readonly index: number | undefined };

/** A type, as far as it decides how integers are compared and shown: by their low bytes, with or without sign. */
export interface ValueType {
  /** Bytes: 1, 2, 4 or 8. */
  readonly size: number;
  readonly signed: boolean;
}

/** What has no type is an `int`, as in herd7. */
export const untyped: ValueType = { size: 4, signed: true };

/** `fault(P0:L0,x,UndefinedInstruction)`; what is left out is not compared. */
export interface FaultPattern {
  readonly thread: number;
  readonly label: string | undefined;
  readonly location: string | undefined;
  readonly type: string | undefined;
}

/** A proposition about a final state. */
export type Proposition =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Proposition[] }
  | { readonly kind: 'not'; readonly term: Proposition }
  | { readonly kind: 'implies'; readonly terms: readonly [Proposition, Proposition] }
  | { readonly kind: 'constant'; readonly holds: boolean }
  | { readonly kind: 'equals'; readonly left: Observable; readonly right: Value; readonly at: Position }
  /** All elements of an array: `t={1,2}`. */
  | {
      readonly kind: 'array';
      readonly name: string;
      readonly values: readonly Value[];
      readonly at: Position;
    }
  | { readonly kind: 'fault'; readonly pattern: FaultPattern; readonly at: Position };

/** What a test asks of its final states. */
export type Quantifier = 'exists' | 'not-exists' | 'forall';

/** One instruction of a thread, without its labels. */
export interface Line {
  readonly text: string;
  readonly at: Position;
}

/** The code of a thread or of its fault handler. */
export interface Code {
  readonly lines: readonly Line[];
  /** Labels, by the index of the line that they precede; the number of lines for a label at the end. */
  readonly labels: ReadonlyMap<string, { readonly line: number; readonly at: Position }>;
}

/** A declared or mentioned data location; its type is that of one element. */
export interface Location extends ValueType {
  readonly name: string;
  /** Elements of an array; undefined for a scalar. */
  readonly elements: number | undefined;
  readonly initial: readonly Value[];
  readonly at: Position;
}

/** What a register holds at first. */
export interface InitialRegister extends RegisterName {
  readonly value: Value;
  readonly type: ValueType;
}

/** A litmus test for AArch64. */
export interface LitmusTest {
  readonly name: string;
  /** `Key=value` lines between the name and the initial state. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly registers: readonly InitialRegister[];
  readonly locations: ReadonlyMap<string, Location>;
  readonly threads: readonly Code[];
  /** By thread: where its exceptions go, `P1.F`. */
  readonly handlers: ReadonlyMap<number, Code>;
  /** `locations [...]`: what is shown beside what the condition names. */
  readonly shown: readonly Observable[];
  /** Faults in `locations`, shown beside those of the condition. */
  readonly shownFaults: readonly FaultPattern[];
  readonly filter: Proposition | undefined;
  readonly quantifier: Quantifier;
  readonly condition: Proposition;
  /** The condition with its quantifier, as herd7 writes it. */
  readonly conditionText: string;
}

/** How many bytes behind its location the place is that a value names. */
export function distanceOf(
  { name, offset, element = 0 }: Extract<Value, { kind: 'address' }>,
  test: LitmusTest,
): number {
  return offset + element * (test.locations.get(name)?.size ?? 0);
}

/** CTR_EL0.IDC and DIC of a test: whether data-cache cleaning and instruction-cache invalidation are not needed. */
export interface CacheType {
  readonly IDC: boolean;
  readonly DIC: boolean;
}
