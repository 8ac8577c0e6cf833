import { type Complaint, LitmusError } from '../error.ts';
import { instructionText } from '../program/constants.ts';
import type { Program } from '../program/program.ts';
import { type Event, type EventKind, annotation } from './event.ts';
import { type Expression, type Expressions, sameExpression } from './expression.ts';
import { type Sources, noSources, union } from './sources.ts';
import type { Fault, Flags, Operand, ThreadState } from './state.ts';

/** How a thread goes on after an instruction. */
export type Outcome =
  | { readonly kind: 'next' }
  /** A branch; `bounded` where backward jumps are counted. */
  | { readonly kind: 'jump'; readonly to: number; readonly bounded: boolean }
  /** The state says where to go on. */
  | { readonly kind: 'jumped' }
  /** Another path for each value of an expression. */
  | Fork
  | { readonly kind: 'fault'; readonly fault: Fault; readonly link: number }
  /** Something that has no meaning: an error if the execution is consistent. */
  | { readonly kind: 'failure'; readonly complaint: Complaint };

/** Where a path divides. */
export interface Fork {
  readonly kind: 'fork';
  /** What decides; undefined where nothing does. */
  readonly expression: Expression | undefined;
  /**
   * The values to try at once. Undefined where the thread can wait for the value: everything that it does afterwards
   * is ordered after the reads that the value depends on, as far as others can see.
   */
  readonly alternatives: readonly number[] | undefined;
  /** Where the thread waits: values that stand for all ways to go on; undefined where they cannot be listed. */
  readonly expected?: readonly number[];
  /** Puts the state where the path with this value begins. */
  readonly follow: (state: ThreadState, value: number) => void;
}

/** The instruction is done. */
export const next: Outcome = { kind: 'next' };

/** The instruction has set where the thread goes on. */
export const jumped: Outcome = { kind: 'jumped' };

/** An operand that is a constant. */
export function immediate(value: Expression): Operand {
  return { value, from: noSources, picked: noSources };
}

/** What an access does beside its kind and place. */
interface Access {
  readonly annotations?: number;
  readonly value?: Expression;
  readonly data?: Operand;
  /** More that `pick-dtrm` leads from. */
  readonly picked?: Sources;
  readonly readOf?: number;
  /** A data register that only decides whether the write happens. */
  readonly decidedBy?: Operand;
}

/** One instruction of one thread: what its semantics can read and do. */
export class Step {
  readonly program: Program;
  readonly expressions: Expressions;
  readonly state: ThreadState;
  readonly events: Event[];

  constructor(program: Program, expressions: Expressions, state: ThreadState, events: Event[]) {
    this.program = program;
    this.expressions = expressions;
    this.state = state;
    this.events = events;
  }

  /** A general-purpose register, of which `bits` bits are read; 31 is zero. */
  register(number: number, bits = 64): Operand {
    const { registers, fetchPicked } = this.state;
    if (number === 31) return immediate(this.expressions.zero);
    const { value, picked, ...others } = registers[number];
    return { ...others, value: this.expressions.truncated(value, bits), picked: union(picked, fetchPicked) };
  }

  /** Writes a general-purpose register. */
  setRegister(number: number, operand: Operand): void {
    if (number === 31) return;
    this.state.registers[number] = {
      ...operand,
      picked: union(operand.picked, this.state.fetchPicked),
    };
  }

  /** An operation on operands; the result depends on all that they depend on. */
  compute(operator: Expression['operator'], bits: number, operands: readonly Operand[], detail = 0): Operand {
    return {
      value: this.expressions.of(
        operator,
        bits,
        operands.map(({ value }) => value),
        detail,
      ),
      from: union(...operands.map(({ from }) => from)),
      picked: union(...operands.map(({ picked }) => picked)),
      chosen: operands.some(({ chosen = false }) => chosen),
    };
  }

  /** A condition code under the flags. */
  condition(code: number): Operand {
    const { operator, bits, left, right, from, picked, chosen } = this.state.flags;
    return {
      value: this.expressions.of(operator, bits, [left, right], code),
      from,
      chosen,
      picked: union(picked, this.state.fetchPicked),
    };
  }

  setFlags(operator: Flags['operator'], bits: number, left: Operand, right: Operand): void {
    this.state.flags = {
      operator,
      bits,
      left: left.value,
      right: right.value,
      from: union(left.from, right.from),
      picked: union(left.picked, right.picked, this.state.fetchPicked),
      chosen: left.chosen === true || right.chosen === true,
    };
  }

