import { cells } from '@quiesce/cpu';
import { PairTable } from '@quiesce/explore';
import { Futures, modifiedBit, sentBit } from './futures.ts';
import { type LocalSteps, perOutcome } from './local-steps.ts';
import { pcOf } from './stepper.ts';
import { Surroundings } from './surroundings.ts';

/** A range of addresses, from `start` up to but not including `end`. */
interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/** What a CPU does while it goes first. */
export interface Solo {
  /** Its own states in which it goes first, the one that it begins in before the others. */
  readonly passed: readonly number[];
  /** Its own states, at least one, that it gets to from those and in which it does not go first any more. */
  readonly exits: readonly number[];
  /** What it reads on the way that others write at some time beside it. */
  readonly contested: number;
}

const none = 0;

/**
 * Decides which CPU may go first: its steps change nothing but the CPU, show no violation and no witness, read nothing that
 * another CPU may write while it waits, and come to an end. See ARCHITECTURE.md for why nothing is missed.
 *
 * What others may write is not known before the search has ended. So it is assumed to be what was seen so far, and
 * {@link conclude} says whether that came true.
 */
export class StepOrder {
  readonly futures: Futures = new Futures();
  /** What the CPU does that {@link goesFirst} has found. */
  solo: Solo = { passed: [], exits: [], contested: 0 };
  readonly #surroundings = new Surroundings();
  readonly #steps: LocalSteps;
  readonly #watches: readonly AddressRange[];
  /** By step: whether it concerns its CPU alone; undefined where that was not asked yet. */
  readonly #solitary: boolean[] = [];
  /** For a step and what others may still write: 1 + the index in {@link #solos}, or {@link none}. */
  #known = new PairTable();
  #solos: Solo[] = [];
  /** What any CPU of the state that was expanded last may still write, and what two of them may. */
  #any = 0;
  #several = 0;
  /** The growth of the surroundings for which {@link #known} holds. */
  #growth = 0;

  constructor(steps: LocalSteps, watches: readonly AddressRange[]) {
    this.#steps = steps;
    this.#watches = watches;
  }

