import { type TerminationStatistics, judgeTermination } from '@quiesce/explore';
import {
  type MachineSpec,
  MachineSystem,
  Simulation,
  type SystemOptions,
  decodeChoice,
  switchesOf,
} from '@quiesce/machine';
import type { CheckOptions, FoundViolation } from './check.ts';
import { encodeToken } from './token.ts';

/** Whether every fair execution finishes. */
export interface Liveness {
  readonly statistics: TerminationStatistics;
  /** A fair execution that does not. */
  readonly violation?: FoundViolation;
  /** Why nothing was decided. */
  readonly reason?: string;
}

/**
 * Judges whether every CPU finishes in every weakly fair execution: a CPU that can execute from some point on does execute
 * again and again, an interrupt that a CPU sent and that nothing masks is taken, and events of the environment come
 * finitely often. Which word a CPU fetches where it may fetch several is no matter of fairness: the architecture does not
 * say when a CPU without a context synchronisation event sees new code.
 *
 * CPUs keep their numbers, so the space is larger than that of a check. Local steps and dead registers are left in force: the
 * former only move instructions that nobody can notice to the step before, the latter never tell two states apart.
 */
export async function livenessOf(
  spec: MachineSpec,
  scenario: string,
  options: CheckOptions,
): Promise<Liveness> {
  const { cpus } = spec;
  if (spec.tier === 2) {
    const statistics = { states: 0, transitions: 0, milliseconds: 0 };
    return { statistics, reason: 'with weak data it would be a matter of when a store becomes visible' };
  }
  const twice = options.check !== undefined;
  const reductions: SystemOptions = { ...options.reductions, symmetry: false, twice };
  const system = new MachineSystem(spec, reductions);
  const goal = system.properties.find(({ kind }) => kind === 'reachable');
  const result = await judgeTermination(system, {
    // An interrupt that waits for a CPU is somebody of its own: the CPU may not put it off for ever.
    processes: 2 * cpus,
    processOf: (choice) => (choice >>> 16) + (kindOf(choice) === 'interrupt' ? cpus : 0),
    isEnvironment: (choice) => kindOf(choice) === 'event',
    goal: (state) => goal?.holds(state) === true,
    ...(options.bounds?.states === undefined ? {} : { states: options.bounds.states }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.check === undefined ? {} : { check: options.check }),
  });
  const { statistics } = result;
  if (result.outcome === 'terminates') return { statistics };
  if (result.outcome === 'open') return { statistics, reason: result.reason };
  const schedule = system.schedule(result.path.choices);
  const { loopAt } = result;
  confirm(system, schedule, loopAt);
  const steps = schedule.length - loopAt;
  const again =
    steps === 0
      ? 'nobody can move'
      : steps === 1
        ? `step ${schedule.length} repeats for ever`
        : `steps ${loopAt + 1} to ${schedule.length} repeat for ever`;
  return {
    statistics,
    violation: {
      kind: result.isHang ? 'hang' : 'livelock',
      steps: schedule.length,
      cpu: -1,
      detail: `${again}, and every CPU that can move does`,
      loopAt,
      switches: switchesOf(schedule),
      schedule,
      replay: encodeToken({ scenario, cpus, schedule, fuse: system.stepper.fuse }),
    },
  };
}

function kindOf(choice: number): ReturnType<typeof decodeChoice>['kind'] {
  return decodeChoice(choice & 0xffff).kind;
}

/**
 * Executes a lasso on a machine that shares nothing with the search, the loop three times: after each round every CPU is
 * where it was, and not all have finished.
 */
function confirm(system: MachineSystem, schedule: readonly number[], loopAt: number): void {
  const simulation = new Simulation(system.spec);
  simulation.stepper.fuse = system.stepper.fuse;
  const places = (): string =>
    Array.from({ length: system.spec.cpus }, (_, cpu) => simulation.view().pc(cpu)).join(' ');
  for (const choice of schedule.slice(0, loopAt)) simulation.step(choice);
  const start = places();
  for (let round = 0; round < 3; round++) {
    for (const choice of schedule.slice(loopAt)) simulation.step(choice);
    if (places() === start && simulation.failure === undefined && !simulation.done) continue;
    throw new Error(`a loop of ${schedule.length - loopAt} steps does not lead back to where it began`);
  }
}
