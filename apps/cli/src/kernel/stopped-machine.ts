import type { Kernel, KernelCheck } from '@quiesce/kernel';
import { StoppedMachine, type StoppedCheckOptions, checkStopped } from '@quiesce/kernel/node';
import { refusingLater } from './input.ts';

/** Checks a kernel's stop machine from where a machine under a debugger's stub is, and leaves it stopped. */
export async function checkAt(
  kernel: Kernel,
  address: string,
  options: StoppedCheckOptions,
  tell: (what: string) => void,
): Promise<KernelCheck> {
  const { path } = options;
  const machine = await refusingLater(StoppedMachine.reach(kernel, address, { path, progress: tell }));
  try {
    return await refusingLater(checkStopped(kernel, machine, options));
  } finally {
    machine.close();
  }
}
