import { type PatchMachineProgramOptions, patchMachineProgram } from '@quiesce/patching';
import { define } from '../define.ts';
import { origins } from '../origins.ts';
import type { Scenario } from '../scenario.ts';
import { patchedEarly } from '../witnesses.ts';

/** Builds a patch_machine() program with these options, whatever the number of CPUs. */
export const patchMachineWith =
  (options: PatchMachineProgramOptions) => (): ReturnType<typeof patchMachineProgram> =>
    patchMachineProgram(options);

const entry = (id: string, variant: string, options: PatchMachineProgramOptions): Scenario =>
  define({
    id,
    chapter: 'patch_machine',
    variant,
    shows: 'one rendezvous serves both users',
    origin: origins.patch3,
    program: patchMachineWith(options),
    outcomes: 'holds',
    witnesses: [{ of: patchedEarly, from: 'never' }],
    smallest: 2,
  });

/** patch_machine() of patch 3, for both users. */
export const patchMachine: readonly Scenario[] = [
  entry('patch-machine-kprobes', 'patch 3 for kprobes; site off the stop path', {
    sites: ['function-kprobe'],
  }),
  entry('patch-machine-kprobes-stop-path', 'patch 3 for kprobes; kprobe on multi_cpu_stop', {
    sites: ['stop-loop-kprobe'],
  }),
  entry('patch-machine-kprobes-llsc', 'patch 3 for kprobes; LL/SC atomics', {
    sites: ['function-kprobe'],
    atomics: 'llsc',
  }),
  entry('patch-machine-alternatives-state-load', 'patch 3 for alternatives; state load LDAR -> LDAPR', {
    user: 'alternatives',
    sites: ['state-load'],
  }),
  entry('patch-machine-alternatives-words', 'patch 3 for alternatives; LL/SC loop -> LSE', {
    user: 'alternatives',
    sites: ['lse-words'],
  }),
];
