import type { EventKind, EventSpec } from '@quiesce/machine';
import type { PatchMachineProgramOptions, ProgramOptions } from '@quiesce/patching';
import { patchTextProgram } from '@quiesce/patching';
import { define } from '../define.ts';
import { origins } from '../origins.ts';
import type { Scenario } from '../scenario.ts';
import { at, handlerRunsSite, waitsUnmasked } from '../witnesses.ts';
import { patchMachineWith } from './patch-machine.ts';

/** Any number of events of a kind, so that the verdict depends on no budget. */
const unlimited = (kind: EventKind): readonly EventSpec[] => [{ kind, budget: 'unlimited' }];

/** The same, but only on CPUs that wait: CPU 0 is the one that patches. */
const onWaiters =
  (kind: EventKind) =>
  (cpus: number): { readonly events: readonly EventSpec[] } => ({
    events: [{ kind, budget: 'unlimited', cpus: Array.from({ length: cpus - 1 }, (_, i) => i + 1) }],
  });

/** The same, but only on CPU 0. */
const onPatcher = (kind: EventKind): { readonly events: readonly EventSpec[] } => ({
  events: [{ kind, budget: 'unlimited', cpus: [0] }],
});

/** A handler of a waiter: alone, there is none. */
const waiterOutcomes: Scenario['outcomes'] = [
  [1, 'holds'],
  [2, 'cmodx'],
];

/** Exceptions that the interrupt masking of stop_machine leaves open, and the programs that can take them. */
const open: readonly {
  readonly kind: EventKind;
  readonly id: string;
  readonly title: string;
  readonly options: Pick<ProgramOptions, 'handlers' | 'irqMasking'>;
}[] = [
  {
    kind: 'nmi',
    id: 'nmi',
    title: 'a pseudo-NMI (priority masking)',
    options: { irqMasking: 'pmr', handlers: { irq: 'site' } },
  },
  { kind: 'serror', id: 'serror', title: 'an SError', options: { handlers: { serror: 'site' } } },
  {
    kind: 'watchpoint',
    id: 'watchpoint',
    title: 'a watchpoint',
    options: { handlers: { watchpoint: 'site' } },
  },
];

/** Exceptions whose handlers run a site, against fixed protocols with and without patch 4. */
export const exceptions: readonly Scenario[] = [
  ...open.flatMap(({ kind, id, title, options }) => [
    define({
      id: `patch-text-mainline-${id}`,
      chapter: 'exceptions',
      variant: `patch_text since 5.18, only IRQs masked; ${title} runs the site`,
      shows: 'a CPU leaves its wait loop for a handler that executes what is being patched',
      origin: origins.patch4,
      program: () => patchTextProgram(options),
      machine: { events: unlimited(kind) },
      outcomes: [
        [1, 'stale'],
        [2, 'cmodx'],
      ],
      smallest: 1,
    }),
    define({
      id: `patch-machine-${id}`,
      chapter: 'exceptions',
      variant: `patch 3, only IRQs masked; ${title} runs the site`,
      shows: 'quiescence needs more than masked IRQs',
      origin: origins.patch3,
      program: patchMachineWith(options),
      machine: onWaiters(kind),
      outcomes: waiterOutcomes,
    }),
    define({
      id: `patch-machine-${id}-on-patcher`,
      chapter: 'exceptions',
      variant: `patch 3, only IRQs masked; ${title} hits the patcher`,
      shows: 'a handler on the patcher runs code between its modification and its maintenance',
      origin: origins.patch3,
      program: patchMachineWith(options),
      machine: onPatcher(kind),
      outcomes: 'stale',
      smallest: 1,
    }),
    define({
      id: `patch-machine-${id}-masked`,
      chapter: 'exceptions',
      variant: `patch 4, DAIF masked; ${title} runs the site`,
      shows: 'with D, A, I and F masked before the arrival and until the ISB, it comes too early or too late',
      origin: origins.patch4,
      program: patchMachineWith({ ...options, masking: 'daif' }),
      machine: { events: unlimited(kind) },
      outcomes: 'holds',
      witnesses: [{ of: handlerRunsSite, from: 1 }],
      smallest: 2,
    }),
  ]),
];

const sdeiProgram = (
  sdei: NonNullable<PatchMachineProgramOptions['sdei']>,
  more: PatchMachineProgramOptions = {},
): ReturnType<typeof patchMachineWith> =>
  patchMachineWith({ masking: 'daif', handlers: { sdei: 'site' }, sdei, ...more });

