import { LitmusError } from '../error.ts';
import type { Expression } from '../thread/expression.ts';
import type { ThreadPaths } from '../thread/path.ts';
import { isHopeless } from './grounding.ts';
import { type Pair, unorderedMaintenance, unorderedWrites } from './orientation.ts';
import { Partial, initially, undecided } from './partial.ts';
import type { Propagation } from './propagation.ts';
import { mayWrite } from './future.ts';
import { silentRead } from './silence.ts';
import type { Classes } from './symmetry.ts';

/** Who hears of the executions that a search finds. */
export interface Visitor {
  /** Called when the consequences of the choices so far are drawn. When it is false the execution is left. */
  readonly isPossible: (execution: Partial) => boolean;
  /**
   * Called when all values and the coherence order are decided: whether what silent reads read, and the order of
   * maintenance operations, still have to be found. When it is false the execution is left.
   */
  readonly candidate: (execution: Partial) => boolean;
  /** Called with a consistent execution; true to go on with other orders of its maintenance operations. */
  readonly consistent: (execution: Partial) => boolean;
}

/** Events of an execution up to which a choice counts once; the work of drawing its consequences grows fast with their number. */
const ordinarySize = 50;

/** Bounds of a search. */
export interface Bounds {
  /** Choices that are tried; in executions of many events each counts for several. */
  readonly maximumChoices: number;
}

/** What is searched. */
export interface Space {
  readonly propagation: Propagation;
  readonly threads: readonly ThreadPaths[];
  /** Threads of one class are exchanged freely as long as no choice tells them apart. */
  readonly classes: Classes;
  /** The registers of each thread that are observed. */
  readonly observed: readonly (readonly number[])[];
}

/** Builds the consistent executions of a program, choice by choice, with the consequences drawn after each. */
export class Search {
  readonly #propagation: Propagation;
  readonly #threads: readonly ThreadPaths[];
  readonly #classes: Classes;
  readonly #observed: Space['observed'];
  readonly #visitor: Visitor;
  readonly #bounds: Bounds;
  choices = 0;

  constructor(space: Space, visitor: Visitor, bounds: Bounds) {
    this.#propagation = space.propagation;
    this.#threads = space.threads;
    this.#classes = space.classes;
    this.#observed = space.observed;
    this.#visitor = visitor;
    this.#bounds = bounds;
  }

