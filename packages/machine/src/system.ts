import { cells } from '@quiesce/cpu';
import {
  type InternTable,
  Interner,
  PairTable,
  type Property,
  type SnapshotReader,
  type SnapshotWriter,
  type TransitionSystem,
} from '@quiesce/explore';
import type { Timeline } from '@quiesce/memory';
import { choiceMask, decodeChoice } from './choice.ts';
import { Futures, modifiedBit, sentBit } from './futures.ts';
import { type MachineLayout, layoutOf } from './layout.ts';
import { normalizer } from './normal-form.ts';
import { type Signal, signalKey } from './signal.ts';
import type { MachineSpec } from './spec.ts';
import { StateView } from './state-view.ts';
import { Stepper, pcOf } from './stepper.ts';
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
   * Lets a CPU go first when no order of its next step and what the others may still do can be told apart. Keeps every
   * verdict and every witness, not the length of counterexamples; the result is final only if {@link
   * MachineSystem.conclude} says so. Default false.
   */
  readonly order?: boolean;
  /** Where shared states and those of CPUs are numbered, if several systems are to number them alike. */
  readonly interners?: readonly InternTable[];
}

/** Everything that a remembered step produced: for each choice five numbers. */
const perChoice = 5;

/** Cells of a state tuple before those of the CPUs: the violation (0: none) and the shared state. */
const header = 2;

/**
 * A machine as a transition system.
 *
 * A state is a tuple of small integers: the violation that the last step showed, the shared state, and each CPU's own
 * state, every one of them interned. A step of one CPU depends on the shared state and its own state alone, so it is
 * computed once for each pair and then remembered; what it means for other CPUs is a signal, and how a CPU's state
 * changes under a signal is remembered as well.
 */
