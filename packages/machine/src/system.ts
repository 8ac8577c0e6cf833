import {
  type InternTable,
  Interner,
  type Property,
  type SnapshotReader,
  type SnapshotWriter,
  type TransitionSystem,
} from '@quiesce/explore';
import { Approach } from './approach.ts';
import { choiceMask } from './choice.ts';
import { type MachineLayout, layoutOf } from './layout.ts';
import { LocalSteps, perOutcome } from './local-steps.ts';
import { normalizer } from './normal-form.ts';
import { Observer } from './observer.ts';
import { Settling } from './settling.ts';
import type { MachineSpec } from './spec.ts';
import type { StateView } from './state-view.ts';
import { type Solo, StepOrder } from './step-order.ts';
import { Stepper } from './stepper.ts';
import { stepViolations } from './violation.ts';
import type { WitnessSpec } from './witness.ts';

/** What a check asks of a machine, and how its states are told apart. */
export interface SystemOptions {
  readonly witnesses?: readonly WitnessSpec[];
  /** Counts states that differ by an exchange of CPUs of one role as one. Default true. */
  readonly symmetry?: boolean;
  /** Makes one step of instructions that only their CPU can notice and the one before them. Default true. */
  readonly fuse?: boolean;
  /** Forgets registers that are dead. Default true. */
  readonly liveness?: boolean;
  /**
   * Lets a CPU go first when no order of its next steps and what the others may do meanwhile can be told apart. Keeps every
   * verdict and every witness, not counterexamples: paths mean nothing. The result is final only if {@link
   * MachineSystem.conclude} says so. Default false.
   */
  readonly order?: boolean;
  /** Executes every step twice and throws if the two differ. Default false. */
  readonly twice?: boolean;
  /** Where shared states and those of CPUs are numbered, if several systems are to number them alike. */
  readonly interners?: readonly InternTable[];
}

/** Cells of a state tuple before those of the CPUs: the violation (0: none) and the shared state. */
const header = 2;

/**
 * A machine as a transition system.
 *
 * A state is a tuple of small integers: the violation that the last step showed, the shared state, and each CPU's own
 * state, every one of them interned. What a step does is looked up in {@link LocalSteps}.
 */
export class MachineSystem implements TransitionSystem {
  readonly spec: MachineSpec;
  readonly layout: MachineLayout;
  readonly width: number;
  readonly properties: readonly Property[];
  readonly stepper: Stepper;
  readonly #shared: InternTable;
  readonly #locals: InternTable;
  readonly #steps: LocalSteps;
  #order: StepOrder | undefined;
  readonly #symmetry: boolean;
  readonly #observer: Observer;
  readonly #normalize: (local: Int32Array) => void;
  readonly #done = new Map<number, boolean>();
  /** After each successor that is emitted: the CPU that moved, as {@link markOf} will name it in that state. */
  mover = -1;
  readonly #next: Uint32Array;
  readonly #settling: Settling | undefined;

