import { now, pause } from '../host.ts';
import { Interner } from '../interner.ts';
import type { Signal } from '../options.ts';
import type { Family } from './family.ts';
import { Decisions } from './must.ts';
import { type Listener, reach } from './reach.ts';
import { Refusal } from './refusal.ts';
import { Interference, Settlement } from './settled.ts';
import { FamilySpace } from './space.ts';

/** Processes of one local state are counted as none, one, or two and more. */
const CAP = 2;
/** States of small members that are looked at to see what processes do to each other. */
const WATCHED = 2000;
/** Abstract states that are explored, times the number of attempts, although an assumption was wrong. */
const PATIENCE = 256;
/** Milliseconds between two chances for the host to run its own events. */
const SLICE = 25;

/** Where to give up. */
export interface ProofOptions {
  /** Abstract states; default a million. */
  readonly states?: number;
  /** Wall-clock time of the proof; default no limit. */
  readonly milliseconds?: number;
  /** States of members that may be explored for a certificate; default 100,000, 0 looks for none. */
  readonly certificateStates?: number;
  /** Lets processes that nobody can influence or notice move first. Default true. */
  readonly reduces?: boolean;
  readonly signal?: Signal;
}

/** What a proof for every member of a family found out. Only `proved` is a verdict. */
export type ProofResult = Proved | Suspected | Unproved;

/** What every result carries. */
export interface ProofStatistics {
  /** Abstract states: how many processes are in each local state, as none, one, or more. */
  readonly states: number;
  /** Abstract moves that were examined. */
  readonly moves: number;
  /** Moves on which every counter was compared with the processes that it counts. */
  readonly lemmaChecks: number;
  /** How often the abstraction was explored until what it assumes of other processes was right. */
  readonly rounds: number;
  readonly milliseconds: number;
}

/** No member, whatever its number of processes, shows a violation, and in each the goal always stays reachable. */
export interface Proved {
  readonly outcome: 'proved';
  readonly statistics: ProofStatistics;
  /** Absent if none was found within the limit. */
  readonly certificate?: Certificate;
}

/**
 * The members with up to `processes` processes already have a state for every abstract one: the abstraction is exact, and a
 * larger member shows nothing that these do not.
 */
export interface Certificate {
  readonly processes: number;
  /** Exact states of all these members together. */
  readonly states: number;
}

/** The abstraction has a violation. A real member may or may not have it. */
export interface Suspected {
  readonly outcome: 'suspected';
  readonly statistics: ProofStatistics;
  /** Name of the violation, or `hang`. */
  readonly violation: string;
}

/** Nothing was found, and not everything was explored. */
export interface Unproved {
  readonly outcome: 'unproved';
  readonly statistics: ProofStatistics;
  readonly reason: string;
}

/**
 * Tries to prove that no member of a family shows a violation or hangs, by exploring an abstraction that covers them
 * all: for each local state it is known only whether no, one, or more processes are in it.
 */
export async function proveForAll(family: Family, options: ProofOptions = {}): Promise<ProofResult> {
  const steps = run(family, options);
  let next = now() + SLICE;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (now() < next) continue;
    await pause();
    next = now() + SLICE;
  }
}

