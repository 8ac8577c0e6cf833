import { type AlternativesProgramOptions, type SiteName, alternativesProgram } from '@quiesce/patching';
import { define } from '../define.ts';
import { origins } from '../origins.ts';
import type { Scenario } from '../scenario.ts';
import { patchedEarly, patchedUnderStopMachine } from '../witnesses.ts';

const program = (options: AlternativesProgramOptions) => (): ReturnType<typeof alternativesProgram> =>
  alternativesProgram(options);

/** The sites of the window between "interrupts are off" and "waits", with what they are in the kernel. */
const windowSites: readonly (readonly [SiteName, string, string])[] = [
  ['state-load', 'state-load', "the stop loop's state load, LDAR -> LDAPR (LTO kernels)"],
  ['lse-branch', 'branch', 'the B that selects LL/SC becomes NOP'],
  ['lse-words', 'words', 'an LL/SC loop of four words becomes LSE and NOPs'],
  ['lse-call', 'call', 'a call of the LL/SC routine becomes LSE'],
];

/** __apply_alternatives_multi_stop(), as mainline has it and with patch 1. */
export const alternatives: readonly Scenario[] = [
  define({
    id: 'alternatives-mainline-state-load',
    chapter: 'alternatives',
    variant: "until today; the stop loop's state load, LDAR -> LDAPR (LTO kernels)",
    shows: 'CPU 0 patches the load that another CPU is polling with',
    origin: origins.alternatives,
    program: program({ sites: ['state-load'] }),
    outcomes: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
  }),
  define({
    id: 'alternatives-mainline-branch',
    chapter: 'alternatives',
    variant: 'until today; sites B -> NOP only',
    shows: 'CPU 0 patches early as well, but both words may be modified under execution',
    origin: origins.alternatives,
    program: program({ sites: ['lse-branch'] }),
    outcomes: 'holds',
    witnesses: [{ of: patchedUnderStopMachine, from: 2 }],
    smallest: 2,
  }),
  ...windowSites.slice(2).map(([site, name, what]) =>
    define({
      id: `alternatives-4.3-${name}`,
      chapter: 'alternatives',
      variant: `4.3 to 5.3; ${what}`,
      shows: 'a multi-word atomic is replaced under the CPUs that acknowledge with it',
      origin: origins.alternativesWords,
      program: program({ sites: [site] }),
      outcomes: [
        [1, 'holds'],
        [2, 'torn'],
      ],
    }),
  ),
  define({
    id: 'alternatives-4.1-stop-loop',
    chapter: 'alternatives',
    variant: 'before 4.2: the others stay in the stop loop, which is patched',
    shows: 'waiting in the stop loop is no quiescence if the loop has sites',
    origin: origins.stopLoop,
    program: program({ variant: 'v4.1', sites: ['stop-loop'] }),
    outcomes: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
  }),
  define({
    id: 'alternatives-4.2-no-isb',
    chapter: 'alternatives',
    variant: '4.2: the waiters have no ISB yet',
    shows: 'a waiter goes on with what it had fetched before',
    origin: origins.noWaiterIsb,
    program: program({ variant: 'v4.2', sites: ['function'] }),
    outcomes: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
  }),
  define({
    id: 'alternatives-mainline-flag-load',
    chapter: 'alternatives',
    variant: 'the flag is polled with READ_ONCE, itself a site',
    shows: "the wait loop's own load is patched while it polls",
    origin: origins.readOnceFlag,
    program: program({ sites: ['flag-load'] }),
    outcomes: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
  }),
  define({
    id: 'alternatives-patch1-flag-load',
    chapter: 'alternatives',
    variant: 'patch 1, but the flag is polled with READ_ONCE, itself a site',
    shows: 'waiting for quiescence does not help a wait loop that contains a site',
    origin: origins.readOnceFlag,
    program: program({ variant: 'rutland', sites: ['flag-load'] }),
    outcomes: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
  }),
  define({
    id: 'alternatives-mainline-helper',
    chapter: 'alternatives',
    variant: 'instrumentation that the patcher calls is itself a site',
    shows: 'the patcher executes a sequence of which it has replaced the first word',
    origin: origins.instrumentedHelper,
    program: program({ sites: ['helper-words'] }),
    outcomes: 'cmodx',
    smallest: 1,
  }),
  ...windowSites.map(([site, name, what]) =>
    define({
      id: `alternatives-patch1-${name}`,
      chapter: 'alternatives',
      variant: `patch 1; ${what}`,
      shows: 'CPU 0 waits for the others, so nobody executes what it patches',
      origin: origins.patch1,
      program: program({ variant: 'rutland', sites: [site] }),
      outcomes: 'holds',
      witnesses: [{ of: patchedEarly, from: 'never' }],
      smallest: 2,
    }),
  ),
];
