import type { Complaint } from '../error.ts';
import type { Expression, Expressions } from './expression.ts';
import { type Sources, noSources } from './sources.ts';

/** What a register holds, and the Explicit reads that it depends on: by `dtrm`, and by `pick-dtrm`. */
export interface Operand {
  readonly value: Expression;
  readonly from: Sources;
  readonly picked: Sources;
  /** Whether the value is known only because the path chose it: the status of a store exclusive. */
  readonly chosen?: boolean;
}

/** PSTATE.NZCV, as the operation that set it. */
export interface Flags {
  readonly operator: 'condition-of-subtract' | 'condition-of-add' | 'condition-of-and';
  readonly bits: number;
  readonly left: Expression;
  readonly right: Expression;
  readonly from: Sources;
  readonly picked: Sources;
  readonly chosen: boolean;
}

/** The reservation of a load exclusive. */
export interface Reservation {
  readonly location: number;
  readonly size: number;
  /** The event that read. */
  readonly read: number;
  readonly picked: Sources;
}

/** A fault that a thread took. */
export interface Fault {
  readonly address: number;
  readonly type: 'UndefinedInstruction' | 'SupervisorCall';
}

/** Everything that the next step of a thread depends on, apart from what its reads yield. */
export class ThreadState {
  pc: number;
  /** X0 to X30, and the zero register. */
  readonly registers: Operand[];
  flags: Flags;
  exceptionLink: Operand;
  /** Bytes of the load exclusive whose store may still succeed. */
  exclusiveSize: number | undefined = undefined;
  reservation: Reservation | undefined = undefined;
  /** The last access among the exclusives, by the index of its event. */
  lastExclusive = -1;
  /** Dependencies of the last store to each location: what `lrs` hands on. */
  readonly stored: Map<number, Pick<Operand, 'from' | 'picked'>>;
  /** In a handler, or executing again after a fault: a fault here has nowhere to go. */
  inHandler = false;
  readonly faults: Fault[];
  /** Flags of the model that the path raises. */
  flagsRaised: readonly string[] = [];
  /** Backward jumps by their targets. */
  readonly jumps: Map<number, number>;
  instance = 0;
  /** The word that is executed, once it was fetched. */
  fetched: number | undefined = undefined;
  /** Sources that `pick-dtrm` hands on from the fetch of the instruction. */
  fetchPicked: Sources = noSources;
  /** Unknown values that the rest of the path takes for known, until the instruction is done. */
  assumptions: readonly (readonly [Expression, number])[] = [];
  /** Where the jump came from that has not been counted yet. */
  jumpedFrom: number | undefined = undefined;
  /** Why the path has no meaning. */
  failure: Complaint | undefined = undefined;

  constructor(pc: number, registers: Operand[], expressions: Expressions, from?: ThreadState) {
    this.pc = pc;
    this.registers = registers;
    const { zero } = expressions;
    this.flags = from?.flags ?? {
      operator: 'condition-of-and',
      bits: 64,
      left: expressions.one,
      right: expressions.one,
      from: noSources,
      picked: noSources,
      chosen: false,
    };
    this.exceptionLink = from?.exceptionLink ?? { value: zero, from: noSources, picked: noSources };
    this.stored = new Map(from?.stored);
    this.faults = [...(from?.faults ?? [])];
    this.jumps = new Map(from?.jumps);
  }

  copy(expressions: Expressions): ThreadState {
    const copy = new ThreadState(this.pc, [...this.registers], expressions, this);
    copy.exclusiveSize = this.exclusiveSize;
    copy.reservation = this.reservation;
    copy.lastExclusive = this.lastExclusive;
    copy.inHandler = this.inHandler;
    copy.flagsRaised = this.flagsRaised;
    copy.instance = this.instance;
    copy.fetched = this.fetched;
    copy.fetchPicked = this.fetchPicked;
    copy.assumptions = this.assumptions;
    copy.jumpedFrom = this.jumpedFrom;
    copy.failure = this.failure;
    return copy;
  }

  /** Goes on with the instruction at `to`. */
  proceed(to: number): void {
    this.pc = to;
    this.fetched = undefined;
    this.assumptions = [];
  }

  /** Goes to `to`; a backward jump counts. */
  jump(to: number): void {
    this.jumpedFrom = this.pc;
    this.proceed(to);
  }
}