/** SDEI events, which DAIF does not mask, and the answers to them. */
export const sdei: readonly Scenario[] = [
  define({
    id: 'patch-machine-sdei',
    chapter: 'sdei',
    variant: 'patch 4 and an SDEI event whose handler runs the site',
    shows: 'firmware changes the PC whatever DAIF says',
    origin: origins.sdei,
    program: sdeiProgram('none'),
    machine: onWaiters('sdei'),
    outcomes: waiterOutcomes,
  }),
  define({
    id: 'patch-machine-sdei-on-patcher',
    chapter: 'sdei',
    variant: 'patch 4 and an SDEI event that hits the patcher',
    shows: 'a handler on the patcher runs code between its modification and its maintenance',
    origin: origins.sdei,
    program: sdeiProgram('none'),
    machine: onPatcher('sdei'),
    outcomes: 'stale',
    smallest: 1,
  }),
  define({
    id: 'patch-machine-sdei-pe-mask',
    chapter: 'sdei',
    variant: 'answer A: PE_MASK on every CPU before it signals',
    shows: 'firmware keeps the event until PE_UNMASK after the ISB',
    origin: origins.sdei,
    program: sdeiProgram('pe-mask'),
    machine: { events: unlimited('sdei') },
    outcomes: 'holds',
    witnesses: [{ of: handlerRunsSite, from: 1 }],
    smallest: 2,
  }),
  define({
    id: 'patch-machine-sdei-pe-mask-shared',
    chapter: 'sdei',
    variant: 'answer A with a shared event, which goes to any CPU',
    shows: 'with every CPU masked a shared event stays pending',
    origin: origins.sdei,
    program: sdeiProgram('pe-mask'),
    machine: { events: unlimited('sdei-shared') },
    outcomes: 'holds',
    witnesses: [{ of: handlerRunsSite, from: 1 }],
    smallest: 2,
  }),
  define({
    id: 'patch-machine-sdei-pe-mask-forgotten',
    chapter: 'sdei',
    variant: 'answer A with one CPU forgotten',
    shows: 'the event hits exactly the CPU that did not mask',
    origin: origins.sdei,
    program: sdeiProgram('pe-mask-but-last'),
    machine: (cpus) => ({ events: unlimited('sdei'), special: [cpus - 1] }),
    outcomes: [
      [1, 'stale'],
      [2, 'cmodx'],
    ],
    smallest: 2,
  }),
  define({
    id: 'patch-machine-sdei-gate',
    chapter: 'sdei',
    variant: 'answer C: the entry stub waits if it interrupted a CPU that has arrived',
    shows: 'deciding by the interrupted PC is as atomic as the arrival itself',
    origin: origins.sdei,
    program: sdeiProgram('gate-pc'),
    machine: { events: unlimited('sdei') },
    outcomes: 'holds',
    witnesses: [{ of: handlerRunsSite, from: 1 }],
    smallest: 2,
  }),
  define({
    id: 'patch-machine-sdei-gate-llsc',
    chapter: 'sdei',
    variant: 'answer C with an LL/SC arrival',
    shows:
      'a store-exclusive that failed looks like an arrival: the stub waits on a CPU that has not arrived',
    origin: origins.sdei,
    program: sdeiProgram('gate-pc', { atomics: 'llsc' }),
    machine: { events: unlimited('sdei') },
    outcomes: [
      [1, 'holds'],
      [2, 'hang'],
    ],
  }),
  define({
    id: 'patch-machine-sdei-gate-requester',
    chapter: 'sdei',
    variant: 'answer C by a word that the requester sets before the stop',
    shows: 'a CPU that has not arrived waits in the stub for a patcher that waits for it',
    origin: origins.sdei,
    program: sdeiProgram('gate-requester'),
    machine: { events: unlimited('sdei') },
    outcomes: 'hang',
    completes: 1,
    smallest: 1,
  }),
  define({
    id: 'patch-machine-sdei-gate-patcher',
    chapter: 'sdei',
    variant: 'answer C by a word that the patcher sets after all have arrived',
    shows: 'an event that looked before the word was set runs on into the patch',
    origin: origins.sdei,
    program: sdeiProgram('gate-patcher'),
    machine: { events: unlimited('sdei') },
    outcomes: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
  }),
  define({
    id: 'patch-machine-sdei-gate-only',
    chapter: 'sdei',
    variant: 'answer C without PE_MASK on the patcher',
    shows: 'the patcher cannot wait for itself: an event on it runs half-patched code',
    origin: origins.sdei,
    program: sdeiProgram('gate-pc-only'),
    machine: { events: unlimited('sdei') },
    outcomes: 'stale',
    smallest: 1,
  }),
];

/** What must not happen inside the window at all. */
export const window: readonly Scenario[] = [
  define({
    id: 'patch-text-mainline-ipi-in-run',
    chapter: 'window',
    variant: 'the master sends an IPI in RUN and waits for the answers',
    shows: 'everybody else has interrupts masked, so nobody answers',
    origin: origins.ipiInRun,
    program: () => patchTextProgram({ maintenance: 'ipi' }),
    outcomes: [
      [1, 'holds'],
      [2, 'hang'],
    ],
    completes: 1,
    completesUpTo: 1,
  }),
  define({
    id: 'patch-machine-brk-in-wait-loop',
    chapter: 'window',
    variant: 'patch 4 with a kprobe in the wait loop, armed before',
    shows: 'BRK is taken although DAIF is masked',
    origin: origins.probedWaitLoop,
    program: patchMachineWith({ masking: 'daif', armedProbe: 'harmless' }),
    outcomes: 'holds',
    witnesses: [
      { of: (image) => at(image, 'kprobe_slot', 'BRK taken although DAIF is masked'), from: 2 },
      { of: (image) => waitsUnmasked(image, 'site_wait_loop'), from: 'never' },
    ],
    smallest: 2,
  }),
  define({
    id: 'patch-machine-brk-runs-site',
    chapter: 'window',
    variant: 'patch 4 with a kprobe in the wait loop whose handler runs the site',
    shows: 'masking cannot keep a synchronous exception out of the window',
    origin: origins.probedWaitLoop,
    program: patchMachineWith({ masking: 'daif', armedProbe: 'site' }),
    outcomes: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
  }),
];
