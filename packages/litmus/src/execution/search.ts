import { LitmusError } from '../error.ts';
import type { Program } from '../program/program.ts';
import type { Expression, Expressions } from '../thread/expression.ts';
import type { ThreadPaths } from '../thread/path.ts';
import { type Pair, unorderedMaintenance, unorderedWrites } from './orientation.ts';
import { Partial, initially, undecided } from './partial.ts';
import { Propagation } from './propagation.ts';
import { futureWrites } from './future.ts';

/** Who hears of the executions that a search finds. */
export interface Visitor {
  /**
   * Called when all reads and the coherence order are decided: whether the order of maintenance operations still has to
   * be found. When it is false the execution is left.
   */
  readonly candidate: (execution: Partial) => boolean;
  /** Called with a consistent execution; true to go on with other orders of its maintenance operations. */
  readonly consistent: (execution: Partial) => boolean;
}

/** Bounds of a search. */
export interface Bounds {
  /** Choices that are tried. */
  readonly maximumChoices: number;
}

/** Builds the consistent executions of a program, choice by choice, with the consequences drawn after each. */
export class Search {
  readonly #propagation: Propagation;
  readonly #threads: readonly ThreadPaths[];
  readonly #visitor: Visitor;
  readonly #bounds: Bounds;
  choices = 0;

  constructor(
    program: Program,
    expressions: Expressions,
    threads: readonly ThreadPaths[],
    visitor: Visitor,
    bounds: Bounds,
  ) {
    this.#propagation = new Propagation(program, expressions);
    this.#threads = threads;
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
    this.choices += 1;
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
    if (this.#divide(execution)) return false;
    const read = this.#nextRead(execution);
    if (read !== undefined) {
      this.#decideRead(execution, read);
      return false;
    }
    const waiting = execution.paths.some(({ ending }) => ending.kind === 'fork');
    // Whoever still waits does so for writes that nobody is going to make.
    if (waiting) return false;
    const writes = unorderedWrites(execution);
    if (writes !== undefined) {
      this.#orient(execution, writes);
      return false;
    }
    if (!this.#visitor.candidate(execution)) return false;
    return this.#maintain(execution);
  }

  /** Paths that divide without waiting: a free choice, or a value that is compared later. */
  #divide(execution: Partial): boolean {
    for (let thread = 0; thread < execution.paths.length; thread += 1) {
      const { ending } = execution.paths[thread];
      if (ending.kind !== 'fork' || ending.fork.alternatives === undefined) continue;
      const { expression, alternatives } = ending.fork;
      const known = expression === undefined ? -1 : this.#propagation.evaluate(execution, thread, expression);
      for (const value of known < 0 ? alternatives : [known]) {
        const child = execution.copy();
        child.touched |= 1 << thread;
        if (expression !== undefined)
          child.assumptions = [...child.assumptions, { thread, expression, value }];
        child.advance(thread, execution.paths[thread].child(value));
        this.#extend(child);
      }
      return true;
    }
    return false;
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
    const { effects, ob } = execution;
    const { location } = effects[read].event;
    const sources: number[] = execution.isBarred(read, initially) ? [] : [initially];
    for (let write = 0; write < effects.length; write += 1) {
      const { kind, location: other } = effects[write].event;
      if (kind !== 'W' || other !== location || ob.has(read, write) || execution.isBarred(read, write))
        continue;
      sources.push(write);
    }
    return sources;
  }

  #decideRead(execution: Partial, read: number): void {
    const sources = this.#sources(execution, read);
    for (const source of sources) {
      const child = execution.copy();
      child.rf[read] = source;
      this.#extend(child);
    }
    // Or it reads a write that does not exist yet.
    if (!this.#mayBeWrittenLater(execution, read)) return;
    const child = execution.copy();
    child.bar(read, sources);
    child.isDeferring = true;
    this.#extend(child);
  }

  #mayBeWrittenLater(execution: Partial, read: number): boolean {
    const { location } = execution.effects[read].event;
    return execution.paths.some(
      (path, thread) =>
        thread !== execution.threadOf[read] && futureWrites(path, this.#threads[thread]).includes(location),
    );
  }

  #orient(execution: Partial, [first, second]: Pair): void {
    for (const [from, to] of [
      [first, second],
      [second, first],
    ]) {
      const child = execution.copy();
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
