import type { Family, FamilyStep } from './family.ts';
import { Population, signsOf, valueOf } from './interval.ts';
import { checkLemma, checkStart } from './lemma.ts';
import type { Shift } from './must.ts';
import { Refusal } from './refusal.ts';
import type { Interference, Settlement } from './settled.ts';

/** One way in which a decision of the scheduler can come out. */
export interface Move {
  /** Moves with equal numbers are one decision: a process in one local state, and what it does. */
  readonly decision: number;
  /** The violation that the step shows, or 0. */
  readonly violation: number;
  /** Who changes places. */
  readonly shift: Shift;
}

/**
 * The states of a family, as sequences of cells: the shared state, and in ascending order each local state that some
 * process is in, with the number of processes. From `cap` on numbers are not told apart: `cap` stands for itself and
 * everything above. With an infinite cap this is the exact space of one member.
 */
export class FamilySpace {
  readonly family: Family;
  readonly cap: number;
  /** Steps whose counters were compared with what they count. */
  lemmaChecks = 0;
  readonly #interference: Interference | undefined;
  readonly #settlement: Settlement | undefined;
  // The state that is being put together, and its length.
  #next: Int32Array = new Int32Array(64);
  #length = 0;
  readonly #before = new Population();
  readonly #others = new Population();

  /**
   * @param interference Is told every noticeable step.
   * @param settlement Says which processes may move before all others.
   */
  constructor(family: Family, cap: number, interference?: Interference, settlement?: Settlement) {
    this.family = family;
    this.cap = cap;
    this.#interference = interference;
    this.#settlement = settlement;
  }

  /**
   * The initial state with a number of processes beside the singles, capped.
   *
   * @throws {Refusal} where the lemma about its counters fails.
   */
  initial(others: number): Int32Array {
    const { family } = this;
    this.#before.clear();
    for (const local of family.singles) this.#before.push(local, 1, 1);
    this.#before.push(family.others.local, others, others === this.cap ? Infinity : others);
    checkStart(family, this.#before);
    this.#begin(family.shared);
    for (const local of family.singles) this.#join(this.#atRest(family.shared, local), 1);
    if (others > 0) this.#join(this.#atRest(family.shared, family.others.local), others);
    return this.#next.slice(0, this.#length);
  }

  #begin(shared: number): void {
    this.#next[0] = shared;
    this.#length = 1;
  }

  /** Adds processes to the state that is being put together. */
  #join(local: number, count: number): void {
    let next = this.#next;
    let at = this.#length;
    while (at > 1 && next[at - 2] > local) at -= 2;
    if (at > 1 && next[at - 2] === local) {
      next[at - 1] = Math.min(this.cap, next[at - 1] + count);
      return;
    }
    if (this.#length + 2 > next.length) {
      this.#next = new Int32Array(2 * next.length);
      this.#next.set(next);
      next = this.#next;
    }
    next.copyWithin(at + 2, at, this.#length);
    next[at] = local;
    next[at + 1] = Math.min(this.cap, count);
    this.#length += 2;
  }

