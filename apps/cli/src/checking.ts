import { createHash } from 'node:crypto';
import { type Bounds, ExploreError, type Storage, type Strategy } from '@quiesce/explore';
import type { CheckOptions, CheckResult } from '@quiesce/scenarios';
import type { Host } from './host.ts';
import { memoryForStates } from './memory.ts';
import { sizeText } from './numbers.ts';
import { parallelEngine } from './parallel.ts';
import type { ProgressLine } from './progress.ts';
import type { Subject } from './subject.ts';
import { usage } from './usage-error.ts';

/** How the command line asks for checks to be made. */
export interface CheckPlan {
  readonly all: boolean;
  readonly bounds: Bounds;
  readonly strategy: Strategy;
  readonly storage: Storage;
  /** Options that switch reductions off, without `--`. */
  readonly without: readonly ReductionSwitch[];
  /** Asks the machine everything twice. */
  readonly selfCheck: boolean;
  /** Worker threads, which explore every order of steps, so that nothing depends on their number; undefined: none. */
  readonly workers: number | undefined;
  /** File to write the search to from time to time, and when it is cut short. */
  readonly checkpoint?: string;
  /** File of a search to go on with. */
  readonly resume?: string;
  /** Undefined: that of the scenario. */
  readonly tier: 1 | 2 | undefined;
  /** Judges whether every fair execution finishes. */
  readonly termination?: boolean;
  /** Looks at a sample instead of everything. */
  readonly hunt?: NonNullable<CheckOptions['hunt']>;
}

/** An option that switches a reduction off, or all of them. */
export type ReductionSwitch =
  'no-reductions' | 'no-symmetry' | 'no-local-steps' | 'no-dead-registers' | 'no-step-order';

/** What the options that switch reductions off do. */
export const reductionSwitches: Readonly<Record<ReductionSwitch, NonNullable<CheckOptions['reductions']>>> = {
  'no-reductions': { symmetry: false, fuse: false, liveness: false, order: false },
  'no-symmetry': { symmetry: false },
  'no-local-steps': { fuse: false },
  'no-dead-registers': { liveness: false },
  'no-step-order': { order: false },
};

/** Everything explored in full, with every reduction. */
export const wholePlan: CheckPlan = {
  all: false,
  bounds: {},
  strategy: 'breadth-first',
  storage: 'exact',
  without: [],
  selfCheck: false,
  workers: undefined,
  tier: undefined,
};

/** Ctrl-C, as a search looks at it. */
export interface Interruption {
  aborted: boolean;
}

/** Makes checks one after the other until the user interrupts. */
export async function interruptible<T>(
  host: Host,
  work: (interruption: Interruption) => Promise<T>,
): Promise<T> {
  const interruption: Interruption = { aborted: false };
  const stop = host.onInterrupt(() => (interruption.aborted = true));
  try {
    return await work(interruption);
  } finally {
    stop();
  }
}

/** Where a check is written down and taken up, as the plan asks for it. */
export function continuation(
  host: Host,
  subject: Subject,
  cpus: number,
  { checkpoint, resume, without, tier }: CheckPlan,
): Pick<CheckOptions, 'checkpoint' | 'resume'> {
  // What must agree beside what the search itself compares: the machine, to the last word of its memory.
  const machine = createHash('sha256')
    .update(JSON.stringify(subject.source(cpus).spec))
    .digest('hex');
  const label = [
    subject.id,
    `${cpus} CPUs`,
    `tier ${tier ?? 'as pinned'}`,
    ...without,
    machine.slice(0, 16),
  ].join(', ');
  return {
    ...(resume === undefined ? {} : { resume: host.loadSearch(resume, label) }),
    ...(checkpoint === undefined
      ? {}
      : { checkpoint: { save: (search) => host.saveSearch(checkpoint, label, search) } }),
  };
}

/** Checks something with a number of CPUs and shows progress. */
export async function runCheck(
  subject: Subject,
  cpus: number,
  plan: CheckPlan,
  progress: ProgressLine,
  interruption: Interruption,
  files: ReturnType<typeof continuation> = {},
): Promise<CheckResult> {
  subject.source(cpus);
  const bounds = { bytes: memoryForStates(), ...plan.bounds };
  const { all, strategy, storage, selfCheck, tier, termination = false, hunt } = plan;
  try {
    const common: Parameters<typeof parallelEngine>[3] = {
      all,
      bounds,
      signal: interruption,
      onProgress: (state) => progress.report(state),
      ...(selfCheck ? { check: 'determinism' } : {}),
    };
    return await subject.check(cpus, {
      ...common,
      strategy,
      ...(tier === undefined ? {} : { tier }),
      termination,
      ...(hunt === undefined ? {} : { hunt }),
      storage,
      ...(plan.workers !== undefined && subject.scenario !== undefined
        ? { engine: parallelEngine(subject.scenario, cpus, plan.workers, common) }
        : {}),
      reductions: plan.without.reduce((off, name) => ({ ...off, ...reductionSwitches[name] }), {}),
      ...files,
    });
  } catch (error) {
    if (error instanceof ExploreError && error.code === 'checkpoint') throw usage(error.message);
    throw error;
  } finally {
    progress.clear();
  }
}