  constructor(spec: MachineSpec, options: SystemOptions = {}) {
    this.spec = spec;
    [this.#shared, this.#locals] = options.interners ?? [new Interner(), new Interner()];
    this.layout = layoutOf(spec);
    this.stepper = new Stepper(spec, this.layout);
    this.stepper.fuse = options.fuse ?? true;
    this.stepper.foresees = options.liveness ?? true;
    this.width = header + spec.cpus;
    this.#symmetry = options.symmetry ?? true;
    this.#next = new Uint32Array(this.width);
    this.#normalize = options.liveness === false ? () => undefined : normalizer(spec, this.layout);
    const interners = [this.#shared, this.#locals];
    if (spec.tier === 2) {
      this.#settling = new Settling(this.stepper.timeline(), interners, this.layout.view, (before, after) =>
        this.#order?.renumbered(before, after),
      );
    }
    this.#steps = new LocalSteps(
      this.stepper,
      interners,
      this.#normalize,
      (from, to, effects) => this.#order?.futures.learn(from, to, effects),
      options.twice,
    );
    const { witnesses = [] } = options;
    this.#observer = new Observer(this.layout, interners, header, spec.cpus, witnesses);
    this.properties = [...this.#judged(), ...this.#observer.properties];
    const watches = witnesses.map((witness) => ('shows' in witness ? [] : witness.watches));
    const known = watches.flatMap((ranges) => ranges ?? []);
    const canOrder = !watches.includes(undefined);
    this.#order = options.order === true && canOrder ? new StepOrder(this.#steps, known) : undefined;
  }

  /** What makes a verdict. */
  #judged(): Property[] {
    return [
      ...stepViolations.map((kind, i): Property => ({
        kind: 'always',
        name: kind,
        holds: (state) => state[0] !== i + 1,
      })),
      { kind: 'reachable', name: 'hang', holds: (state) => this.#allDone(state) },
    ];
  }

  /** A state to ask questions of; valid until the next call. */
  view(state: Uint32Array): StateView {
    return this.#observer.view(state);
  }

  /** How many different states of one CPU and of shared memory have been met; for statistics. */
  get components(): { readonly cpu: number; readonly shared: number; readonly steps: number } {
    return { cpu: this.#locals.size, shared: this.#shared.size, steps: this.#steps.size };
  }

  /**
   * Takes down what the numbers in a state stand for. Remembered steps are computed again, so what was concluded from them
   * is lost: not for a system with `order`.
   */
  save(writer: SnapshotWriter): void {
    for (const table of [this.#shared, this.#locals]) if (table instanceof Interner) table.save(writer);
  }

  /** Gives the numbers the meaning that they had in the system that was taken down; this one must be fresh. */
  restore(reader: SnapshotReader): void {
    for (const table of [this.#shared, this.#locals]) if (table instanceof Interner) table.restore(reader);
  }

  /** Whether orders of steps are left out: it was asked for, and every witness says what it watches. */
  get ordered(): boolean {
    return this.#order !== undefined;
  }

  /**
   * Whether what a search of this system found is final. If not, an order of steps was left out that matters, as a step
   * showed that became known later: search again, with what is known now.
   */
  conclude(): boolean {
    return this.#order?.conclude() ?? true;
  }

  /** From now on explores steps in every order, as if that had been asked for in the beginning. Forgets no step. */
  exhaust(): void {
    this.#order = undefined;
  }

  /** The states of the CPUs in a state. */
  localsOf<T extends Int32Array | Uint32Array>(state: T): T {
    return state.subarray(header) as T;
  }

  /** How many steps CPUs are away, by the steps that are known, from where they are in one of these states. */
  approach(locals: Iterable<number>): Approach {
    return new Approach(this.#steps, this.layout, locals);
  }

  initial(emit: (state: Uint32Array) => void): void {
    this.#observer.begin();
    const state = this.#next;
    state[0] = 0;
    state[1] = this.#shared.intern(this.stepper.initialShared());
    for (let cpu = 0; cpu < this.spec.cpus; cpu++) {
      const local = this.stepper.initialLocal(cpu);
      this.#normalize(local);
      state[header + cpu] = this.#locals.intern(local);
    }
    this.#sort(state);
    emit(state);
  }

  successors(state: Uint32Array, emit: (choice: number, next: Uint32Array) => void): void {
    const order = this.#order;
    const first = order?.goesFirst(state[1], state, header) ?? -1;
    if (order !== undefined && first >= 0) {
      this.#goFirst(state, first, order.solo, emit);
      return;
    }
    order?.expanded(state[1], state, header);
    const { roles } = this.layout;
    for (let cpu = 0; cpu < this.spec.cpus; cpu++) {
      const local = state[header + cpu];
      // An equal CPU of the same role would only repeat what its neighbour does.
      if (this.#symmetry && cpu > 0 && state[header + cpu - 1] === local && roles[cpu - 1] === roles[cpu])
        continue;
      const outcomes = this.#outcomesOf(state[1], local);
      for (let i = 0; i < outcomes.length; i += perOutcome) {
        this.mover = this.#symmetry ? outcomes[i + 2] : cpu;
        if (outcomes[i + 3] === 0 && this.#settling === undefined) {
          this.#next.set(state);
          this.#next[0] = outcomes[i + 4];
          this.#next[1] = outcomes[i + 1];
          this.#place(cpu, outcomes[i + 2]);
          this.#runOn(outcomes[i + 1] === state[1] ? outcomes[i + 2] : -1);
        } else {
          this.#compose(state, cpu, outcomes, i);
          this.#sort(this.#next);
          this.#runOn(-1);
        }
        emit((cpu << 16) | outcomes[i], this.#next);
      }
    }
  }

  /** A CPU goes first: only where it ends up is a state. The choice is the number of the way that it takes. */
  #goFirst(
    state: Uint32Array,
    cpu: number,
    { passed, exits }: Solo,
    emit: (choice: number, next: Uint32Array) => void,
  ): void {
    for (let i = 1; i < passed.length; i++) this.#observer.pass(passed[i]);
    exits.forEach((exit, way) => {
      this.#next.set(state);
      this.#place(cpu, exit);
      this.#runOn(-1);
      emit((cpu << 16) | way, this.#next);
    });
  }

  /**
   * A name for the CPU at a place of a state that stays the same while others move: its own state, where CPUs that are
   * alike count as one, else its number.
   */
  markOf(state: Uint32Array, cpu: number): number {
    return this.#symmetry ? state[header + cpu] : cpu;
  }

  /** The states along a path of the search, the first one included. */
  statesAlong(choices: Uint32Array): Uint32Array[] {
    let state = new Uint32Array(this.width);
    this.initial((initial) => (state = initial.slice()));
    const states = [state];
    for (const code of choices) {
      this.#follow(state, code >>> 16, code);
      this.#sort(this.#next);
      state = this.#next.slice();
      states.push(state);
    }
    return states;
  }

  /** The successor under a choice of the CPU at a place, before CPUs are sorted, in the scratch tuple. */
  #follow(state: Uint32Array, cpu: number, code: number): void {
    const outcomes = this.#outcomesOf(state[1], state[header + cpu]);
    const i = outcomes.findIndex((value, at) => at % perOutcome === 0 && value === (code & choiceMask));
    this.#compose(state, cpu, outcomes, i);
  }

  /**
   * From the state in the scratch tuple on, lets CPUs go first as long as there is one and it has only one way to go. What it
   * passes need not be kept: nothing shows there that does not show at its end.
   *
   * @param moved As {@link StepOrder.goesFirst} takes it.
   */
  #runOn(moved: number): void {
    const next = this.#next;
    if (this.#order === undefined || next[0] !== 0) return;
    for (let at = moved; ;) {
      const cpu = this.#order.goesFirst(next[1], next, header, at);
      const { passed, exits } = this.#order.solo;
      if (cpu < 0 || exits.length > 1) return;
      for (const local of passed) this.#observer.pass(local);
      this.#place(cpu, exits[0]);
      // Another one than the CPU that moved is not as it was either; and in tier 2 times are counted anew.
      at = at === passed[0] && this.#settling === undefined ? exits[0] : -1;
    }
  }

  /** The successor under outcome `i`, before CPUs are sorted, in the scratch tuple. */
  #compose(state: Uint32Array, cpu: number, outcomes: readonly number[], i: number): void {
    const next = this.#next;
    const signals = outcomes[i + 3];
    next[0] = outcomes[i + 4];
    next[1] = outcomes[i + 1];
    for (let c = 0; c < this.spec.cpus; c++) {
      const own = state[header + c];
      if (c === cpu) next[header + c] = outcomes[i + 2];
      else if (signals === 0) next[header + c] = own;
      else {
        const received = this.#steps.receive(signals, own, c);
        next[header + c] = received >>> 3;
        if (next[0] === 0) next[0] = received & 7;
      }
    }
    this.#settling?.settle(next, 1, header);
  }

  /** Sorts the CPUs of each role, so that an exchange of two of them is the same state. */
  #sort(state: Uint32Array): void {
    if (!this.#symmetry) return;
    const { roles } = this.layout;
    for (let i = 1; i < this.spec.cpus; i++) {
      const value = state[header + i];
      let j = i;
      for (; j > 0 && roles[j - 1] === roles[i] && state[header + j - 1] > value; j--) {
        state[header + j] = state[header + j - 1];
      }
      state[header + j] = value;
    }
  }

  /** Gives one CPU of the scratch tuple, which is sorted, another state, and keeps it sorted and settled. */
  #place(cpu: number, local: number): void {
    const next = this.#next;
    const { roles } = this.layout;
    let at = cpu;
    if (this.#symmetry) {
      for (; at > 0 && roles[at - 1] === roles[cpu] && next[header + at - 1] > local; at--) {
        next[header + at] = next[header + at - 1];
      }
      for (; roles[at + 1] === roles[cpu] && next[header + at + 1] < local; at++) {
        next[header + at] = next[header + at + 1];
      }
    }
    next[header + at] = local;
    if (this.#settling === undefined) return;
    this.#settling.settle(next, 1, header);
    this.#sort(next);
  }

  #outcomesOf(shared: number, local: number): readonly number[] {
    return this.#steps.outcomes[this.#steps.of(shared, local)];
  }

  #allDone(state: Uint32Array): boolean {
    if (state[0] !== 0) return false;
    for (let cpu = 0; cpu < this.spec.cpus; cpu++) {
      const local = state[header + cpu];
      let done = this.#done.get(local);
      if (done === undefined) {
        done = this.stepper.isDone(this.#locals.get(local));
        this.#done.set(local, done);
      }
      if (!done) return false;
    }
    return true;
  }

  /**
   * The choices of a path with the numbers of the CPUs that really move: a path of the search names CPUs by their
   * place among the sorted ones. Of several that are alike the one that moved last goes on.
   */
  schedule(choices: Uint32Array): number[] {
    let state = new Uint32Array(this.width);
    this.initial((initial) => (state = initial.slice()));
    // CPUs are sorted, stably, with the numbers that they really have.
    let real = Array.from({ length: this.spec.cpus }, (_, cpu) => cpu);
    let moved = -1;
    return Array.from(choices, (code) => {
      const last = real.indexOf(moved);
      const isAlike = this.#symmetry && last >= 0 && state[header + last] === state[header + (code >>> 16)];
      const cpu = isAlike ? last : code >>> 16;
      moved = real[cpu];
      this.#follow(state, cpu, code);
      const next = this.#next.slice();
      if (this.#symmetry) {
        const { roles } = this.layout;
        const order = real
          .map((_, at) => at)
          .sort((a, b) => roles[a] - roles[b] || next[header + a] - next[header + b] || a - b);
        real = order.map((at) => real[at]);
        this.#sort(next);
      }
      state = next;
      return (moved << 16) | (code & choiceMask);
    });
  }
}