  /**
   * Whether what was assumed is true of everything that was seen. If not, everything has to be searched again, with what is
   * known now.
   */
  conclude(): boolean {
    if (!this.futures.refuted && !this.#surroundings.refuted) return true;
    this.futures.restart();
    this.#surroundings.restart();
    this.#forget();
    return false;
  }

  /**
   * The place of a CPU that may go first, from 0, or -1. The own states of the CPUs stand in a state from `first` on.
   *
   * @param moved The own state of the only CPU that is not as it was in the state that was {@link expanded} last, which had
   *   the same shared state; -1 where more than that is different.
   */
  goesFirst(shared: number, state: Uint32Array, first: number, moved = -1): number {
    const { futures } = this;
    // What any CPU may still write, and what two of them may.
    let any = 0;
    let several = 0;
    for (let at = first; at < state.length; at++) {
      const own = futures.of(state[at]);
      several |= any & own;
      any |= own;
    }
    // Those that are as they were could not go first, and what is learnt since only forbids it to more.
    const isAsBefore = moved >= 0 && any === this.#any && several === this.#several;
    for (let at = first; at < state.length; at++) {
      const local = state[at];
      if ((isAsBefore && local !== moved) || (at > first && state[at - 1] === local)) continue;
      const others = several | (any & ~futures.of(local));
      const solo = this.#soloOf(shared, local, others);
      if (solo === undefined) continue;
      for (let other = first; solo.contested !== 0 && other < state.length; other++) {
        if (other !== at) futures.rely(state[other], solo.contested);
      }
      this.solo = solo;
      return at - first;
    }
    return -1;
  }

  /** Tier 2: the state of a CPU gets another form, in which times have other numbers, and means the same. */
  renumbered(from: number, to: number): void {
    if (from === to || !this.#surroundings.rename(from, to)) return;
    this.futures.learn(from, to, 0);
  }

  /** Takes note of a state in which every CPU moves, about which {@link goesFirst} was asked last. */
  expanded(shared: number, state: Uint32Array, first: number): void {
    const { futures } = this;
    this.#any = 0;
    this.#several = 0;
    let any = 0;
    let several = 0;
    let own = 0;
    for (let at = first; at < state.length; at++) {
      if (at === first || state[at - 1] !== state[at]) {
        own = this.#effectsOf(shared, state[at]);
      }
      several |= any & own;
      any |= own;
      const later = futures.of(state[at]);
      this.#several |= this.#any & later;
      this.#any |= later;
    }
    for (let at = first; at < state.length; at++) {
      if (at > first && state[at - 1] === state[at]) continue;
      own = this.#effectsOf(shared, state[at]);
      this.#surroundings.meet(state[at], several | (any & ~own));
    }
  }

  #effectsOf(shared: number, local: number): number {
    return this.#steps.effects[this.#steps.of(shared, local)];
  }

  /** What a CPU does if it goes first while others may still write this; undefined if it does not. */
  #soloOf(shared: number, local: number, others: number): Solo | undefined {
    const step = this.#steps.of(shared, local);
    if (!this.#goes(step, shared, local, others)) return undefined;
    if (this.#growth !== this.#surroundings.growth) this.#forget();
    const known = this.#known.get(step, others >>> 0);
    if (known >= 0) return known === none ? undefined : this.#solos[known - 1];
    const solo = this.#alone(shared, local, others);
    this.#known.set(step, others >>> 0, solo === undefined ? none : this.#solos.push(solo));
    return solo;
  }

  #forget(): void {
    this.#known = new PairTable();
    this.#solos = [];
    this.#growth = this.#surroundings.growth;
  }

  /** Lets a CPU move alone as long as it may. */
  #alone(shared: number, local: number, others: number): Solo | undefined {
    for (;;) {
      const { growth } = this.#surroundings;
      const solo = this.#explore(shared, local, others);
      if (solo !== undefined) this.#follow(shared, solo.passed);
      // What is written beside a state further on may forbid to go first here.
      if (growth !== this.#surroundings.growth) continue;
      if (solo !== undefined) this.#rely(shared, solo.passed);
      return solo;
    }
  }

  #explore(shared: number, local: number, others: number): Solo | undefined {
    const reached = [local];
    const before: number[][] = [[]];
    const ends: number[] = [];
    for (let i = 0; i < reached.length; i++) {
      const step = this.#steps.of(shared, reached[i]);
      if (!this.#goes(step, shared, reached[i], others)) {
        ends.push(i);
        continue;
      }
      const outcomes = this.#steps.outcomes[step];
      for (let k = 0; k < outcomes.length; k += perOutcome) {
        let to = reached.indexOf(outcomes[k + 2]);
        if (to < 0) {
          to = reached.push(outcomes[k + 2]) - 1;
          before.push([]);
        }
        before[to].push(i);
      }
    }
    // Where it could go round for ever, others have to move as well.
    const isEnding = new Set(ends);
    for (const at of isEnding) for (const from of before[at]) isEnding.add(from);
    const isPassed = (at: number): boolean => isEnding.has(at) && !ends.includes(at);
    if (!isPassed(0)) return undefined;
    const exits = reached.filter((_, at) => !isPassed(at) && before[at].some(isPassed));
    const passed = reached.filter((_, at) => isPassed(at));
    const contested = passed.reduce((bits, one) => {
      return bits | (this.#disturbing(this.#steps.of(shared, one)) & this.#surroundings.of(one));
    }, 0);
    return { passed, exits, contested };
  }

  #follow(shared: number, passed: readonly number[]): void {
    for (const local of passed) {
      const outcomes = this.#steps.outcomes[this.#steps.of(shared, local)];
      for (let k = 0; k < outcomes.length; k += perOutcome) {
        this.#surroundings.follow(local, outcomes[k + 2]);
      }
    }
  }

  #rely(shared: number, passed: readonly number[]): void {
    for (const local of passed) {
      const disturbing = this.#disturbing(this.#steps.of(shared, local));
      this.#surroundings.rely(local, disturbing & ~this.#surroundings.of(local));
    }
  }

  #disturbing(step: number): number {
    return this.#steps.reads[step] | modifiedBit | sentBit;
  }

  /** Whether a step concerns its CPU alone, and what it depends on is not written while its CPU waits. */
  #goes(step: number, shared: number, local: number, others: number): boolean {
    const isSolitary = (this.#solitary[step] ??= this.#concernsOne(step, shared, local));
    return isSolitary && (this.#disturbing(step) & this.#surroundings.of(local) & others) === 0;
  }

  #concernsOne(step: number, shared: number, local: number): boolean {
    const outcomes = this.#steps.outcomes[step];
    if (outcomes.length === 0 || this.#steps.effects[step] !== 0) return false;
    const before = this.#steps.locals.get(local);
    // Where every CPU has finished is the goal, which must not be passed.
    if (this.#steps.stepper.isDone(before)) return false;
    // Stores of others open monitors.
    if (before[cells.MONITOR] !== 0) return false;
    for (let i = 0; i < outcomes.length; i += perOutcome) {
      const [, nextShared, next, signals, violation] = outcomes.slice(i, i + perOutcome);
      if (nextShared !== shared || signals !== 0 || violation !== 0) return false;
      const after = this.#steps.locals.get(next);
      if (after[cells.MONITOR] !== 0 || this.#isWatched(pcOf(before), pcOf(after))) return false;
    }
    return true;
  }

  /** Whether a witness may notice that a program counter changes. */
  #isWatched(from: number, to: number): boolean {
    const isIn = (pc: number, { start, end }: AddressRange): boolean => pc >= start && pc < end;
    return this.#watches.some((range) => isIn(from, range) !== isIn(to, range));
  }
}
