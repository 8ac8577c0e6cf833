import { ExploreError, type InternTable, PairTable } from '@quiesce/explore';
import { formatAddress } from '@quiesce/insn';
import { modifiedBit, sentBit } from './futures.ts';
import { type Signal, signalKey } from './signal.ts';
import { pcOf, type Stepper } from './stepper.ts';
import { stepViolations } from './violation.ts';

/** Numbers that an outcome of a step takes: the choice, shared state, own state, signals, violation. */
export const perOutcome = 5;

/** Told of each change of a CPU's own state when it becomes known, and what goes out with it. */
export type StepListener = (from: number, to: number, effects: number) => void;

/** What a step was seen to do: see the columns of {@link LocalSteps}. */
interface Executed {
  readonly outcomes: number[];
  readonly reads: number;
  readonly effects: number;
}

/**
 * The steps of single CPUs, each computed once. What a CPU can do depends on the shared state and its own state alone, both
 * interned; what it means for another CPU is a list of signals, and how a CPU's state changes under one is remembered too.
 */
export class LocalSteps {
  readonly stepper: Stepper;
  readonly shared: InternTable;
  readonly locals: InternTable;
  /**
   * By step: for each choice {@link perOutcome} numbers: the choice, the shared state and the own state behind it, the
   * number of the signals (0: none), and 1 + the index of the violation that it shows (0: none).
   */
  readonly outcomes: number[][] = [];
  /** By step: what it reads of the shared state, whatever the choice. */
  readonly reads: number[] = [];
  /** By step: what it writes, changed or not, and sends. */
  readonly effects: number[] = [];
  /** By step: the own state before it. */
  readonly sources: number[] = [];
  /** How signals were seen to change states of CPUs: the state before, the state behind, and so on. */
  readonly receptions: number[] = [];
  readonly #steps = new PairTable();
  readonly #received = new PairTable();
  readonly #signals: Signal[][] = [];
  readonly #signalIds = new Map<string, number>();
  readonly #normalize: (local: Int32Array) => void;
  readonly #listener: StepListener | undefined;
  readonly #twice: boolean;
  readonly #sharedWork: Int32Array;
  readonly #localWork: Int32Array;

  /**
   * @param interners Where shared states and those of CPUs are numbered.
   * @param normalize Puts the state of a CPU in normal form.
   * @param twice Executes every step twice, and throws `nondeterminism` if the two differ.
   */
  constructor(
    stepper: Stepper,
    [shared, locals]: readonly InternTable[],
    normalize: (local: Int32Array) => void,
    listener?: StepListener,
    twice = false,
  ) {
    this.stepper = stepper;
    this.shared = shared;
    this.locals = locals;
    this.#normalize = normalize;
    this.#listener = listener;
    this.#twice = twice;
    this.#sharedWork = new Int32Array(stepper.layout.sharedLength);
    this.#localWork = new Int32Array(stepper.layout.localLength);
  }

  /** How many steps are known. */
  get size(): number {
    return this.#steps.size;
  }

  /** The number of the step of a CPU in this state. */
  of(shared: number, local: number): number {
    const known = this.#steps.get(shared, local);
    if (known >= 0) return known;
    this.#compute(shared, local);
    const step = this.outcomes.length - 1;
    this.#steps.set(shared, local, step);
    return step;
  }

  #compute(shared: number, local: number): void {
    const step = this.#execute(shared, local);
    if (this.#twice) this.#compare(step, this.#execute(shared, local), local);
    this.outcomes.push(step.outcomes);
    this.reads.push(step.reads);
    this.effects.push(step.effects);
    this.sources.push(local);
  }

  /** The machine has to do the same again. */
  #compare(first: Executed, second: Executed, local: number): void {
    const isSame =
      first.outcomes.length === second.outcomes.length &&
      first.outcomes.every((value, i) => value === second.outcomes[i]);
    if (isSame && first.reads === second.reads && first.effects === second.effects) return;
    throw new ExploreError('nondeterminism', {
      what: `self-check of the step at ${formatAddress(pcOf(this.locals.get(local)))}`,
      found: 'another outcome the second time',
      expected: 'the same outcome, effects and reads',
      remedy: 'this is an error in the machine, not in the program: please report it',
    });
  }

  #execute(shared: number, local: number): Executed {
    const { stepper } = this;
    const sharedBefore = this.shared.get(shared);
    const localBefore = this.locals.get(local);
    this.#sharedWork.set(sharedBefore);
    this.#localWork.set(localBefore);
    const outcomes: number[] = [];
    const { text } = stepper.memory;
    text.reads = 0;
    let effects = 0;
    for (const choice of stepper.choices(this.#sharedWork, this.#localWork)) {
      this.#sharedWork.set(sharedBefore);
      this.#localWork.set(localBefore);
      text.writes = 0;
      const failure = stepper.perform(this.#sharedWork, this.#localWork, choice);
      const changed = text.sharedChanged;
      const goesOut = text.writes | this.#sent(stepper.signals);
      effects |= goesOut;
      this.#normalize(this.#localWork);
      const next = this.locals.intern(this.#localWork);
      this.#listener?.(local, next, goesOut);
      outcomes.push(
        choice,
        changed ? this.shared.intern(this.#sharedWork) : shared,
        next,
        this.#signalsId(stepper.signals),
        failure === undefined ? 0 : 1 + stepViolations.indexOf(failure.kind),
      );
    }
    return { outcomes, reads: text.reads, effects };
  }

  /** What signals do beyond what their step writes. */
  #sent(signals: readonly Signal[]): number {
    let bits = 0;
    for (const { event, interrupt, modified } of signals) {
      if (event !== undefined || interrupt !== undefined) bits |= sentBit;
      if (modified !== undefined && this.stepper.layout.map.sites[modified].words > 1) bits |= modifiedBit;
    }
    return bits;
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

  /** The state of a CPU after signals, times 8, plus 1 + the index of the violation that it shows, or 0. */
  receive(signals: number, local: number, cpu: number): number {
    // Only a directed interrupt asks which CPU this is, and then every CPU has a role of its own.
    const known = this.#received.get(signals, local);
    if (known >= 0) return known;
    this.#localWork.set(this.locals.get(local));
    let violation = 0;
    for (const signal of this.#signals[signals - 1]) {
      const failure = this.stepper.receive(this.#localWork, cpu, signal);
      if (failure !== undefined && violation === 0) violation = 1 + stepViolations.indexOf(failure.kind);
    }
    const next = this.locals.intern(this.#localWork);
    this.#listener?.(local, next, 0);
    const received = next * 8 + violation;
    this.#received.set(signals, local, received);
    this.receptions.push(local, next);
    return received;
  }
}
