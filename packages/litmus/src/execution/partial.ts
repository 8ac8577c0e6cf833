import type { Expression } from '../thread/expression.ts';
import type { Path } from '../thread/path.ts';
import { Reachability } from './reachability.ts';
import { type Effect, segmentOf } from './segment.ts';

/** `rf` of a read whose write is not chosen yet. */
export const undecided = -1;

/** `rf` of a read that reads the initial state. */
export const initially = -2;

/** A value that a path took for known, to be compared when the reads that it depends on are decided. */
interface Assumption {
  readonly thread: number;
  readonly expression: Expression;
  readonly value: number;
}

/**
 * An execution that is being built: a prefix of each thread, with the choices made so far. Everything that was chosen
 * or that follows from it is an edge of `ob`, which is kept closed. Events are numbered in the order of their arrival.
 *
 * Coherence, DC-after and IC-after need no tables of their own: two writes to one location, a DC and a write of its
 * line, and an IC and a fetch of its line must all be ordered by `ob` in the end, one way or the other.
 */
export class Partial {
  readonly paths: Path[];
  /** Observed-ordered-before, as far as it is known. */
  readonly ob: Reachability;
  readonly effects: Effect[];
  readonly threadOf: number[];
  /** For writes: the location that they write; -1 for other effects. */
  readonly written: number[];
  /** Numbers of the effects of each thread, by their index in the path; holes for other events. */
  readonly numbers: number[][];
  /** For reads and fetches: the write that is read. */
  readonly rf: number[];
  /** Constants that reads yield and writes store; -1 where not known. */
  readonly values: number[];
  /** For reads: how many writes existed when it was decided that none of them is read; bit 0 is the initial state. */
  readonly barred: (ReadonlySet<number> | undefined)[];
  /** The write of a successful read-modify-write, by its read. */
  readonly writeOf: number[];
  readonly isComplete: boolean[];
  assumptions: readonly Assumption[];
  /** Threads of which a write was chosen among others: they cannot be exchanged any more. */
  readonly touched: boolean[];
  /** The other choices of each thread: threads whose choices were the same can still be exchanged. */
  readonly history: string[];
  /** How many executions this one stands for, those of exchanged threads included. */
  weight = 1;
  isDeferring = false;

  constructor(threads: number, from?: Partial) {
    this.paths = from?.paths.slice() ?? [];
    this.ob = from?.ob.copy() ?? new Reachability();
    this.effects = from?.effects.slice() ?? [];
    this.threadOf = from?.threadOf.slice() ?? [];
    this.written = from?.written.slice() ?? [];
    this.numbers =
      from?.numbers.map((numbers) => numbers.slice()) ?? Array.from({ length: threads }, () => []);
    this.rf = from?.rf.slice() ?? [];
    this.values = from?.values.slice() ?? [];
    this.barred = from?.barred.slice() ?? [];
    this.writeOf = from?.writeOf.slice() ?? [];
    this.isComplete = from?.isComplete.slice() ?? [];
    this.assumptions = from?.assumptions ?? [];
    this.touched = from?.touched.slice() ?? Array.from({ length: threads }, () => false);
    this.history = from?.history.slice() ?? Array.from({ length: threads }, () => '');
    this.weight = from?.weight ?? 1;
    this.isDeferring = from?.isDeferring ?? false;
  }

  copy(): Partial {
    return new Partial(this.paths.length, this);
  }

  get size(): number {
    return this.effects.length;
  }

  /** Lets a thread go on to a node of its paths. */
  advance(thread: number, path: Path): void {
    this.paths[thread] = path;
    const numbers = this.numbers[thread];
    const { effects, completed } = segmentOf(path);
    for (const effect of effects) {
      const number = this.ob.add();
      numbers[effect.index] = number;
      this.effects.push(effect);
      this.threadOf.push(thread);
      this.written.push(effect.event.kind === 'W' ? effect.event.location : -1);
      this.rf.push(undecided);
      this.values.push(-1);
      this.barred.push(undefined);
      this.writeOf.push(-1);
      this.isComplete.push(false);
      // Edges into a new event cannot close a cycle.
      for (const index of effect.before) this.ob.order(numbers[index], number);
      if (effect.event.readOf >= 0 && !this.#isInterrupted(effect, numbers)) {
        this.writeOf[numbers[effect.event.readOf]] = number;
      }
    }
    for (const index of completed) this.isComplete[numbers[index]] = true;
  }

  /** A store of the thread itself between a load exclusive and its store: `atomic` says nothing then. */
  #isInterrupted({ event, index }: Effect, numbers: readonly number[]): boolean {
    for (let between = event.readOf + 1; between < index; between += 1) {
      const number = numbers[between] as number | undefined;
      if (number === undefined) continue;
      const other = this.effects[number].event;
      if (other.kind === 'W' && other.location === event.location) return true;
    }
    return false;
  }

  /** Decides what a read or fetch reads. */
  read(read: number, source: number): void {
    this.rf[read] = source;
    this.#note(read, String(source));
    if (source !== initially) this.touched[this.threadOf[source]] = true;
  }

  /** Decides that a read or fetch reads none of the writes that exist. */
  postpone(read: number, sources: readonly number[]): void {
    this.bar(read, sources);
    this.#note(read, `not ${sources.join()}`);
    this.isDeferring = true;
  }

  /** Decides how a path goes on that divides without waiting. */
  choose(thread: number, value: number): void {
    this.history[thread] += `=${value};`;
  }

  #note(read: number, choice: string): void {
    this.history[this.threadOf[read]] += `${this.effects[read].index}:${choice};`;
  }

  /** Whether a read or fetch was decided not to read a write, or the initial state. */
  isBarred(read: number, write: number): boolean {
    return this.barred[read]?.has(write) ?? false;
  }

  bar(read: number, writes: readonly number[]): void {
    this.barred[read] = new Set([...(this.barred[read] ?? []), ...writes]);
  }
}