  run(): void {
    const execution = new Partial(this.#threads.length);
    this.#threads.forEach(({ root }, thread) => execution.advance(thread, root));
    this.#extend(execution);
  }

  /** Tries all ways to go on; true to stop looking for other orders of maintenance operations. */
  #extend(execution: Partial): boolean {
    this.choices += 1 + Math.floor((execution.size / ordinarySize) ** 4);
    if (this.choices > this.#bounds.maximumChoices) {
      throw new LitmusError(
        { line: 1, column: 1 },
        {
          code: 'budget',
          expected: `an answer within ${this.#bounds.maximumChoices} choices`,
          found: 'none yet',
          remedy: 'make the test smaller, or raise the bound',
        },
      );
    }
    if (!this.#propagation.settle(execution)) return false;
    if (!this.#visitor.isPossible(execution)) return false;
    if (this.#divide(execution)) return false;
    if (execution.isDeferring && this.#isHopeless(execution)) return false;
    const atomics = this.#rivalAtomics(execution);
    if (atomics !== undefined) {
      this.#decideSuccessor(execution, atomics);
      return false;
    }
    const waiting = execution.paths.some(({ ending }) => ending.kind === 'fork');
    // Silent reads come last, for they tell no executions apart that the visitor has not seen.
    const silent = waiting ? undefined : silentRead(execution, this.#observed);
    const read = silent === undefined ? this.#nextRead(execution) : undefined;
    if (read !== undefined) {
      this.#decideRead(execution, read);
      return false;
    }
    // Whoever still waits does so for writes that nobody is going to make.
    if (waiting) return false;
    const writes = unorderedWrites(execution);
    if (writes !== undefined) {
      this.#orient(execution, writes);
      return false;
    }
    if (!this.#visitor.candidate(execution)) return false;
    if (silent === undefined) return this.#maintain(execution);
    this.#decideRead(execution, silent);
    return false;
  }

  /** Paths that divide without waiting: a free choice, or a value that is compared later. */
  #divide(execution: Partial): boolean {
    for (let thread = 0; thread < execution.paths.length; thread += 1) {
      const { ending } = execution.paths[thread];
      if (ending.kind !== 'fork' || ending.fork.alternatives === undefined) continue;
      const { alternatives } = ending.fork;
      const known = this.#decided(execution, thread);
      if (known >= 0) this.#divideTogether(execution, [thread], [known]);
      else this.#divideTogether(execution, this.#dividingAlike(execution, thread), alternatives);
      return true;
    }
    return false;
  }

  /** What decides how a path goes on that divides without waiting; -1 where it is not known, or nothing decides. */
  #decided(execution: Partial, thread: number): number {
    const { awaited } = execution.paths[thread];
    return awaited === undefined ? -1 : this.#propagation.evaluate(execution, thread, awaited);
  }

  /** The threads that divide as this one does, itself included, and can be exchanged with it. */
  #dividingAlike(execution: Partial, thread: number): readonly number[] {
    const { paths } = execution;
    const length = paths[thread].events.length;
    return [...paths.keys()].filter((other) => {
      const { ending, events } = paths[other];
      return (
        other === thread ||
        (ending.kind === 'fork' &&
          ending.fork.alternatives !== undefined &&
          events.length === length &&
          this.#canExchange(execution, thread, other) &&
          this.#decided(execution, other) < 0)
      );
    });
  }

  /** Gives threads that can be exchanged their ways to go on: only how many of them take each one matters. */
  #divideTogether(execution: Partial, threads: readonly number[], alternatives: readonly number[]): void {
    if (threads.length === 0) {
      this.#extend(execution);
      return;
    }
    const [value, ...others] = alternatives;
    for (let count = others.length === 0 ? threads.length : 0; count <= threads.length; count += 1) {
      const child = execution.copy();
      for (const thread of threads.slice(0, count)) {
        const path = child.paths[thread];
        const { awaited: expression } = path;
        child.choose(thread, value);
        if (expression !== undefined)
          child.assumptions = [...child.assumptions, { thread, expression, value }];
        child.advance(thread, path.child(value));
      }
      child.weight *= binomial(threads.length, count);
      this.#divideTogether(child, threads.slice(count), others);
    }
  }

  /** The read to decide next: one that a thread waits for, else any. */
  #nextRead(execution: Partial): number | undefined {
    for (let thread = 0; thread < execution.paths.length; thread += 1) {
      const { awaited } = execution.paths[thread];
      if (awaited === undefined) continue;
      const read = this.#unknownRead(execution, thread, awaited);
      if (read !== undefined && this.#sources(execution, read).length > 0) return read;
    }
    if (execution.paths.some(({ ending }) => ending.kind === 'fork')) return undefined;
    for (let number = 0; number < execution.size; number += 1) {
      const { kind } = execution.effects[number].event;
      if ((kind === 'R' || kind === 'IF') && execution.rf[number] === undecided) return number;
    }
    return undefined;
  }

  /** An undecided read that an expression's value depends on, through the writes that other reads were given. */
  #unknownRead(execution: Partial, thread: number, expression: Expression): number | undefined {
    if (expression.operator === 'read') {
      const number = execution.numbers[thread][expression.read];
      if (execution.values[number] >= 0) return undefined;
      const source = execution.rf[number];
      if (source < 0) return number;
      const { value } = execution.effects[source].event;
      return value === undefined
        ? undefined
        : this.#unknownRead(execution, execution.threadOf[source], value);
    }
    for (const operand of expression.operands) {
      const found = this.#unknownRead(execution, thread, operand);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What a read may still read, of the writes that exist. */
  #sources(execution: Partial, read: number): number[] {
    const { effects, ob, threadOf, written } = execution;
    const { location, kind: reader } = effects[read].event;
    const sources: number[] = execution.isBarred(read, initially) ? [] : [initially];
    for (let write = 0; write < written.length; write += 1) {
      if (written[write] !== location || execution.isBarred(read, write)) continue;
      // A read may be forwarded an own write that others see later than it; but no later one.
      const isForwarded = reader === 'R' && threadOf[write] === threadOf[read];
      if (isForwarded ? effects[write].index > effects[read].index : ob.has(read, write)) continue;
      sources.push(write);
    }
    return sources;
  }

  #isHopeless(execution: Partial): boolean {
    return isHopeless(execution, this.#threads, {
      sources: (read) => this.#sources(execution, read),
      awaited: (thread) => {
        const { awaited } = execution.paths[thread];
        return awaited === undefined ? undefined : this.#unknownRead(execution, thread, awaited);
      },
    });
  }

  /**
   * Undecided atomic read-modify-writes of one location: at most one of them can read a write. Where they can read none
   * that exists, they wait for what others do.
   */
  #rivalAtomics(execution: Partial): readonly number[] | undefined {
    const { effects, rf, writeOf } = execution;
    const byLocation = new Map<number, number[]>();
    for (let read = 0; read < effects.length; read += 1) {
      if (writeOf[read] < 0 || rf[read] !== undecided) continue;
      const { location } = effects[read].event;
      byLocation.set(location, [...(byLocation.get(location) ?? []), read]);
    }
    const canRead = (read: number): boolean => this.#sources(execution, read).length > 0;
    for (const reads of byLocation.values()) if (reads.length > 1 && reads.some(canRead)) return reads;
    return undefined;
  }

  /**
   * Decides which of some atomics follows a write immediately. They form a chain, and going along it from the initial
   * state keeps the values known.
   */
  #decideSuccessor(execution: Partial, reads: readonly number[]): void {
    const sources = reads.map((read) => this.#sources(execution, read));
    const [source] = sources.flat().toSorted((a, b) => a - b) as readonly (number | undefined)[];
    if (source === undefined) return;
    const candidates = reads.filter((_, i) => sources[i].includes(source));
    for (const read of candidates) {
      const alike = this.#alike(execution, candidates, read, source);
      if (alike > 0) this.#read(execution, read, source, alike);
    }
    const child = execution.copy();
    for (const read of candidates) child.bar(read, [source]);
    child.isDeferring = true;
    this.#extend(child);
  }

