import {
  type BoundHit,
  type HuntOptions,
  type HuntStrategy,
  type Result,
  type Storage,
  type Strategy,
  type TerminationStatistics,
  type Violation,
} from '@quiesce/explore';
import {
  type Calmest,
  doomedAt,
  fewestSwitches,
  mostCalmed,
  type MachineSpec,
  type MachineSystem,
  Simulation,
  switchesOf,
  unmodelled,
  type ViolationKind,
  type WitnessSpec,
} from '@quiesce/machine';
import { type ExplorationOptions, exploration, sampled } from './exploration.ts';
import { livenessOf } from './liveness.ts';
import { pinnedOutcome, type Scenario, witnessExpected } from './scenario.ts';
import { encodeToken } from './token.ts';

/** What was explored and under which rules: every verdict names it. */
export interface Model {
  /**
   * 1: sequentially consistent data, instructions in program order, fetch relaxed by floors. 2: data as weak as the
   * architecture has it, but for {@link unmodelled}.
   */
  readonly tier: 1 | 2;
  /** What the architecture allows and this tier leaves out. */
  readonly unmodelled: readonly string[];
  /** Arm ARM issue of the list of instructions that may be modified under execution. */
  readonly safeList: string;
  readonly IDC: 0 | 1;
  readonly DIC: 0 | 1;
  /** What the environment may deliver, for example `sdei unlimited`. */
  readonly events: readonly string[];
  readonly strategy: Strategy | HuntStrategy;
  /** How states were stored: `exact` means that no two were taken for one, `none` that runs remember nothing. */
  readonly storage: Storage | 'none';
  /** Reductions that were in force. */
  readonly reductions: readonly string[];
}

/** A violation with the way to see it again. */
export interface FoundViolation {
  readonly kind: ViolationKind;
  /** Steps of the counterexample. */
  readonly steps: number;
  /** The CPU that shows it; -1 for a hang, which is everybody's. */
  readonly cpu: number;
  readonly detail: string;
  /** For a hang: after how many steps the goal had become unreachable. */
  readonly doomedAt?: number;
  /** How often the schedule goes from one CPU to another: of the shortest schedules, the fewest, where that was found. */
  readonly switches: number;
  /** For a livelock: after how many steps the part of the schedule begins that repeats for ever. */
  readonly loopAt?: number;
  /** The schedule, as packed choices with the numbers of the CPUs that move. */
  readonly schedule: readonly number[];
  /** Token for `quiesce replay`. */
  readonly replay: string;
}

/** What a check found. */
export interface CheckResult {
  readonly scenario: string;
  readonly cpus: number;
  readonly verdict: Result['verdict'];
  readonly violations: readonly FoundViolation[];
  readonly model: Model;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly milliseconds: number;
  /** Memory for states and edges. */
  readonly bytes: number;
  /** Every bound that was hit, and every event budget that is finite. Empty for a proof without conditions. */
  readonly bounds: readonly string[];
  /** How many states show each witness. */
  readonly witnesses: Readonly<Record<string, number>>;
  /** Why an aborted check was aborted. */
  readonly reason?: string;
  /** What it took to judge whether every fair execution finishes; absent if that was not asked or not reached. */
  readonly termination?: TerminationStatistics;
}

/** How to check. */
export interface CheckOptions extends ExplorationOptions {
  /** Looks for a violation in a sample instead of exploring; `strategy`, `all` and `onProgress` mean nothing then. */
  readonly hunt?: Pick<HuntOptions, 'strategy' | 'seed' | 'runs' | 'depth' | 'switches'>;
  /** Tier of the model. Default: that of the machine. */
  readonly tier?: 1 | 2;
  /** Where nothing else is wrong, judges as well whether every fair execution finishes. Default false. */
  readonly termination?: boolean;
}

