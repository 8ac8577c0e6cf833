import { type PatchTextProgramOptions, patchTextProgram } from '@quiesce/patching';
import { define } from '../define.ts';
import { origins } from '../origins.ts';
import type { Scenario } from '../scenario.ts';
import { patchedEarly, patchedTwice } from '../witnesses.ts';

/** The callback, with CPUs that differ in nothing: every bit of the mask is set, and no CPU is told from another. */
const program = (options: PatchTextProgramOptions) => (): ReturnType<typeof patchTextProgram> =>
  patchTextProgram(options);

/** The shapes of aarch64_insn_patch_text_cb(), with the site off the stop path and on it. */
export const patchText: readonly Scenario[] = [
  define({
    id: 'patch-text-3.14',
    chapter: 'patch_text',
    variant: '3.14, first CPU patches, then stores -1; site off the stop path',
    shows: 'a late increment destroys the -1 and everybody waits for ever; a third CPU becomes master again',
    origin: origins.firstMaster,
    program: program({ variant: 'v3.14', sites: ['function-kprobe'] }),
    outcomes: [
      [1, 'holds'],
      [2, 'hang'],
    ],
    witnesses: [
      { of: patchedEarly, from: 2 },
      { of: patchedTwice, from: 3 },
    ],
    smallest: 2,
  }),
  define({
    id: 'patch-text-3.14-stop-path',
    chapter: 'patch_text',
    variant: '3.14, first CPU patches; kprobe on multi_cpu_stop',
    shows: 'a CPU executes the stop loop while its instruction becomes a BRK',
    origin: origins.firstMaster,
    program: program({ variant: 'v3.14', sites: ['stop-loop-kprobe'] }),
    outcomes: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
  }),
  define({
    id: 'patch-text-3.18',
    chapter: 'patch_text',
    variant: '3.18, first CPU patches, one more increment; site off the stop path',
    shows: 'no hang any more, but the master patches while others are not in their wait loop',
    origin: origins.extraIncrement,
    program: program({ variant: 'v3.18', sites: ['function-kprobe'] }),
    outcomes: 'holds',
    witnesses: [
      { of: patchedEarly, from: 2 },
      { of: patchedTwice, from: 'never' },
    ],
    smallest: 2,
  }),
  define({
    id: 'patch-text-3.18-stop-path',
    chapter: 'patch_text',
    variant: '3.18, first CPU patches; kprobe on multi_cpu_stop',
    shows: 'a CPU executes the stop loop while its instruction becomes a BRK',
    origin: origins.extraIncrement,
    program: program({ variant: 'v3.18', sites: ['stop-loop-kprobe'] }),
    outcomes: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
  }),
  define({
    id: 'patch-text-guo-ren-v1',
    chapter: 'patch_text',
    variant: 'last CPU but one patches; site off the stop path',
    shows: 'alone, a CPU waits for itself; with others, one CPU can be missing when patching starts',
    origin: origins.guoRenFirst,
    program: program({ variant: 'guo-ren-v1', sites: ['function-kprobe'] }),
    outcomes: [
      [1, 'hang'],
      [2, 'holds'],
    ],
    completes: 2,
    witnesses: [{ of: patchedEarly, from: 2 }],
    smallest: 1,
  }),
  define({
    id: 'patch-text-guo-ren-v1-stop-path',
    chapter: 'patch_text',
    variant: 'last CPU but one patches; kprobe on multi_cpu_stop',
    shows: 'alone it hangs; with others, the missing CPU executes the modified stop loop',
    origin: origins.guoRenFirst,
    program: program({ variant: 'guo-ren-v1', sites: ['stop-loop-kprobe'] }),
    outcomes: [
      [1, 'hang'],
      [2, 'cmodx'],
    ],
    completes: 'never',
  }),
  ...fixed('patch-text-patch2', 'patch 2: last CPU patches, N read once', 'rutland', origins.patch2),
  ...fixed('patch-text-mainline', 'since 5.18: last CPU patches', 'v5.18', origins.lastMaster),
  define({
    id: 'patch-text-mainline-missing-cpu',
    chapter: 'patch_text',
    variant: 'since 5.18, with a CPU mask that misses one online CPU',
    shows: 'the counter never reaches the number of online CPUs, so nobody becomes master',
    origin: origins.lastMaster,
    program: () => patchTextProgram({ variant: 'v5.18', sites: ['function-kprobe'] }),
    machine: (cpus) => ({ activeMask: 2 ** (cpus - 1) - 1, special: [cpus - 1] }),
    outcomes: [
      [1, 'holds'],
      [2, 'hang'],
    ],
    completes: 'never',
  }),
];

/** A repaired callback: off the stop path, on it, disarming, and with LL/SC atomics. */
function fixed(
  id: string,
  variant: string,
  shape: 'rutland' | 'v5.18',
  origin: Scenario['origin'],
): Scenario[] {
  const base = { chapter: 'patch_text', origin, outcomes: 'holds', smallest: 2 } as const;
  const never = [{ of: patchedEarly, from: 'never' as const }];
  return [
    define({
      ...base,
      id,
      variant: `${variant}; site off the stop path`,
      shows: 'nobody patches before everybody waits',
      program: program({ variant: shape, sites: ['function-kprobe'] }),
      witnesses: never,
    }),
    define({
      ...base,
      id: `${id}-stop-path`,
      variant: `${variant}; kprobe on multi_cpu_stop`,
      shows: 'even the stop loop itself can be probed',
      program: program({ variant: shape, sites: ['stop-loop-kprobe'] }),
      witnesses: never,
    }),
    define({
      ...base,
      id: `${id}-disarm`,
      variant: `${variant}; a kprobe is removed`,
      shows: 'BRK becomes the original instruction again',
      program: program({ variant: shape, sites: ['function-kprobe-disarm'] }),
      witnesses: never,
    }),
    define({
      ...base,
      id: `${id}-llsc`,
      variant: `${variant}; LL/SC atomics`,
      shows: 'the same with load-exclusive and store-exclusive',
      program: program({ variant: shape, sites: ['function-kprobe'], atomics: 'llsc' }),
      witnesses: never,
    }),
  ];
}
