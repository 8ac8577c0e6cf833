import { alternativesProgram, patchMachineProgram, patchTextProgram, type Program } from '@quiesce/patching';
import { define } from '../define.ts';
import { origins } from '../origins.ts';
import type { Outcome, Scenario, ScenarioOrigin } from '../scenario.ts';
import { type SourceEdit, without } from '../source-edit.ts';

/** A repaired protocol and where its maintenance stands in its source. */
interface Protocol {
  readonly id: string;
  readonly variant: string;
  readonly origin: ScenarioOrigin;
  readonly program: () => Program;
  readonly edits: Readonly<Record<Step, SourceEdit>>;
  /** The writer's own DSB, in patch_unmap(), has completed the store before the maintenance begins. */
  readonly completesStore: boolean;
}

/** What is left out. */
type Step = 'isb' | 'dc' | 'ic' | 'dsb1' | 'dsb2';

const titles: Readonly<Record<Step, string>> = {
  isb: "without the waiter's ISB",
  dc: 'without DC',
  ic: 'without IC',
  dsb1: 'without the DSB between DC and IC',
  dsb2: 'without the DSB after IC',
};

const byLine = (waiter: string): Protocol['edits'] => ({
  isb: without(titles.isb, waiter, /^isb$/),
  dc: without(titles.dc, 'caches_clean_inval_pou', /^dc cvau/),
  ic: without(titles.ic, 'caches_clean_inval_pou', /^ic ivau/),
  dsb1: without(titles.dsb1, 'caches_clean_inval_pou', /^dsb ish$/),
  dsb2: without(titles.dsb2, 'caches_clean_inval_pou', /^dsb ish$/, 2),
});

const wholeCache = (waiter: string): Protocol['edits'] => ({
  isb: without(titles.isb, waiter, /^isb$/),
  dc: without(titles.dc, 'clean_dcache_line', /^dc civac/),
  ic: without(titles.ic, '__apply_alternatives', /^ic ialluis$/),
  dsb1: without(titles.dsb1, '__apply_alternatives', /^dsb ish$/),
  dsb2: without(titles.dsb2, '__apply_alternatives', /^dsb ish$/, 2),
});

const protocols: readonly Protocol[] = [
  {
    id: 'patch-text-patch2',
    variant: 'patch 2',
    origin: origins.patch2,
    program: () => patchTextProgram({ variant: 'rutland' }),
    completesStore: true,
    edits: byLine('patch_text_isb'),
  },
  {
    id: 'patch-text-mainline',
    variant: 'patch_text since 5.18',
    origin: origins.lastMaster,
    program: () => patchTextProgram({ variant: 'v5.18' }),
    completesStore: true,
    edits: byLine('patch_text_isb'),
  },
  {
    id: 'alternatives-patch1',
    variant: 'patch 1',
    origin: origins.patch1,
    program: () => alternativesProgram({ variant: 'rutland' }),
    completesStore: false,
    edits: wholeCache('alternatives_isb'),
  },
  {
    id: 'patch-machine-kprobes',
    variant: 'patch 3 for kprobes',
    origin: origins.patch3,
    program: () => patchMachineProgram({}),
    completesStore: true,
    edits: byLine('patch_machine_isb'),
  },
  {
    id: 'patch-machine-alternatives',
    variant: 'patch 3 for alternatives',
    origin: origins.patch3,
    program: () => patchMachineProgram({ user: 'alternatives' }),
    completesStore: false,
    edits: wholeCache('patch_machine_isb'),
  },
];

/** CTR_EL0 as hardware reports it, and which steps such hardware does not need. */
const hardware: readonly {
  readonly suffix: string;
  readonly title: string;
  readonly cache: { readonly IDC: 0 | 1; readonly DIC: 0 | 1 };
  readonly needless: readonly Step[];
}[] = [
  { suffix: '', title: 'IDC=0 DIC=0', cache: { IDC: 0, DIC: 0 }, needless: [] },
  { suffix: '-idc1', title: 'IDC=1 DIC=0', cache: { IDC: 1, DIC: 0 }, needless: ['dc'] },
  {
    suffix: '-idc1-dic1',
    title: 'IDC=1 DIC=1',
    cache: { IDC: 1, DIC: 1 },
    needless: ['dc', 'ic', 'dsb1', 'dsb2'],
  },
];

/** What is left when a step is missing that the hardware needs. */
function broken(step: Step): Scenario['outcomes'] {
  const outcomes: Record<Step, readonly (readonly [number, Outcome])[]> = {
    isb: [
      [1, 'holds'],
      [2, 'cmodx'],
    ],
    dc: [[1, 'stale']],
    ic: [[1, 'stale']],
    dsb1: [[1, 'stale']],
    dsb2: [[1, 'stale']],
  };
  return outcomes[step];
}

const steps: readonly Step[] = ['isb', 'dc', 'ic', 'dsb1', 'dsb2'];

/** Every repaired protocol with one step of its maintenance left out, on each kind of hardware. */
export const maintenance: readonly Scenario[] = protocols.flatMap((protocol) =>
  hardware.flatMap(({ suffix, title, cache, needless }) =>
    steps.map((step) => {
      // Where data need not be cleaned, the DSB before IC only has to complete the store.
      const done = protocol.completesStore && cache.IDC === 1 && step === 'dsb1';
      const harmless = done || needless.includes(step);
      return define({
        id: `${protocol.id}-no-${step}${suffix}`,
        chapter: 'maintenance',
        variant: `${protocol.variant} ${titles[step]}, ${title}`,
        shows: harmless
          ? done
            ? 'the DSB of patch_unmap() has completed the store already'
            : 'hardware with this CTR_EL0 does not need the step'
          : 'an old instruction can still be executed',
        origin: protocol.origin,
        program: protocol.program,
        machine: { cache },
        outcomes: harmless ? 'holds' : broken(step),
        edits: [protocol.edits[step]],
      });
    }),
  ),
);

/** The kernel's own routine for each kind of hardware: it leaves out what that hardware does not need. */
export const routines: readonly Scenario[] = hardware.slice(1).map(({ suffix, title, cache }) =>
  define({
    id: `patch-text-mainline-routine${suffix}`,
    chapter: 'maintenance',
    variant: `patch_text since 5.18 with the routine for ${title}`,
    shows: 'the variant that the kernel selects for this hardware suffices on it',
    origin: origins.lastMaster,
    program: () => patchTextProgram({ cache: { idc: cache.IDC === 1, dic: cache.DIC === 1 } }),
    machine: { cache },
    outcomes: 'holds',
    smallest: 2,
  }),
);
