import { type Answer, answerOf } from './answer.ts';
import { LitmusError } from './error.ts';
import { finalStateOf } from './execution/final-state.ts';
import { Propagation } from './execution/propagation.ts';
import type { Partial } from './execution/partial.ts';
import { Search, type Visitor } from './execution/search.ts';
import { type FinalState, Observed, keyOf } from './observed.ts';
import { classesOf, noSymmetry } from './execution/symmetry.ts';
import { Orbits } from './permutation.ts';
import { flagsOfPaths, isCmodx, violatesCmodx } from './model/flags.ts';
import { Program } from './program/program.ts';
import type { LitmusTest, Observable, Proposition, Value } from './test.ts';
import { Expressions } from './thread/expression.ts';
import { ThreadPaths, defaultUnroll } from './thread/path.ts';

/** How a test is judged. */
export interface CheckOptions {
  /** How often a backward branch is followed. Default 2, as in herd7. */
  readonly unroll?: number;
  /** Counts the executions, with every order of maintenance operations, as herd7 does. */
  readonly counts?: boolean;
  /** Whether equal threads are exchanged freely, so that one of many like executions is looked at. Default true. */
  readonly symmetry?: boolean;
  /**
   * Choices that are tried before the search gives up with an error; one in an execution of more than 50 events counts for
   * several. Default 5 million: minutes.
   */
  readonly maximumChoices?: number;
}

/** What the axioms say of a test. */
export interface Outcome extends Answer {
  readonly test: string;
  /** The final states as herd7 prints them: `0:X1=1; [x]=2;`. */
  readonly states: readonly string[];
  readonly stateCount: number;
  /** Whether all states are in the list. If not, it has one of those that exchanging equal threads relates. */
  readonly isListed: boolean;
  readonly flags: readonly string[];
  /** Whether executions were left out because a loop was taken more often than the bound allows. */
  readonly isCut: boolean;
  /** Executions in which the condition holds, and in which it does not, where they were counted. */
  readonly positive: number | undefined;
  readonly negative: number | undefined;
}

const defaultChoices = 5_000_000;

/** Final states that are kept. */
const maximumStates = 500_000;

/** Judges a litmus test by the axiomatic model. Throws {@link LitmusError} for what it cannot judge. */
export function check(test: LitmusTest, options: CheckOptions = {}): Outcome {
  const program = new Program(test);
  const expressions = new Expressions(program.constants);
  const unroll = options.unroll ?? defaultUnroll;
  const threads = test.threads.map((_, thread) => new ThreadPaths(program, expressions, thread, unroll));
  const observed = new Observed(program);
  const registers = threads.map(({ thread }) => observed.registersOf(thread));
  const classes =
    options.symmetry === false ? noSymmetry(threads.length) : classesOf(program, threads, registers);
  const propagation = new Propagation(program, expressions);
  const judgement = new Judgement(
    program,
    propagation,
    observed,
    new Orbits(classes, observed),
    options.counts === true,
  );
  const bounds = { maximumChoices: options.maximumChoices ?? defaultChoices };
  new Search({ propagation, threads, classes, observed: registers }, judgement, bounds).run();
  return judgement.outcome();
}

type Register = Extract<Observable, { kind: 'register' }>;

/** Collects the final states, flags and counts of the consistent executions. */
class Judgement implements Visitor {
  readonly #program: Program;
  readonly #propagation: Propagation;
  readonly #observed: Observed;
  readonly #orbits: Orbits;
  readonly #counts: boolean;
  readonly #states = new Map<string, FinalState>();
  readonly #flags = new Set<string>();
  /** Whether some order of maintenance may leave a fetch and a write of the present candidate unordered. */
  #mayRace = false;
  #isCut = false;
  #positive = 0;
  #negative = 0;
  /** What the filter demands of registers, each of which must hold. */
  readonly #required: readonly { readonly name: Register; readonly value: number }[];

