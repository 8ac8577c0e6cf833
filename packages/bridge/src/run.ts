import { type BoundHit, type TransitionSystem, exploreSync } from '@quiesce/explore';
import {
  type Answer,
  type FinalState,
  type LitmusTest,
  Observed,
  type TakenFault,
  answerOf,
  keyOf,
} from '@quiesce/litmus';
import { MachineError, MachineSystem, type StateView } from '@quiesce/machine';
import { MemoryError } from '@quiesce/memory';
import { Image } from './image.ts';
import { leftOutOf } from './left-out.ts';
import { NotRunnable } from './not-runnable.ts';

/** How a test is run. */
export interface RunOptions {
  /** How weak data is: 1 sequentially consistent, 2 as far as the architecture orders it. Default 2. */
  readonly tier?: 1 | 2;
  /** States that are stored before the run is given up. Default 2 million. */
  readonly maximumStates?: number;
  /** In tier 2: every store is visible at once and every load reads the newest, the restriction that is tier 1. */
  readonly sequential?: boolean;
}

/** What the machine says of a test: the final states of all its runs, loops in full. */
export interface MachineOutcome extends Answer {
  readonly test: string;
  readonly tier: 1 | 2;
  /** The final states as herd7 prints them: `0:X1=1; [x]=2;`. */
  readonly states: readonly string[];
  /** States of the machine that were explored. */
  readonly explored: number;
  /** What was left out because only so much is kept, in words. */
  readonly bounds: readonly string[];
  /** What the architecture allows this test, and the tier leaves out, in words; see {@link leftOutOf}. */
  readonly leftOut: readonly string[];
}

const defaultStates = 2_000_000;

/**
 * Runs a litmus test on the machine, in every way that there is. Throws {@link NotRunnable} for a test that the machine
 * cannot run, and `LitmusError` for one that is wrong.
 */
export function run(test: LitmusTest, options: RunOptions = {}): MachineOutcome {
  const image = new Image(test, options.tier ?? 2);
  const observed = new Observed(image);
  refuseFaults(test, observed);
  try {
    return explored(image, observed, options, true);
  } catch (error) {
    if (!(error instanceof MachineError) || error.code !== 'unforeseen') throw translated(error);
  }
  try {
    return explored(image, observed, options, false);
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof MemoryError)) return error;
  return new NotRunnable(error.code === 'too-many-versions' ? 'versions' : 'memory', error.message);
}

/** @param fuse Whether instructions that only their CPU can notice are one step with the one before them. */
function explored(
  image: Image,
  observed: Observed,
  { tier = 2, maximumStates = defaultStates, sequential = false }: RunOptions,
  fuse: boolean,
): MachineOutcome {
  const { test, spec } = image;
  const system = new MachineSystem(spec, { symmetry: false, liveness: false, fuse });
  const order = system.stepper.weak?.order;
  if (order !== undefined) order.sequential = sequential;
  const finals = new Map<string, FinalState>();
  const result = exploreSync(
    recording(system, (view) => {
      if (!test.threads.every((_, thread) => view.pc(thread) === spec.done)) return;
      const state = finalStateOf(image, observed, view);
      if (test.filter !== undefined && !observed.holds(test.filter, state)) return;
      finals.set(keyOf(state), state);
    }),
    { strategy: 'depth-first', all: true, bounds: { states: maximumStates } },
  );
  if (result.verdict === 'aborted') {
    throw result.reason.error instanceof Error ? result.reason.error : new Error(result.reason.message);
  }
  if (result.verdict === 'violated' && result.violations.some(({ property }) => property === 'fault'))
    throw new NotRunnable('memory');
  const hits: readonly BoundHit[] = 'bounds' in result ? result.bounds : [];
  if (hits.length > 0) throw new NotRunnable('budget', `more than ${maximumStates}`);
  const states = [...finals.values()].sort((a, b) => observed.compare(a, b));
  const holding = states.filter((state) => observed.holds(test.condition, state)).length;
  return {
    ...answerOf(test, holding, states.length),
    test: test.name,
    tier,
    states: states.map((state) => observed.show(state)),
    explored: result.statistics.states,
    bounds: order?.bounds ?? [],
    leftOut: tier === 1 ? ['reordered data accesses'] : leftOutOf(test),
  };
}

/** The system, with everybody told of the states that have no successor. */
function recording(system: MachineSystem, ended: (view: StateView) => void): TransitionSystem {
  return {
    width: system.width,
    // What violates them ends its path: executions that herd7 discards. Nobody asks for hangs.
    properties: system.properties.filter(({ kind }) => kind === 'always'),
    initial: (emit) => system.initial(emit),
    successors: (state, emit) => {
      let count = 0;
      system.successors(state, (choice, next) => {
        count += 1;
        emit(choice, next);
      });
      if (count === 0) ended(system.view(state));
    },
  };
}

function finalStateOf(image: Image, observed: Observed, view: StateView): FinalState {
  const values = [...observed.observables, ...observed.hidden].map((one) => image.valueIn(view, one));
  const taken = image.test.threads.flatMap((_, thread): TakenFault[] => {
    const fault = image.faultIn(view, thread);
    if (fault === undefined) return [];
    const type = fault.isCall ? 'SupervisorCall' : 'UndefinedInstruction';
    return [{ thread, labels: image.placement.labelsAt(fault.address), type }];
  });
  return { values, ...observed.matched(taken) };
}

/** A fault is seen in the final state where the first one ends its thread. */
function refuseFaults(test: LitmusTest, { faults }: Observed): void {
  const isFatal = /\bfatal\b/.test(test.metadata.get('Variant') ?? '');
  const going = faults.find(({ thread }) => !isFatal || test.handlers.has(thread));
  if (going !== undefined) throw new NotRunnable('fault', `P${going.thread}`);
  for (const [thread, { lines }] of test.handlers) {
    const faulting = lines.find(({ text }) => /^(?:SVC|UDF)\b/i.test(text));
    if (faulting !== undefined) throw new NotRunnable('nested-fault', `'${faulting.text}' in P${thread}.F`);
  }
}