  /** The constant that an expression is, or is taken for; -1 where it is not known. */
  known(expression: Expression): number {
    if (expression.constant >= 0) return expression.constant;
    return this.state.assumptions.find(([assumed]) => sameExpression(assumed, expression))?.[1] ?? -1;
  }

  /** Divides the path by an expression, and executes the instruction again with its value taken for known. */
  divide(expression: Expression, alternatives?: readonly number[]): Fork {
    return {
      kind: 'fork',
      expression,
      alternatives,
      follow: (state, value) => {
        state.assumptions = [...state.assumptions, [expression, value]];
      },
    };
  }

  /** An Explicit read of a location; returns what it yields. */
  read(location: number, address: Operand, bits: number, access: Access = {}): Operand {
    const index = this.events.length;
    const value = this.expressions.read(index, bits);
    const earlier = this.state.stored.get(location);
    this.emit('R', { location, address, ...access, value });
    const before = union(address.picked, earlier?.picked ?? noSources);
    return {
      value,
      from: union(address.from, earlier?.from ?? noSources, [index]),
      picked: union(before, this.state.fetchPicked, [index]),
    };
  }

  /** An Explicit write to a location. */
  write(
    location: number,
    address: Operand,
    data: Operand,
    access: Access & { readonly through?: Sources } = {},
  ): void {
    this.emit('W', { location, address, data, value: data.value, ...access });
    this.state.stored.set(location, {
      from: union(address.from, data.from, access.through ?? noSources),
      picked: union(
        address.picked,
        data.picked,
        access.through ?? noSources,
        access.picked ?? noSources,
        access.decidedBy?.picked ?? noSources,
        this.state.fetchPicked,
      ),
    });
  }

  /** The Implicit read of the instruction at a place in the code; returns what it yields. */
  fetch(location: number): Operand {
    const index = this.events.length;
    const value = this.expressions.read(index, 32);
    const earlier = this.state.stored.get(location);
    this.state.fetchPicked = earlier?.picked ?? noSources;
    this.emit('IF', { location, value });
    return { value, from: earlier?.from ?? noSources, picked: this.state.fetchPicked };
  }

  emit(
    kind: EventKind,
    what: Access & {
      readonly location?: number;
      readonly address?: Operand;
      readonly control?: Operand;
      readonly barrier?: Event['barrier'];
      readonly all?: boolean;
    } = {},
  ): void {
    const { location = -1, address, data, decidedBy, control, picked = noSources, readOf = -1 } = what;
    const earlier = kind === 'R' ? this.state.stored.get(location)?.picked : undefined;
    this.events.push({
      kind,
      instance: this.state.instance,
      address: this.state.pc,
      location,
      annotations: what.annotations ?? 0,
      barrier: what.barrier,
      all: what.all ?? false,
      value: what.value,
      addressFrom: address?.from ?? noSources,
      addressPicked: address?.picked ?? noSources,
      dataFrom: union(data?.from ?? noSources, decidedBy?.from ?? noSources),
      dataPicked: union(data?.picked ?? noSources, decidedBy?.picked ?? noSources),
      controlFrom: control?.from ?? noSources,
      controlPicked: control?.picked ?? noSources,
      picked: union(
        address?.picked ?? noSources,
        data?.picked ?? noSources,
        decidedBy?.picked ?? noSources,
        control?.picked ?? noSources,
        earlier ?? noSources,
        picked,
        this.state.fetchPicked,
      ),
      readOf,
    });
    const isExclusive = (kind === 'R' || kind === 'W') && ((what.annotations ?? 0) & annotation.EX) !== 0;
    if (isExclusive) this.state.lastExclusive = this.events.length - 1;
  }

  /** Raises a flag of the model that only depends on the path. */
  note(flag: string): void {
    if (!this.state.flagsRaised.includes(flag)) this.state.flagsRaised = [...this.state.flagsRaised, flag];
  }

  /** Refuses an instruction: there is no verdict on a test that can execute it. */
  unsupported(expected: string): never {
    const place = this.program.places.get(this.state.pc);
    const { fetched } = this.state;
    throw new LitmusError(place?.at ?? { line: 1, column: 1 }, {
      code: 'unsupported-instruction',
      expected,
      found: `'${place?.word === fetched ? place?.text : instructionText(fetched ?? 0)}'`,
      remedy: 'leave the instruction out; the model here has no effect for it',
    });
  }

  failure(expected: string, found: string, remedy: string): Outcome {
    return { kind: 'failure', complaint: { code: 'program', expected, found, remedy } };
  }
}