  constructor(
    program: Program,
    propagation: Propagation,
    observed: Observed,
    orbits: Orbits,
    counts: boolean,
  ) {
    this.#program = program;
    this.#propagation = propagation;
    this.#observed = observed;
    this.#orbits = orbits;
    this.#counts = counts;
    this.#required = demanded(program.test.filter).map(({ left, right }) => ({
      name: left,
      value: program.constant(right),
    }));
  }

  isPossible(execution: Partial): boolean {
    // That loops are cut is known, and nothing else comes of such an execution.
    if (this.#isCut && !this.#counts && isCut(execution)) return false;
    return this.#required.every(({ name, value }) => {
      const { thread, register } = name;
      const { ending, final } = execution.paths[thread];
      if (ending.kind !== 'done') return true;
      const found = this.#propagation.evaluate(execution, thread, final.registers[register].value);
      return found < 0 || this.#observed.equal(name, found, value);
    });
  }

  candidate(execution: Partial): boolean {
    // Orders of maintenance only add to what is ordered.
    this.#mayRace = isCmodx(execution, this.#program);
    if (this.#counts) return true;
    if (execution.paths.some(({ ending }) => ending.kind === 'failure')) return true;
    if (isCut(execution)) return !this.#isCut;
    const state = this.#stateOf(execution);
    if (!this.#passes(state)) return false;
    if (!this.#states.has(keyOf(state))) return true;
    return this.#newFlags(execution).length > 0 || (this.#mayRace && !this.#flags.has(violatesCmodx));
  }

  consistent(execution: Partial): boolean {
    for (const { ending } of execution.paths) {
      if (ending.kind !== 'failure') continue;
      const place = this.#program.places.get(ending.address);
      throw new LitmusError(place?.at ?? { line: 1, column: 1 }, ending.complaint);
    }
    if (isCut(execution)) {
      this.#isCut = true;
      return this.#counts;
    }
    const state = this.#stateOf(execution);
    if (!this.#passes(state)) return this.#counts;
    this.#keep(state);
    for (const flag of this.#newFlags(execution)) this.#flags.add(flag);
    if (this.#mayBeCmodx(execution)) this.#flags.add(violatesCmodx);
    if (this.#observed.holds(this.#program.test.condition, state)) this.#positive += execution.weight;
    else this.#negative += execution.weight;
    // Other orders of maintenance can only add a flag that is not raised yet.
    return this.#counts || (this.#mayRace && !this.#flags.has(violatesCmodx));
  }

  #keep(state: FinalState): void {
    this.#states.set(keyOf(state), state);
    if (this.#states.size <= maximumStates) return;
    throw new LitmusError(
      { line: 1, column: 1 },
      {
        code: 'budget',
        expected: `at most ${maximumStates} final states`,
        found: 'more',
        remedy: 'name fewer registers in the condition and in locations',
      },
    );
  }

  outcome(): Outcome {
    const { test } = this.#program;
    const states = [...this.#states.values()];
    // The condition does not tell exchangeable threads apart.
    const holding = states.filter((state) => this.#observed.holds(test.condition, state)).length;
    const listed = this.#orbits.expand(states);
    return {
      ...answerOf(test, holding, states.length),
      test: test.name,
      stateCount: states.reduce((sum, state) => sum + this.#orbits.sizeOf(state), 0),
      isListed: listed !== undefined,
      states: (listed ?? states)
        .sort((a, b) => this.#observed.compare(a, b))
        .map((state) => this.#observed.show(state)),
      flags: [...this.#flags].sort(),
      isCut: this.#isCut,
      positive: this.#counts ? this.#positive : undefined,
      negative: this.#counts ? this.#negative : undefined,
    };
  }

  /** The final state, or of those that an exchange of threads relates to it a fixed one. */
  #stateOf(execution: Partial): FinalState {
    const state = finalStateOf(execution, this.#observed, this.#program, this.#propagation);
    return this.#orbits.representative(state);
  }

  #passes(state: FinalState): boolean {
    const { filter } = this.#program.test;
    return filter === undefined || this.#observed.holds(filter, state);
  }

  #newFlags(execution: Partial): string[] {
    return flagsOfPaths(execution, this.#program).filter((flag) => !this.#flags.has(flag));
  }

  #mayBeCmodx(execution: Partial): boolean {
    return !this.#flags.has(violatesCmodx) && isCmodx(execution, this.#program);
  }
}

function isCut({ paths }: Partial): boolean {
  return paths.some(({ ending }) => ending.kind === 'cut');
}

/** The equations on registers that a proposition is the conjunction of, with others. */
function demanded(
  proposition: Proposition | undefined,
): { readonly left: Register; readonly right: Value }[] {
  if (proposition?.kind === 'and') return proposition.terms.flatMap(demanded);
  if (proposition?.kind !== 'equals' || proposition.left.kind !== 'register') return [];
  return [{ left: proposition.left, right: proposition.right }];
}

/** Whether the condition of a test holds in some consistent execution; executions that contradict it are not built. */
export function isReached(test: LitmusTest, options: CheckOptions = {}): boolean {
  const { condition, filter } = test;
  const wanted: Proposition = filter === undefined ? condition : { kind: 'and', terms: [filter, condition] };
  return check({ ...test, filter: wanted }, options).observation !== 'Never';
}
