import { assumedMachine, executeKernel, type Kernel, type KernelExecution } from '@quiesce/kernel';
import { describe, expect, it } from 'vitest';
import { cacheTypeOf, limitsOf, stateOf } from '../src/check/check.ts';
import { ScheduledRun } from '../src/check/schedule.ts';
import { StartState } from '../src/check/start-state.ts';
import { differencesOf } from './machine-difference.ts';
import { type Variation, stopMachineKernel } from './stop-machine-kernel.ts';

const machineOf = (kernel: Kernel): ReturnType<typeof assumedMachine> =>
  assumedMachine(kernel, { capabilities: ['PAN'] });

function execute(variation: Variation, cpus = 2): KernelExecution {
  const kernel = stopMachineKernel(variation);
  return executeKernel(kernel, machineOf(kernel), { path: 'alternatives', cpus, random: 8 });
}

describe('executeKernel on a small kernel', () => {
  it.each([1, 2, 4])('leaves the text that is predicted, with %i CPUs', (cpus) => {
    expect(execute({}, cpus)).toMatchObject({
      stop: undefined,
      schedules: 9,
      incomplete: 0,
      stores: 1,
      text: { different: 0 },
      stubs: [],
    });
  });

  it('says where an instruction cannot execute', () => {
    // Somebody executes it behind the patching, or before: the schedules in turns and at random do.
    const { stop } = execute({ after: 'brk #0x800' });
    expect(stop).toMatchObject({ kind: 'assert', detail: expect.stringContaining('brk #0x800') as string });
  });

  it('leaves the registers and the memory that a checked run leaves, whatever the turns', () => {
    const kernel = stopMachineKernel({});
    const cache = cacheTypeOf(kernel, machineOf(kernel));
    const state = stateOf(kernel, machineOf(kernel), cache);
    const options = { cpus: 3, path: 'alternatives', pokes: [], warmth: 1 } as const;
    const checked = new StartState(kernel, state, options);
    const unchecked = new StartState(kernel, state, options);
    for (let seed = 0; seed < 60; seed++) {
      const pair = [checked.machine(cache, 'new'), unchecked.uncheckedMachine(cache)] as const;
      const runs = pair.map((start) => {
        const run = new ScheduledRun(kernel, start, limitsOf.alternatives);
        return seed === 0 ? run.run(undefined) : run.random(seed);
      });
      expect(runs.map(({ isComplete }) => isComplete)).toEqual([true, true]);
      expect(differencesOf(pair[0].machine, pair[1].machine), `seed ${seed}`).toEqual([]);
    }
  });
});
