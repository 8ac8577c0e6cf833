import {
  type Kernel,
  type LiveImage,
  type MachineState,
  assumedMachine,
  cpuModels,
  locate,
  observe,
} from '@quiesce/kernel';
import type { Arguments, OptionTable } from '../arguments.ts';
import type { Host } from '../host.ts';
import { usage } from '../usage-error.ts';
import { refusing } from './input.ts';

/** Options that say what machine the kernel runs on. */
export const machineOptions: OptionTable = {
  caps: {
    value: 'LIST',
    example: 'LSE_ATOMICS,VIRT_HOST_EXTN',
    does: 'capabilities that it has, by name; -NAME takes one away',
  },
  cpu: { value: 'MODEL', example: 'neoverse-n1', values: cpuModels, does: 'the capabilities of a CPU model' },
  live: {
    value: 'FILE',
    example: '/proc/kcore',
    does: 'a dump of its memory, or /proc/kcore: reads them there',
  },
};

/** The live image of --live. Throws a usage error where the dump holds none. */
export function liveOf(kernel: Kernel, path: string, host: Host): LiveImage {
  const source = host.source(path);
  try {
    return refusing(() => locate(kernel, source));
  } finally {
    source.close();
  }
}

/** The machine that the options describe: read from a dump, or assumed; without any, `usual`, a CPU model. */
export function machineOf(kernel: Kernel, given: Arguments, host: Host, usual?: string): MachineState {
  given.conflict('live', ['caps', 'cpu'], 'the dump says what the machine has');
  const live = given.text('live');
  if (live !== undefined) {
    const image = liveOf(kernel, live, host);
    return refusing(() => observe(kernel, image).state);
  }
  const names = (given.text('caps') ?? '').split(',').map((name) => name.trim());
  const cpu = given.text('cpu') ?? (given.text('caps') === undefined ? usual : undefined);
  const capabilities = names.filter((name) => name !== '');
  if (given.text('caps') !== undefined && capabilities.length === 0) {
    throw usage('--caps names no capability; for example --caps LSE_ATOMICS,BTI');
  }
  return refusing(() => assumedMachine(kernel, { capabilities, ...(cpu === undefined ? {} : { cpu }) }));
}