/** What can be checked: a machine for each number of CPUs, and what must be reachable on it. */
export interface Question<I extends { readonly spec: MachineSpec }> {
  /** Name in results and replay tokens. */
  readonly id: string;
  /** Builds the machine for a number of CPUs. */
  image(cpus: number): I;
  /** The witnesses, as questions about states of that machine. */
  ask(image: I): readonly WitnessSpec[];
}

/** Explores a scenario, or another question, with a number of CPUs. */
export async function check<I extends { readonly spec: MachineSpec }>(
  scenario: Question<I>,
  cpus: number,
  options: CheckOptions = {},
): Promise<CheckResult> {
  const image = scenario.image(cpus);
  const { tier, hunt: hunting, termination = false, ...exploring } = options;
  const spec = tier === undefined ? image.spec : { ...image.spec, tier };
  const explored =
    hunting === undefined
      ? await exploration(spec, scenario.ask(image), exploring)
      : await sampled(spec, scenario.ask(image), hunting, options);
  const { system, result } = explored;
  const bounds = [
    ...('bounds' in result ? result.bounds.map(boundText) : []),
    ...budgetBounds(image.spec.events ?? []),
    ...(system.stepper.weak?.order.bounds ?? []),
  ];
  const { statistics } = result;
  const found: CheckResult = {
    scenario: scenario.id,
    cpus,
    // What was explored is then only what a finite number of events allows.
    verdict: result.verdict === 'holds' && bounds.length > 0 ? 'holds-within-bounds' : result.verdict,
    violations: violationsOf(result, scenario.id, cpus, system),
    model: modelOf(spec, options, explored.ordered),
    states: statistics.states,
    transitions: statistics.transitions,
    depth: statistics.depth,
    milliseconds: Math.round(explored.milliseconds * 10) / 10,
    bytes: statistics.bytes,
    bounds,
    witnesses: Object.fromEntries(result.witnesses.map(({ name, count }) => [name, count])),
    ...(result.verdict === 'aborted' ? { reason: result.reason.message } : {}),
  };
  if (!termination || result.verdict !== 'holds') return found;
  const { statistics: cost, violation, reason } = await livenessOf(spec, scenario.id, options);
  return {
    ...found,
    ...(violation === undefined ? {} : { verdict: 'violated', violations: [violation] }),
    ...(reason === undefined
      ? {}
      : { verdict: 'holds-within-bounds', bounds: [...bounds, `termination not judged: ${reason}`] }),
    termination: cost,
  };
}

function boundText(hit: BoundHit): string {
  if (hit.bound !== 'compaction') return `${hit.bound} <= ${hit.limit}`;
  return `64 bits a state, P(one overlooked) about ${hit.omission.toExponential(1)}`;
}

/** The bounds that finite budgets of events are, as results name them. */
export function budgetBounds(
  events: readonly { readonly kind: string; readonly budget: number | 'unlimited' }[],
): string[] {
  return events.flatMap(({ kind, budget }) =>
    budget === 'unlimited' ? [] : [`${kind} events <= ${budget}`],
  );
}

/** By tier: what the architecture allows and the tier leaves out. */
const leftOut: Readonly<Record<1 | 2, readonly string[]>> = {
  1: ['reordered data accesses'],
  2: Object.values(unmodelled),
};

function modelOf(spec: MachineSpec, options: CheckOptions, ordered: boolean): Model {
  const { symmetry = true, fuse = true, liveness = true } = options.reductions ?? {};
  return {
    tier: spec.tier ?? 1,
    unmodelled: leftOut[spec.tier ?? 1],
    safeList: spec.safeList ?? '2026',
    IDC: spec.memory.cache?.IDC ?? 0,
    DIC: spec.memory.cache?.DIC ?? 0,
    events: (spec.events ?? []).map(({ kind, budget }) => `${kind} ${budget}`),
    strategy: options.hunt?.strategy ?? options.strategy ?? 'breadth-first',
    storage:
      options.hunt === undefined || options.hunt.strategy === 'context-bound'
        ? (options.storage ?? 'exact')
        : 'none',
    reductions: [
      ...(symmetry && options.hunt === undefined ? ['symmetry'] : []),
      ...(fuse ? ['local steps'] : []),
      ...(liveness ? ['dead registers'] : []),
      ...(ordered ? ['step order'] : []),
    ],
  };
}

