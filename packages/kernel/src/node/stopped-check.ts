import { type CheckOptions, type KernelCheck, checkKernel } from '../check/check.ts';
import { stateOfSnapshot } from '../check/snapshot-state.ts';
import type { Kernel } from '../kernel.ts';
import type { StoppedMachine } from './snapshot.ts';

/** What to check from where a machine is: it says itself how many CPUs there are, and what is written. */
export type StoppedCheckOptions = Omit<CheckOptions, 'cpus' | 'snapshot' | 'pokes'>;

/**
 * Checks a kernel's stop machine from where a machine is, when all its CPUs are about to enter it. What the CPUs turn out to use
 * beside is read from the machine, which stays stopped meanwhile and is for the caller to close. Throws KernelError.
 */
export async function checkStopped(
  kernel: Kernel,
  machine: StoppedMachine,
  options: StoppedCheckOptions,
): Promise<KernelCheck> {
  // Each page that lacks begins the check anew: a few schedules find most of them.
  const few: StoppedCheckOptions = { path: options.path, places: 1, random: 0 };
  for (let wanted = few; ;) {
    const { snapshot } = machine;
    const state = stateOfSnapshot(kernel, snapshot);
    const result = checkKernel(kernel, state, { ...wanted, cpus: snapshot.cpus.length, snapshot });
    const missing = result.stop?.missing;
    if (missing !== undefined && (await machine.grow(missing))) continue;
    if (wanted === options) return result;
    wanted = options;
  }
}
