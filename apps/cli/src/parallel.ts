import type { ExploreOptions, InternTable } from '@quiesce/explore';
import { exploreParallel } from '@quiesce/explore/node';
import { MachineSystem } from '@quiesce/machine';
import { type CheckOptions, type Reductions, type Scenario, scenarioOf } from '@quiesce/scenarios';

/** What a worker needs to know to make the machine of a scenario. */
interface MachineArgument {
  readonly id: string;
  readonly cpus: number;
  readonly reductions: Reductions;
  /** Executes every step twice. */
  readonly twice: boolean;
}

/** Makes the machine of a scenario in a worker, and in the main thread. */
export function machineSystem(argument: unknown, interners: readonly InternTable[]): MachineSystem {
  // What `parallelEngine` below sends.
  const { id, cpus, reductions, twice } = argument as MachineArgument;
  const scenario = scenarioOf(id);
  if (scenario === undefined) throw new Error(`the catalogue has no scenario '${id}'`);
  const image = scenario.image(cpus);
  return new MachineSystem(image.spec, { ...reductions, twice, witnesses: scenario.ask(image), interners });
}

/** Explores a scenario with several worker threads. */
export function parallelEngine(
  scenario: Scenario,
  cpus: number,
  workers: number,
  options: Pick<ExploreOptions, 'all' | 'bounds' | 'check' | 'onProgress' | 'signal'>,
): NonNullable<CheckOptions['engine']> {
  return async (reductions) => {
    let system: MachineSystem | undefined;
    const twice = options.check !== undefined;
    const argument: MachineArgument = { id: scenario.id, cpus, reductions, twice };
    const source = { module: import.meta.url, factory: 'machineSystem', argument, interners: 2 };
    const result = await exploreParallel(source, {
      ...options,
      workers,
      onSystem: (made) => {
        if (made instanceof MachineSystem) system = made;
      },
    });
    if (system === undefined) throw new Error('the search did not make its system');
    return { system, result };
  };
}