/** {@link proveForAll} without handing over control. */
export function proveForAllSync(family: Family, options: ProofOptions = {}): ProofResult {
  const steps = run(family, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function* run(family: Family, options: ProofOptions): Generator<undefined, ProofResult, undefined> {
  const { states: limit = 1_000_000, milliseconds = Infinity, certificateStates = 100_000, signal } = options;
  const started = now();
  const interference = options.reduces === false ? undefined : new Interference();
  if (interference !== undefined) yield* watch(family, interference);
  for (let rounds = 1; ; rounds++) {
    if (interference !== undefined) interference.surprised = false;
    const attempt = new Attempt(family, interference);
    const statistics = (): ProofStatistics => ({
      states: attempt.states.size,
      moves: attempt.moves,
      lemmaChecks: attempt.space.lemmaChecks,
      rounds,
      milliseconds: now() - started,
    });
    const stopped = (): string | undefined => {
      if (signal?.aborted === true) return 'the proof was cancelled';
      if (now() - started >= milliseconds) return `it takes longer than ${milliseconds} ms`;
      return attempt.states.size > limit ? `there are more than ${limit} abstract states` : undefined;
    };
    let reason: string | undefined;
    try {
      for (const steps = attempt.explore(); reason === undefined && steps.next().done !== true;) {
        reason = stopped();
        // What was explored under a wrong assumption may be much more than is needed.
        if (interference?.surprised === true && attempt.states.size > PATIENCE * rounds) break;
        yield;
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reason = error.message;
    }
    if (reason !== undefined) return { outcome: 'unproved', statistics: statistics(), reason };
    const violation = attempt.violation === 0 ? undefined : family.violations[attempt.violation - 1];
    // What was assumed of the others was wrong: once more.
    if (violation === undefined && interference?.surprised === true) continue;
    let mayHang = false;
    for (const judging = attempt.judgeHang(); violation === undefined;) {
      const judged = judging.next();
      if (judged.done === true) {
        mayHang = judged.value;
        break;
      }
      reason = stopped();
      if (reason !== undefined) return { outcome: 'unproved', statistics: statistics(), reason };
      yield;
    }
    const suspect = violation ?? (mayHang ? 'hang' : undefined);
    if (suspect !== undefined) {
      return { outcome: 'suspected', statistics: statistics(), violation: suspect };
    }
    const proof = { outcome: 'proved', statistics: statistics() } as const;
    const certificate = yield* certify(family, attempt.states, certificateStates, stopped);
    return certificate === undefined ? proof : { ...proof, certificate };
  }
}

/** Watches what processes do to each other in small members, so that not all of it comes as a surprise. */
function* watch(family: Family, interference: Interference): Generator<undefined, void, undefined> {
  const space = new FamilySpace(family, Infinity, interference);
  const states = new Interner();
  const listener = { found: () => true, expanding: () => undefined, moved: () => undefined };
  const { least } = family.others;
  for (let others = least; others < least + 3; others++) {
    try {
      for (
        const steps = reach(space, [space.initial(others)], listener, states);
        steps.next().done !== true;
      ) {
        if (states.size > WATCHED) return;
        yield;
      }
    } catch (error) {
      // Whatever cannot be done for every N is refused where it matters.
      if (!(error instanceof Refusal)) throw error;
      return;
    }
  }
}

/** One exploration of the abstraction. */
class Attempt {
  readonly space: FamilySpace;
  readonly states = new Interner();
  readonly #family: Family;
  readonly #decisions = new Decisions();
  readonly #goals: number[] = [];
  violation = 0;
  moves = 0;

  constructor(family: Family, interference: Interference | undefined) {
    this.#family = family;
    const settlement = interference === undefined ? undefined : new Settlement(family, interference);
    this.space = new FamilySpace(family, CAP, interference, settlement);
  }

  /** Explores until everything is known or a violation is found. */
  *explore(): Generator<undefined, void, undefined> {
    const { space } = this;
    const { least } = this.#family.others;
    const initial = Array.from({ length: Math.max(1, CAP - least + 1) }, (_, i) => space.initial(least + i));
    const listener: Listener = {
      found: (state, cells) => {
        const fault = space.fault(cells);
        if (this.violation === 0) this.violation = fault;
        if (space.arrived(cells)) this.#goals.push(state);
        return fault === 0;
      },
      expanding: (state) => this.#decisions.begin(state),
      moved: (move, target) => {
        this.moves += 1;
        if (move.violation === 0) this.#decisions.add(move.decision, target, move.shift);
        else if (this.violation === 0) this.violation = move.violation;
      },
    };
    for (const steps = reach(space, initial, listener, this.states); steps.next().done !== true;) {
      if (this.violation !== 0) return;
      yield;
    }
    this.#decisions.finish();
  }

  /** Whether there is a state from which it is not certain that the goal can be reached. Yields now and then. */
  *judgeHang(): Generator<undefined, boolean, undefined> {
    const wins = yield* this.#decisions.winning(this.states.size, this.#goals);
    return wins.includes(0);
  }
}

/**
 * Explores members, the smallest first, until their states cover the abstraction. Undefined if that takes more states
 * than allowed.
 */
function* certify(
  family: Family,
  abstract: Interner,
  limit: number,
  stopped: () => string | undefined,
): Generator<undefined, Certificate | undefined, undefined> {
  const covered = new Uint8Array(abstract.size);
  let uncovered = abstract.size;
  let explored = 0;
  for (let others = family.others.least; ; others++) {
    const space = new FamilySpace(family, Infinity);
    const search = reach(space, [space.initial(others)], {
      found(_, cells) {
        explored += 1;
        const image = imageOf(cells, abstract);
        if (image < covered.length) {
          if (covered[image] === 0) uncovered -= 1;
          covered[image] = 1;
        }
        return true;
      },
      expanding: () => undefined,
      moved: () => undefined,
    });
    while (search.next().done !== true) {
      if (explored > limit || stopped() !== undefined) return undefined;
      yield;
    }
    if (uncovered === 0) return { processes: others + family.singles.length, states: explored };
  }
}

/** The abstract state that stands for an exact one; a new number if the proof did not need it. */
function imageOf(cells: Int32Array, abstract: Interner): number {
  return abstract.intern(cells.map((cell, i) => (i > 0 && i % 2 === 0 ? Math.min(CAP, cell) : cell)));
}