/** Whether a result proves or refutes nothing. */
export function isInconclusive({ verdict, bounds }: CheckResult): boolean {
  return (
    verdict === 'aborted' || verdict === 'holds-within-bounds' || (verdict === 'holds' && bounds.length > 0)
  );
}

/** A verdict in words. What hit a bound, or showed nothing, never reads like a proof. */
export function verdictText(subject: Subject, result: CheckResult): string {
  const { verdict, bounds, violations } = result;
  if (verdict === 'aborted') {
    const found = violations.length === 0 ? 'nothing is proved' : 'what was found until then is below';
    return `aborted, ${found}: ${result.reason ?? 'no reason given'}`;
  }
  const unmet = subject.unmet(result);
  if (unmet.length > 0) {
    return `nothing is proved: no state shows ${unmet.map((name) => `'${name}'`).join(' or ')}`;
  }
  if (isInconclusive(result)) return `holds within bounds (${bounds.join(', ')})`;
  if (verdict === 'violated') return `violated: ${violations.map(({ kind }) => kind).join(', ')}`;
  return 'holds';
}

/** The exit status of one result: 0 holds, 1 violated, 3 neither. */
export function statusOf(subject: Subject, result: CheckResult): number {
  if (result.violations.length > 0) return 1;
  return isInconclusive(result) || subject.unmet(result).length > 0 ? 3 : 0;
}

/** The exit status of several: a violation outweighs what is open, and that what holds. */
export function worstStatus(statuses: readonly number[]): number {
  return statuses.includes(1) ? 1 : statuses.includes(3) ? 3 : 0;
}

/** The command that executes a counterexample again. */
export function replayCommand({ file }: Subject, token: string): string {
  return `quiesce replay ${token}${file === undefined ? '' : ` ${file}`}`;
}

/** The command that makes a check again. */
export function checkCommand({ argument }: Subject, result: CheckResult, plan: CheckPlan): string {
  const { states, depth, milliseconds, bytes } = plan.bounds;
  return [
    `quiesce check ${argument} --cpus ${result.cpus}`,
    ...(plan.all ? ['--all'] : []),
    ...(states === undefined ? [] : [`--max-states ${states}`]),
    ...(depth === undefined ? [] : [`--max-depth ${depth}`]),
    ...(milliseconds === undefined ? [] : [`--max-time ${milliseconds / 1000}`]),
    ...(bytes === undefined ? [] : [`--max-memory ${sizeText(bytes)}`]),
    ...(plan.storage === 'compact' ? ['--compact'] : []),
    ...(plan.strategy === 'breadth-first' ? [] : [`--strategy ${plan.strategy}`]),
    ...plan.without.map((name) => `--${name}`),
    ...(plan.selfCheck ? ['--self-check'] : []),
    ...(plan.workers === undefined ? [] : [`--workers ${plan.workers}`]),
    ...(plan.tier === undefined ? [] : [`--tier ${plan.tier}`]),
    ...(plan.termination === true ? ['--liveness'] : []),
    ...huntArguments(plan.hunt),
  ].join(' ');
}

/** What makes the same hunt again. */
function huntArguments(hunt: CheckPlan['hunt']): string[] {
  if (hunt === undefined) return [];
  const numbers = (['seed', 'runs', 'depth', 'switches'] as const).flatMap((name) =>
    hunt[name] === undefined ? [] : [`--${name} ${hunt[name]}`],
  );
  return [`--strategy ${hunt.strategy}`, ...numbers];
}

/** A comparison with the verdict that is pinned. */
export interface Expectation {
  readonly pinned: string;
  /** What differs; empty where they agree. */
  readonly differences: readonly string[];
}

/** A result as `check --json` prints it. */
export function checkRow(
  subject: Subject,
  result: CheckResult,
  plan: CheckPlan,
  expected?: Expectation,
): object {
  const { violations, model } = result;
  const [first] = violations as readonly ((typeof violations)[number] | undefined)[];
  const unmet = subject.unmet(result);
  return {
    scenario: result.scenario,
    ...(subject.file === undefined ? {} : { file: subject.file }),
    cpus: result.cpus,
    verdict: result.verdict,
    violations: violations.map(({ kind, steps, switches, cpu, detail, doomedAt, loopAt, replay }) => ({
      kind,
      steps,
      switches,
      cpu,
      detail,
      ...(doomedAt === undefined ? {} : { doomedAt }),
      ...(loopAt === undefined ? {} : { loopAt }),
      replay: replayCommand(subject, replay),
      token: replay,
    })),
    tier: model.tier,
    states: result.states,
    transitions: result.transitions,
    depth: result.depth,
    milliseconds: result.milliseconds,
    bounds: result.bounds,
    witnesses: result.witnesses,
    replay: first === undefined ? checkCommand(subject, result, plan) : replayCommand(subject, first.replay),
    ...(unmet.length === 0 ? {} : { unmet }),
    model: {
      safeList: model.safeList,
      IDC: model.IDC,
      DIC: model.DIC,
      events: model.events,
      storage: model.storage,
      strategy: model.strategy,
      reductions: model.reductions,
      unmodelled: model.unmodelled,
    },
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    ...(result.termination === undefined ? {} : { termination: result.termination }),
    ...(expected === undefined
      ? {}
      : {
          pinned: expected.pinned,
          agrees: expected.differences.length === 0,
          differences: expected.differences,
        }),
  };
}
