import { type Complaint, LitmusError } from '../error.ts';
import type { Program } from '../program/program.ts';
import type { Event } from './event.ts';
import { type Expression, Expressions } from './expression.ts';
import { instructionOf, supported } from './semantics/instructions.ts';
import { noSources } from './sources.ts';
import { type Fault, type Operand, ThreadState } from './state.ts';
import { type Fork, type Outcome, Step } from './step.ts';

/** How the instructions of a path end. */
export type Ending =
  /** It divides; the thread goes on in one of the children. */
  | { readonly kind: 'fork'; readonly fork: Fork }
  /** The thread has finished. */
  | { readonly kind: 'done' }
  /** A loop was taken more often than the bound allows. */
  | { readonly kind: 'cut' }
  /** herd7 discards the path: a fault while a fault is handled. */
  | { readonly kind: 'discarded' }
  /** The path has no meaning; an error if it is part of a consistent execution. */
  | { readonly kind: 'failure'; readonly complaint: Complaint; readonly address: number };

/** What a finished thread leaves. */
export interface Final {
  /** X0 to X30, and the zero register. */
  readonly registers: readonly Operand[];
  readonly faults: readonly Fault[];
}

/** Instructions of a thread between two divisions of its path. */
const maximumSteps = 20_000;

/** Events of a path. */
const maximumEvents = 1000;

/** Nodes of a thread, each times the square of its events: what is kept of a node grows so. */
const maximumHeld = 20_000_000;

/** How often a backward branch to one place is followed, as in herd7. */
export const defaultUnroll = 2;

/**
 * The paths of one thread as a tree: each node holds the events up to a division, and its children go on for each value
 * that the divided expression may have. Nodes are made when they are asked for.
 */
export class Path {
  readonly parent: Path | undefined;
  readonly events: readonly Event[];
  /** Index of the first event that the parent has not. */
  readonly first: number;
  readonly ending: Ending;
  readonly final: Final;
  readonly flags: readonly string[];
  readonly #thread: ThreadPaths;
  readonly #state: ThreadState;
  readonly #children = new Map<number, Path>();

  constructor(thread: ThreadPaths, state: ThreadState, parent?: Path) {
    this.#thread = thread;
    this.parent = parent;
    this.first = parent?.events.length ?? 0;
    const events = [...(parent?.events ?? [])];
    this.ending = thread.run(state, events);
    this.events = events;
    thread.hold(events.length);
    this.#state = state;
    this.final = { registers: state.registers, faults: state.faults };
    this.flags = state.flagsRaised;
  }

  /** The path that continues where the fork's expression has this value. */
  child(value: number): Path {
    const known = this.#children.get(value);
    if (known !== undefined) return known;
    if (this.ending.kind !== 'fork') throw new Error('a path that does not divide has no children');
    const state = this.#state.copy(this.#thread.expressions);
    this.ending.fork.follow(state, value);
    const child = new Path(this.#thread, state, this);
    this.#children.set(value, child);
    return child;
  }

  /** The expression that a thread waits for at the end of this node, and its depth in the tree. */
  get awaited(): Expression | undefined {
    return this.ending.kind === 'fork' ? this.ending.fork.expression : undefined;
  }
}

/** Executes one thread symbolically. */
export class ThreadPaths {
  readonly program: Program;
  readonly expressions: Expressions;
  readonly thread: number;
  readonly root: Path;
  readonly #unroll: number;
  #held = 0;

  constructor(program: Program, expressions: Expressions, thread: number, unroll: number) {
    this.program = program;
    this.expressions = expressions;
    this.thread = thread;
    this.#unroll = unroll;
    const { entry, registers } = program.threads[thread];
    const initial = Array.from({ length: 32 }, (_, number): Operand => {
      const id = registers.get(number);
      const value = id === undefined ? expressions.zero : expressions.constant(id);
      return { value, from: noSources, picked: noSources };
    });
    this.root = new Path(this, new ThreadState(entry, initial, expressions));
  }