  #atRest(shared: number, local: number): number {
    return this.#settlement?.atRest(shared, local) ?? local;
  }

  /** The first violation that a state shows by itself, or 0. */
  fault(state: Int32Array): number {
    for (let i = 1; i < state.length; i += 2) {
      const fault = this.family.fault(state[0], state[i]);
      if (fault !== 0) return fault;
    }
    return 0;
  }

  /** Whether every process has reached its goal. */
  arrived(state: Int32Array): boolean {
    for (let i = 1; i < state.length; i += 2) if (!this.family.arrived(state[i])) return false;
    return true;
  }

  /** The places, among the local states of a state, of those in which a process may move before all others. */
  settled(state: Int32Array): number[] {
    const places: number[] = [];
    if (this.#settlement === undefined) return places;
    for (let i = 1; i < state.length; i += 2) {
      if (this.#settlement.isSettled(state[0], state[i])) places.push((i - 1) / 2);
    }
    return places;
  }

  /** Whether the settled process at a place can get to where it is not settled any more. */
  canLeave(state: Int32Array, place: number): boolean {
    return this.#settlement?.canLeave(state[0], state[2 * place + 1]) === true;
  }

  /**
   * Emits everything that the processes in the local states at some places can do next, at all places by default. `next`
   * is reused.
   *
   * @throws {Refusal} where the family refuses a step, or the lemma about its counters fails.
   */
  successors(
    state: Int32Array,
    emit: (next: Int32Array, move: Move) => void,
    moves: (place: number) => boolean = () => true,
  ): void {
    const places = (state.length - 1) / 2;
    let decisions = 0;
    for (let place = 0; place < places; place++) {
      const steps = this.family.steps(state[0], state[2 * place + 1]);
      if (moves(place)) {
        const count = state[2 * place + 2];
        this.#count(state, place, count, count);
        this.#each(state, place, steps, decisions, emit);
        if (count === this.cap) {
          this.#count(state, place, count + 1, Infinity);
          this.#each(state, place, steps, decisions, emit);
        }
      }
      for (let i = 0; i < steps.length; i++) {
        if (i === 0 || steps[i].choice !== steps[i - 1].choice) decisions += 1;
      }
    }
  }

  /** Sets out the population before a step, and those that do not move, with a number of processes at one place. */
  #count(state: Int32Array, place: number, least: number, most: number): void {
    this.#before.clear();
    this.#others.clear();
    for (let i = 1; i < state.length; i += 2) {
      const [local, count] = [state[i], state[i + 1]];
      if (i !== 2 * place + 1) {
        const upTo = count === this.cap ? Infinity : count;
        this.#before.push(local, count, upTo);
        this.#others.push(local, count, upTo);
        continue;
      }
      this.#before.push(local, least, most);
      if (most > 1) this.#others.push(local, least - 1, most - 1);
    }
  }

  #each(
    state: Int32Array,
    place: number,
    steps: readonly FamilyStep[],
    first: number,
    emit: (next: Int32Array, move: Move) => void,
  ): void {
    let decision = first - 1;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i];
      if (i === 0 || step.choice !== steps[i - 1].choice) decision += 1;
      if (this.#isPossible(step, state[0])) this.#take(state[0], state[2 * place + 1], step, decision, emit);
    }
  }

  #isPossible({ guards }: FamilyStep, shared: number): boolean {
    for (const { form, signs } of guards) {
      if ((signsOf(valueOf(this.family, form, shared, this.#before)) & signs) === 0) return false;
    }
    return true;
  }

  #take(
    shared: number,
    local: number,
    step: FamilyStep,
    decision: number,
    emit: (next: Int32Array, move: Move) => void,
  ): void {
    const { family } = this;
    if (step.refusal !== undefined) throw new Refusal(step.refusal);
    let { violation } = step;
    const into = new Set<number>();
    const { locals, least, length } = this.#others;
    this.#begin(step.shared);
    for (let i = 0; i < length; i++) {
      let other = locals[i];
      this.#interference?.observe(shared, step, other);
      if (step.broadcast !== 0) {
        const received = family.receive(step.broadcast, other);
        if (violation === 0) violation = received.violation;
        other = received.local;
      }
      other = this.#atRest(step.shared, other);
      if (other !== locals[i]) into.add(other);
      this.#join(other, least[i]);
    }
    const rest = this.#atRest(step.shared, step.local);
    if (rest !== local) into.add(rest);
    this.#join(rest, 1);
    if (family.counters.length > 0 && violation === 0) {
      checkLemma(family, shared, local, step, this.#others);
      this.lemmaChecks += 1;
    }
    emit(this.#next.subarray(0, this.#length), {
      decision,
      violation,
      shift: { from: rest === local ? -1 : local, into },
    });
  }
}
