import {
  type CheckOptions,
  type Kernel,
  type KernelCheck,
  checkKernel,
  stateOfSnapshot,
} from '@quiesce/kernel';
import { StoppedMachine } from '@quiesce/kernel/node';
import { refusing, refusingLater } from './input.ts';

/**
 * Checks a kernel's stop machine from where a machine under a debugger's stub is, when all its CPUs are about to enter it. What
 * the CPUs turn out to use beside is read from the machine, which stays stopped meanwhile.
 */
export async function checkStopped(
  kernel: Kernel,
  address: string,
  options: Omit<CheckOptions, 'cpus' | 'snapshot'>,
  tell: (what: string) => void,
): Promise<KernelCheck> {
  const { path } = options;
  const machine = await refusingLater(StoppedMachine.reach(kernel, address, { path, progress: tell }));
  try {
    const few = { path, places: 1, random: 0 };
    for (let wanted: typeof options = few; ;) {
      const { snapshot } = machine;
      const state = refusing(() => stateOfSnapshot(kernel, snapshot));
      const result = refusing(() =>
        checkKernel(kernel, state, { ...wanted, cpus: snapshot.cpus.length, snapshot }),
      );
      const missing = result.stop?.missing;
      if (missing !== undefined && (await refusingLater(machine.grow(missing)))) continue;
      if (wanted === options) return result;
      wanted = options;
    }
  } finally {
    machine.close();
  }
}