  /** Counts a node with so many events. Throws when the thread has too many. */
  hold(events: number): void {
    this.#held += events * events;
    if (this.#held <= maximumHeld) return;
    throw new LitmusError(
      this.program.places.get(this.program.threads[this.thread].entry)?.at ?? { line: 1, column: 1 },
      {
        code: 'budget',
        expected: 'a thread with fewer ways to go',
        found: `too many in P${this.thread}`,
        remedy: 'make the thread shorter, or let fewer values be read',
      },
    );
  }

  /** The values that may decide how a path goes on; undefined where they cannot be listed. */
  valuesOf({ ending }: Path): readonly number[] | undefined {
    if (ending.kind !== 'fork') return [];
    const { expression, alternatives } = ending.fork;
    if (alternatives !== undefined || expression === undefined) return alternatives;
    return ending.fork.expected;
  }

  /** Executes instructions until the path divides or ends, and appends their events. */
  run(state: ThreadState, events: Event[]): Ending {
    const step = new Step(this.program, this.expressions, state, events);
    for (let steps = 0; steps < maximumSteps && events.length < maximumEvents; steps += 1) {
      if (state.failure !== undefined)
        return { kind: 'failure', complaint: state.failure, address: state.pc };
      if (!this.#landed(state)) return { kind: 'cut' };
      if (state.fetched === undefined) {
        const ending = this.#fetch(step);
        if (ending !== undefined) return ending;
      }
      const outcome = this.#execute(step);
      const ending = this.#proceed(step, outcome);
      if (ending !== undefined) return ending;
    }
    throw new LitmusError(this.program.places.get(state.pc)?.at ?? { line: 1, column: 1 }, {
      code: 'budget',
      expected: `at most ${maximumSteps} instructions and ${maximumEvents} events of a thread`,
      found: 'more',
      remedy: 'make the loop end',
    });
  }

  /** Counts a backward jump within the thread's own code; false when there were too many. */
  #landed(state: ThreadState): boolean {
    const from = state.jumpedFrom;
    state.jumpedFrom = undefined;
    if (from === undefined || from < state.pc || this.program.ownerOf(state.pc) !== this.thread) return true;
    const count = (state.jumps.get(state.pc) ?? 0) + 1;
    state.jumps.set(state.pc, count);
    return count <= this.#unroll;
  }

  /** Fetches the next instruction. Where code may be stored to, the path divides by what the fetch yields. */
  #fetch(step: Step): Ending | undefined {
    const { state, program } = step;
    const place = program.places.get(state.pc);
    if (place === undefined) {
      if (program.ends.has(state.pc)) return { kind: 'done' };
      return {
        kind: 'failure',
        address: state.pc,
        complaint: {
          code: 'program',
          expected: 'a branch to code',
          found: `a branch to ${program.nameOf(state.pc)}`,
          remedy: 'branch to an instruction or behind the last one',
        },
      };
    }
    state.instance += 1;
    state.fetchPicked = noSources;
    if (!program.exported.has(state.pc)) {
      state.fetched = place.word;
      return undefined;
    }
    const fetched = step.fetch(program.constants.code(state.pc));
    const follow = (later: ThreadState, value: number): void => {
      const constant = program.constants.of(value);
      const isCandidate =
        constant.kind === 'instruction' && (constant.word === place.word || program.instructions.has(value));
      later.fetched = isCandidate ? constant.word : invalidWord;
    };
    const candidates = [
      program.constants.instruction(place.word),
      ...program.instructions,
      this.expressions.zero.constant,
    ];
    return {
      kind: 'fork',
      fork: {
        kind: 'fork',
        expression: fetched.value,
        alternatives: undefined,
        expected: candidates,
        follow,
      },
    };
  }

  #execute(step: Step): Outcome {
    const word = step.state.fetched ?? invalidWord;
    const instruction = instructionOf(word);
    if (instruction === undefined) return step.unsupported(supported);
    return instruction.meaning(step, instruction.fields);
  }

  #proceed(step: Step, outcome: Outcome): Ending | undefined {
    const { state } = step;
    switch (outcome.kind) {
      case 'next':
        state.proceed(state.pc + 4);
        return undefined;
      case 'jump':
        if (outcome.bounded) state.jump(outcome.to);
        else state.proceed(outcome.to);
        return undefined;
      case 'jumped':
        return undefined;
      case 'fork':
        return { kind: 'fork', fork: outcome };
      case 'failure':
        return { kind: 'failure', complaint: outcome.complaint, address: state.pc };
      case 'fault':
        return this.#fault(step, outcome.fault, outcome.link);
    }
  }

  /** Takes a fault: to the handler, or as the variant says. */
  #fault(step: Step, fault: Fault, link: number): Ending | undefined {
    const { state, program } = step;
    const { handler } = program.threads[this.thread];
    step.emit('EXC-ENTRY');
    state.faults.push(fault);
    const value = this.expressions.constant(program.constants.code(link));
    state.exceptionLink = { value, from: noSources, picked: state.fetchPicked };
    if (state.inHandler) return { kind: 'discarded' };
    if (handler !== undefined) {
      state.inHandler = true;
      state.proceed(handler);
      return undefined;
    }
    if (program.faultHandling === 'fatal') return { kind: 'done' };
    if (program.faultHandling === 'skip' || fault.type === 'SupervisorCall') {
      state.proceed(state.pc + 4);
      return undefined;
    }
    // The instruction is executed again, and must not fault again.
    state.inHandler = true;
    state.proceed(state.pc);
    return undefined;
  }
}

/** UDF #0, which stands for whatever is no instruction. */
const invalidWord = 0;