function violationsOf(
  result: Result,
  scenario: string,
  cpus: number,
  system: MachineSystem,
): FoundViolation[] {
  const { strategy, states } = result.statistics;
  const isShortest = strategy === 'breadth-first';
  if (result.verdict !== 'violated' && result.verdict !== 'aborted') return [];
  return result.violations.map((violation) => {
    const isHang = violation.kind === 'reachable';
    // A hang is found when everything was explored, any other violation at its own depth.
    const isCalmed = isShortest && (isHang || states <= mostCalmed);
    const calmest = isCalmed ? calmestOf(system, violation) : undefined;
    const choices = calmest?.choices ?? violation.path.choices;
    const schedule = system.schedule(choices);
    const doomed = !isHang
      ? undefined
      : calmest === undefined
        ? violation.doomedAt
        : doomedAt(system, choices);
    const replayed = replay(system, schedule);
    const shown = replayed.failure?.kind ?? (replayed.done ? 'finished' : 'hang');
    if (shown !== violation.property) {
      throw new Error(
        `a counterexample of ${violation.property} in ${scenario} with ${cpus} CPUs replays as '${shown}'`,
      );
    }
    return {
      // The properties of a machine are named after the violations.
      kind: violation.property as ViolationKind,
      steps: schedule.length,
      cpu: replayed.failure?.cpu ?? -1,
      detail: isHang
        ? `${doomed === undefined ? 'here' : `from step ${doomed} on`}, no schedule lets every CPU finish`
        : (replayed.failure?.detail ?? ''),
      ...(doomed === undefined ? {} : { doomedAt: doomed }),
      switches: switchesOf(schedule),
      schedule,
      replay: encodeToken({
        scenario,
        cpus,
        schedule,
        fuse: system.stepper.fuse,
        tier: system.spec.tier ?? 1,
      }),
    };
  });
}

/**
 * Of the shortest schedules to a violation of this kind one with the fewest switches between CPUs; for a hang, of those to
 * the same state. Undefined where that is too much work.
 */
function calmestOf(system: MachineSystem, { kind, property, path }: Violation): Calmest | undefined {
  const { choices } = path;
  if (kind === 'reachable') {
    const end = system.statesAlong(choices).at(-1);
    return fewestSwitches(system, choices.length, (state) => state.every((cell, i) => cell === end?.[i]));
  }
  const violated = system.properties.find(({ name }) => name === property);
  return fewestSwitches(
    system,
    choices.length,
    (state) => violated?.kind === 'always' && !violated.holds(state),
  );
}

/** Executes a schedule again on a machine that shares nothing with the search. */
function replay(system: MachineSystem, schedule: readonly number[]): Simulation {
  const simulation = new Simulation(system.spec);
  simulation.stepper.fuse = system.stepper.fuse;
  for (const choice of schedule) simulation.step(choice);
  return simulation;
}

/** A difference between what a check found and what is pinned; empty where they agree. */
export function disagreements(scenario: Scenario, result: CheckResult): string[] {
  const outcome = pinnedOutcome(scenario, result.cpus);
  const found = result.verdict === 'violated' ? result.violations[0].kind : result.verdict;
  const differences = found === outcome ? [] : [`pinned as ${outcome}, found ${found}`];
  for (const witness of scenario.witnesses) {
    const reached = (result.witnesses[witness.name] ?? 0) > 0;
    const expected = witnessExpected(witness, result.cpus);
    if (reached !== expected) {
      differences.push(
        `'${witness.name}' must ${expected ? '' : 'not '}be reachable, and is ${reached ? '' : 'not'}`,
      );
    }
  }
  return differences;
}