  /** Goes on with a read that reads a source, for itself and the choices that it stands for. */
  #read(execution: Partial, read: number, source: number, alike: number): void {
    const child = execution.copy();
    child.read(read, source);
    child.weight *= alike;
    this.#extend(child);
  }

  /**
   * How many of some events a choice among them need not tell apart, because their threads can be exchanged while
   * `fixed` stays: their number for the first of them, 0 for the others.
   */
  #alike(execution: Partial, events: readonly number[], event: number, fixed: number): number {
    const alike = events.filter((other) => other === event || this.#areAlike(execution, event, other, fixed));
    return alike[0] === event ? alike.length : 0;
  }

  /** Whether two events are the same but for their threads, which can be exchanged while `fixed` stays. */
  #areAlike(execution: Partial, event: number, other: number, fixed: number): boolean {
    if (event < 0 || other < 0) return false;
    const { threadOf, effects } = execution;
    const [a, b] = [threadOf[event], threadOf[other]];
    return (
      this.#canExchange(execution, a, b) &&
      (fixed < 0 || (threadOf[fixed] !== a && threadOf[fixed] !== b)) &&
      effects[event].index === effects[other].index
    );
  }

  /** Whether no choice has told two threads apart. */
  #canExchange({ touched, history }: Partial, a: number, b: number): boolean {
    return this.#classes[a] === this.#classes[b] && !touched[a] && !touched[b] && history[a] === history[b];
  }

  #decideRead(execution: Partial, read: number): void {
    const sources = this.#sources(execution, read);
    const alike = this.#waitingAlike(execution, read, sources);
    if (alike.length > 1) {
      this.#decideTogether(execution, alike, sources, 0);
      return;
    }
    for (const source of sources) {
      const weight = source === initially ? 1 : this.#alike(execution, sources, source, read);
      if (weight > 0) this.#read(execution, read, source, weight);
    }
    // Or it reads a write that does not exist yet.
    if (!this.#mayBeWrittenLater(execution, read)) return;
    const child = execution.copy();
    child.postpone(read, sources);
    this.#extend(child);
  }

  /** The reads like this one in threads that can be exchanged, if none of the threads wrote what they may read. */
  #waitingAlike(execution: Partial, read: number, sources: readonly number[]): readonly number[] {
    const { numbers, threadOf, effects, rf } = execution;
    const { index } = effects[read];
    const alike = numbers
      .map((own) => (own[index] as number | undefined) ?? -1)
      .filter(
        (other) =>
          other === read ||
          (other >= 0 && rf[other] === undecided && this.#areAlike(execution, read, other, -1)),
      );
    const owners = new Set(alike.map((other) => threadOf[other]));
    return sources.some((source) => source >= 0 && owners.has(threadOf[source])) ? [read] : alike;
  }

  /** Decides reads of exchangeable threads: only how many of them read each source matters. */
  #decideTogether(
    execution: Partial,
    reads: readonly number[],
    sources: readonly number[],
    from: number,
  ): void {
    const isLast = from === sources.length;
    if (isLast && reads.length > 0) {
      if (!this.#mayBeWrittenLater(execution, reads[0])) return;
      for (const read of reads) execution.postpone(read, sources);
    }
    if (isLast || reads.length === 0) {
      this.#extend(execution);
      return;
    }
    for (let count = 0; count <= reads.length; count += 1) {
      const child = execution.copy();
      for (const read of reads.slice(0, count)) child.read(read, sources[from]);
      child.weight *= binomial(reads.length, count);
      this.#decideTogether(child, reads.slice(count), sources, from + 1);
    }
  }

  #mayBeWrittenLater(execution: Partial, read: number): boolean {
    const { location } = execution.effects[read].event;
    return execution.paths.some(
      (path, thread) =>
        thread !== execution.threadOf[read] && mayWrite(path, this.#threads[thread], location),
    );
  }

  #orient(execution: Partial, [first, second]: Pair): void {
    for (const [from, to] of [
      [first, second],
      [second, first],
    ]) {
      const child = execution.copy();
      child.touched[child.threadOf[from]] = true;
      child.touched[child.threadOf[to]] = true;
      if (child.ob.order(from, to)) this.#extend(child);
    }
  }

  /** Orders maintenance operations; true when the visitor has seen enough. */
  #maintain(execution: Partial): boolean {
    const pair = unorderedMaintenance(execution);
    if (pair === undefined) return !this.#visitor.consistent(execution);
    const [first, second] = pair;
    for (const [from, to] of [
      [second, first],
      [first, second],
    ]) {
      const child = execution.copy();
      if (!child.ob.order(from, to) || !this.#propagation.settle(child)) continue;
      if (this.#maintain(child)) return true;
    }
    return false;
  }
}

/** The number of ways to choose `count` of `size`. */
function binomial(size: number, count: number): number {
  let ways = 1;
  for (let i = 1; i <= count; i += 1) ways = (ways * (size - count + i)) / i;
  return Math.round(ways);
}