export class MachineSystem implements TransitionSystem {
  readonly spec: MachineSpec;
  readonly layout: MachineLayout;
  readonly width: number;
  readonly properties: readonly Property[];
  readonly stepper: Stepper;
  readonly #shared: InternTable;
  readonly #locals: InternTable;
  readonly #steps = new PairTable();
  /** For each remembered step its choices: choice, shared, local, signals, violation. The table holds the index. */
  readonly #outcomes: number[][] = [];
  readonly #signals: Signal[][] = [];
  readonly #signalIds = new Map<string, number>();
  readonly #received = new PairTable();
  /** For each remembered step what it reads if others may wait for it, or -1. */
  readonly #solitary: number[] = [];
  /** For each remembered step whether steps like it come to an end: 0 not known, 1 yes, 2 no. */
  readonly #settling: number[] = [];
  readonly #futures: Futures | undefined;
  readonly #watches: readonly { readonly start: number; readonly end: number }[];
  readonly #symmetry: boolean;
  readonly #view: StateView;
  readonly #viewLocals: Int32Array[];
  readonly #normalize: (local: Int32Array) => void;
  readonly #done = new Map<number, boolean>();
  /** After each successor that is emitted: the CPU that moved, as {@link markOf} will name it in that state. */
  mover = -1;
  readonly #next: Uint32Array;
  readonly #sharedWork: Int32Array;
  readonly #localWork: Int32Array;
  readonly #timeline: Timeline | undefined;
  readonly #settledLocals: Int32Array[];
  readonly #plans = new Interner();
  readonly #settledShared = new PairTable();
  readonly #settledOwn = new PairTable();

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
    this.#sharedWork = new Int32Array(this.layout.sharedLength);
    this.#localWork = new Int32Array(this.layout.localLength);
    this.#timeline = spec.tier === 2 ? this.stepper.timeline() : undefined;
    this.#settledLocals = Array.from({ length: spec.cpus }, () => this.#localWork);
    this.#view = new StateView(this.layout, spec.cpus, this.layout.sharedCells);
    this.#viewLocals = Array.from({ length: spec.cpus }, () => this.#localWork);
    this.#normalize = options.liveness === false ? () => undefined : normalizer(spec, this.layout);
    const witnesses = options.witnesses ?? [];
    this.properties = this.#propertiesFor(witnesses);
    this.#watches = witnesses.flatMap(({ watches = [] }) => watches);
    // In tier 2 a read depends on more than the words that it names.
    const canOrder = spec.tier !== 2 && witnesses.every(({ watches }) => watches !== undefined);
    this.#futures = options.order === true && canOrder ? new Futures() : undefined;
  }

  #propertiesFor(witnesses: readonly WitnessSpec[]): Property[] {
    return [
      ...stepViolations.map((kind, i): Property => ({
        kind: 'always',
        name: kind,
        holds: (state) => state[0] !== i + 1,
      })),
      { kind: 'reachable', name: 'hang', holds: (state) => this.#allDone(state) },
      ...witnesses.map((witness): Property => ({
        kind: 'sometimes',
        name: witness.name,
        holds: (state) => witness.holds(this.view(state)),
      })),
    ];
  }

  /** A state to ask questions of; valid until the next call. */
  view(state: Uint32Array): StateView {
    for (let cpu = 0; cpu < this.spec.cpus; cpu++)
      this.#viewLocals[cpu] = this.#locals.get(state[header + cpu]);
    this.#view.set(this.#shared.get(state[1]), this.#viewLocals);
    return this.#view;
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
    return this.#futures !== undefined;
  }

  /**
   * Whether what a search of this system found is final. If not, an order of steps was left out that matters, as a step
   * showed that became known later: search again, with what is known now.
   */
  conclude(): boolean {
    if (this.#futures?.refuted !== true) return true;
    this.#futures.restart();
    return false;
  }

  initial(emit: (state: Uint32Array) => void): void {
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
    const { roles } = this.layout;
    const first = this.#futures === undefined ? -1 : this.#goesFirst(state, this.#futures);
    for (let cpu = 0; cpu < this.spec.cpus; cpu++) {
      if (first >= 0 && cpu !== first) continue;
      const local = state[header + cpu];
      // An equal CPU of the same role would only repeat what its neighbour does.
      if (this.#symmetry && cpu > 0 && state[header + cpu - 1] === local && roles[cpu - 1] === roles[cpu])
        continue;
      const outcomes = this.#outcomesOf(state[1], local);
      for (let i = 0; i < outcomes.length; i += perChoice) {
        this.#compose(state, cpu, outcomes, i);
        this.mover = this.#symmetry ? outcomes[i + 2] : cpu;
        this.#sort(this.#next);
        emit((cpu << 16) | outcomes[i], this.#next);
      }
    }
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
    const i = outcomes.findIndex((value, at) => at % perChoice === 0 && value === (code & choiceMask));
    this.#compose(state, cpu, outcomes, i);
  }

  /**
   * A CPU whose next step may be made before everything else, or -1: it changes nothing but its CPU, shows no violation
   * and no witness, reads nothing that another CPU may still write, and comes to an end. See ARCHITECTURE.md.
   */
  #goesFirst(state: Uint32Array, futures: Futures): number {
    const shared = state[1];
    for (let cpu = 0; cpu < this.spec.cpus; cpu++) {
      const local = state[header + cpu];
      if (cpu > 0 && state[header + cpu - 1] === local) continue;
      this.#outcomesOf(shared, local);
      const reads = this.#solitary[this.#steps.get(shared, local)];
      if (reads < 0) continue;
      const disturbing = reads | modifiedBit | sentBit;
      if (this.#mayOthers(state, cpu, disturbing, futures) || !this.#settles(shared, local)) continue;
      for (let other = 0; other < this.spec.cpus; other++) {
        if (other !== cpu) futures.rely(state[header + other], disturbing);
      }
      return cpu;
    }
    return -1;
  }

  #mayOthers(state: Uint32Array, cpu: number, effects: number, futures: Futures): boolean {
    for (let other = 0; other < this.spec.cpus; other++) {
      if (other !== cpu && (futures.of(state[header + other]) & effects) !== 0) return true;
    }
    return false;
  }

  /** Whether a CPU, going first again and again, gets somewhere where it does not. */
  #settles(shared: number, local: number): boolean {
    const passed: number[] = [];
    for (let at = local; ;) {
      const outcomes = this.#outcomesOf(shared, at);
      const step = this.#steps.get(shared, at);
      const isLoop = passed.includes(step);
      if (this.#solitary[step] < 0 || this.#settling[step] !== 0 || isLoop) {
        const ends = !isLoop && (this.#solitary[step] < 0 || this.#settling[step] === 1);
        for (const each of passed) this.#settling[each] = ends ? 1 : 2;
        return ends;
      }
      passed.push(step);
      at = outcomes[2];
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
        const received = this.#receive(signals, own, c);
        next[header + c] = received >>> 3;
        if (next[0] === 0) next[0] = received & 7;
      }
    }
    if (this.#timeline !== undefined) this.#settle(next, this.#timeline);
  }

  /** Tier 2: states that differ only in how long ago things happened are one. */
  #settle(next: Uint32Array, timeline: Timeline): void {
    const { view } = this.layout;
    const locals = this.#settledLocals;
    for (let cpu = 0; cpu < this.spec.cpus; cpu++) locals[cpu] = this.#locals.get(next[header + cpu]);
    timeline.makePlan(this.#shared.get(next[1]), locals, view);
    const { plan, ownLength, planLength } = timeline;
    // Few plans occur, and what one does with a part of a state is remembered.
    const whole = this.#plans.intern(plan, planLength);
    const own = this.#plans.intern(plan, ownLength);
    next[1] = this.#settled(this.#settledShared, this.#shared, next[1], whole, (plan, shared) =>
      timeline.settleShared(plan, shared),
    );
    for (let cpu = 0; cpu < this.spec.cpus; cpu++) {
      next[header + cpu] = this.#settled(
        this.#settledOwn,
        this.#locals,
        next[header + cpu],
        own,
        (plan, local) => timeline.settleOwn(plan, local, view),
      );
    }
  }

  /** What a plan makes of a part of a state. */
  #settled(
    known: PairTable,
    table: InternTable,
    part: number,
    plan: number,
    settle: (plan: Int32Array, cells: Int32Array) => void,
  ): number {
    const before = known.get(part, plan);
    if (before >= 0) return before;
    const cells = table.get(part).slice();
    settle(this.#plans.get(plan), cells);
    const after = table.intern(cells);
    known.set(part, plan, after);
    return after;
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

  #outcomesOf(shared: number, local: number): readonly number[] {
    const known = this.#steps.get(shared, local);
    if (known >= 0) return this.#outcomes[known];
    const outcomes = this.#compute(shared, local);
    this.#steps.set(shared, local, this.#outcomes.length);
    this.#outcomes.push(outcomes);
    return outcomes;
  }

  #compute(shared: number, local: number): number[] {
    const { stepper } = this;
    const sharedBefore = this.#shared.get(shared);
    const localBefore = this.#locals.get(local);
    this.#sharedWork.set(sharedBefore);
    this.#localWork.set(localBefore);
    const outcomes: number[] = [];
    const { text } = stepper.memory;
    text.reads = 0;
    let writes = 0;
    for (const choice of stepper.choices(this.#sharedWork, this.#localWork)) {
      this.#sharedWork.set(sharedBefore);
      this.#localWork.set(localBefore);
      text.writes = 0;
      const failure = stepper.perform(this.#sharedWork, this.#localWork, choice);
      const changed = text.sharedChanged;
      writes |= text.writes;
      this.#normalize(this.#localWork);
      const next = this.#locals.intern(this.#localWork);
      this.#futures?.learn(local, next, text.writes | this.#sent(stepper.signals));
      outcomes.push(
        choice,
        changed ? this.#shared.intern(this.#sharedWork) : shared,
        next,
        this.#signalsId(stepper.signals),
        failure === undefined ? 0 : 1 + stepViolations.indexOf(failure.kind),
      );
    }
    this.#solitary.push(writes === 0 && this.#isSolitary(shared, local, outcomes) ? text.reads : -1);
    this.#settling.push(0);
    return outcomes;
  }

  /** What signals do beyond what their step writes. */
  #sent(signals: readonly Signal[]): number {
    let bits = 0;
    for (const { event, interrupt, modified } of signals) {
      if (event !== undefined || interrupt !== undefined) bits |= sentBit;
      if (modified !== undefined && this.layout.map.sites[modified].words > 1) bits |= modifiedBit;
    }
    return bits;
  }

  /** Whether the step is the only one of its CPU and concerns that CPU alone, as far as that does not depend on others. */
  #isSolitary(shared: number, local: number, outcomes: readonly number[]): boolean {
    const [choice, nextShared, next, signals, violation] = outcomes;
    if (outcomes.length !== perChoice || decodeChoice(choice).kind !== 'execute') return false;
    if (nextShared !== shared || next === local || signals !== 0 || violation !== 0) return false;
    const before = this.#locals.get(local);
    const after = this.#locals.get(next);
    // Stores of others open monitors.
    if (before[cells.MONITOR] !== 0 || after[cells.MONITOR] !== 0) return false;
    const [from, to] = [pcOf(before), pcOf(after)];
    const isIn = (pc: number, start: number, end: number): boolean => pc >= start && pc < end;
    return this.#watches.every(({ start, end }) => isIn(from, start, end) === isIn(to, start, end));
  }

  /** A number for a list of signals; 0 for none. */
  #signalsId(signals: readonly Signal[]): number {
    if (signals.length === 0) return 0;
    const key = signals.map(signalKey).join('; ');
    let id = this.#signalIds.get(key);
    if (id === undefined) {
      id = this.#signals.push([...signals]);
      this.#signalIds.set(key, id);
    }
    return id;
  }

  /** The state of a CPU after signals, times 8, plus the violation that it shows. */
  #receive(signals: number, local: number, cpu: number): number {
    // Only a directed interrupt asks which CPU this is, and then every CPU has a role of its own.
    const known = this.#received.get(signals, local);
    if (known >= 0) return known;
    this.#localWork.set(this.#locals.get(local));
    let violation = 0;
    for (const signal of this.#signals[signals - 1]) {
      const failure = this.stepper.receive(this.#localWork, cpu, signal);
      if (failure !== undefined && violation === 0) violation = 1 + stepViolations.indexOf(failure.kind);
    }
    const next = this.#locals.intern(this.#localWork);
    this.#futures?.learn(local, next, 0);
    const received = next * 8 + violation;
    this.#received.set(signals, local, received);
    return received;
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
