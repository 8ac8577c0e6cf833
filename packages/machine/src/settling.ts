import { Interner, type InternTable, PairTable } from '@quiesce/explore';
import { joinDemands, type Timeline } from '@quiesce/memory';

/** Told of each form that the state of a CPU gets, when it becomes known. */
type FormListener = (before: number, after: number) => void;

/**
 * Tier 2: puts the times of a machine's states in normal form, so that states that differ only in how long ago things happened
 * are one. What that means for a part of a state depends on all parts, but on little of each; everything is found out once.
 */
export class Settling {
  readonly #timeline: Timeline;
  readonly #shared: InternTable;
  readonly #locals: InternTable;
  readonly #view: number;
  readonly #listener: FormListener;
  readonly #demands = new Interner();
  /** By state of a CPU: 1 + its demand, 0 where it was not asked for yet. */
  readonly #demandOf: number[] = [];
  readonly #joined = new PairTable();
  readonly #plans = new Interner();
  readonly #planOf = new PairTable();
  readonly #settledShared = new PairTable();
  readonly #settledOwn = new PairTable();

  /**
   * @param interners Where shared states and those of CPUs are numbered.
   * @param view Where in the state of a CPU its view begins.
   */
  constructor(
    timeline: Timeline,
    [shared, locals]: readonly InternTable[],
    view: number,
    listener: FormListener,
  ) {
    this.#timeline = timeline;
    this.#shared = shared;
    this.#locals = locals;
    this.#view = view;
    this.#listener = listener;
  }

  /** Settles a state: the shared state is cell `shared`, those of the CPUs are the cells from `first` on. */
  settle(state: Uint32Array, shared: number, first: number): void {
    let demand = this.#demand(state[first]);
    for (let at = first + 1; at < state.length; at++) demand = this.#join(demand, this.#demand(state[at]));
    const plan = this.#plan(state[shared], demand);
    state[shared] = this.#settleShared(state[shared], plan);
    for (let at = first; at < state.length; at++) state[at] = this.#settleOwn(state[at], plan);
  }

  /** What a CPU demands. */
  #demand(local: number): number {
    const known = this.#demandOf[local] ?? 0;
    if (known !== 0) return known - 1;
    const demand = new Int32Array(this.#timeline.demandLength);
    this.#timeline.demand(this.#locals.get(local), this.#view, demand);
    const id = this.#demands.intern(demand);
    while (this.#demandOf.length <= local) this.#demandOf.push(0);
    this.#demandOf[local] = id + 1;
    return id;
  }

  #join(a: number, b: number): number {
    if (a === b) return a;
    const known = this.#joined.get(a, b);
    if (known >= 0) return known;
    const demand = this.#demands.get(a).slice();
    joinDemands(demand, this.#demands.get(b));
    const id = this.#demands.intern(demand);
    this.#joined.set(a, b, id);
    return id;
  }

  #plan(shared: number, demand: number): number {
    const known = this.#planOf.get(shared, demand);
    if (known >= 0) return known;
    this.#timeline.makePlan(this.#shared.get(shared), this.#demands.get(demand));
    const plan = this.#plans.intern(this.#timeline.plan, this.#timeline.planLength);
    this.#planOf.set(shared, demand, plan);
    return plan;
  }

  #settleShared(shared: number, plan: number): number {
    const known = this.#settledShared.get(shared, plan);
    if (known >= 0) return known;
    const cells = this.#shared.get(shared).slice();
    this.#timeline.settleShared(this.#plans.get(plan), cells);
    const after = this.#shared.intern(cells);
    this.#settledShared.set(shared, plan, after);
    return after;
  }

  #settleOwn(local: number, plan: number): number {
    const known = this.#settledOwn.get(local, plan);
    if (known >= 0) return known;
    const cells = this.#locals.get(local).slice();
    this.#timeline.settleOwn(this.#plans.get(plan), cells, this.#view);
    const after = this.#locals.intern(cells);
    this.#settledOwn.set(local, plan, after);
    this.#listener(local, after);
    return after;
  }
}
