import type { Program } from '../src/index.ts';
import {
  alternativesProgram,
  patchMachineProgram,
  patchTextProgram,
  ProgramError,
  sites,
  type AlternativesProgramOptions,
  type PatchMachineProgramOptions,
  type PatchTextProgramOptions,
  type ProgramOptions,
  type SiteName,
} from '../src/index.ts';

/** The values of one option, as partial options. The first is the default. */
type Axis<Options> = readonly Partial<Options>[];

const common: readonly Axis<ProgramOptions>[] = [
  Object.keys(sites).map((name) => ({ sites: [name as SiteName] })),
  [{}, { atomics: 'llsc' }, { atomics: 'alternative-branch' }, { atomics: 'alternative-words' }],
  [{}, { irqMasking: 'pmr' }],
  [{}, { stateLoad: 'ldar' }],
  [{}, { activeMask: 'all' }],
  [
    {},
    { cache: { idc: true, dic: false } },
    { cache: { idc: false, dic: true } },
    { cache: { idc: true, dic: true } },
  ],
  [{}, { maintenance: 'ipi', handlers: { irq: 'ipi' } }],
  [
    {},
    { handlers: { irq: 'site', fiq: 'site', serror: 'site', watchpoint: 'site', sdei: 'site' } },
    {
      handlers: {
        irq: 'harmless',
        fiq: 'harmless',
        serror: 'harmless',
        watchpoint: 'harmless',
        sdei: 'harmless',
      },
    },
  ],
  [{}, { armedProbe: 'site' }, { armedProbe: 'harmless' }],
];

const patchText: readonly Axis<PatchTextProgramOptions>[] = [
  [
    {},
    { variant: 'v3.14' },
    { variant: 'v3.18' },
    { variant: 'rutland' },
    { variant: 'guo-ren-v1' },
    { variant: 'v5.18' },
  ],
];

const alternatives: readonly Axis<AlternativesProgramOptions>[] = [
  [{}, { variant: 'v4.1' }, { variant: 'v4.2' }, { variant: 'mainline' }, { variant: 'rutland' }],
  [{}, { flagLoad: 'read-once' }],
  [{}, { instrumented: true }],
];

const patchMachine: readonly Axis<PatchMachineProgramOptions>[] = [
  [{}, { user: 'alternatives' }],
  [{}, { patcher: 1 }],
  [{}, { masking: 'daif' }],
  [
    {},
    { sdei: 'pe-mask' },
    { sdei: 'pe-mask-but-last' },
    { sdei: 'gate-requester' },
    { sdei: 'gate-patcher' },
    { sdei: 'gate-pc' },
    { sdei: 'gate-pc-only' },
  ],
];

/** The options with at most `depth` axes away from their default. */
function* choices<Options>(axes: readonly Axis<Options>[], depth: number): Generator<Partial<Options>> {
  if (axes.length === 0) {
    yield {};
    return;
  }
  const [[first, ...others], ...rest] = axes;
  for (const options of choices(rest, depth)) yield { ...first, ...options };
  if (depth === 0) return;
  for (const options of choices(rest, depth - 1)) {
    for (const other of others) yield { ...other, ...options };
  }
}

/** Every distinct program with at most `depth` options away from the defaults. */
export function programs(depth: number): Program[] {
  const found = new Map<string, Program>();
  const add = (make: () => Program): void => {
    try {
      const program = make();
      found.set(program.source, program);
    } catch (error) {
      // A site that the other options leave out is no program.
      if (!(error instanceof ProgramError)) throw error;
    }
  };
  for (const options of choices<PatchTextProgramOptions>([...patchText, ...common], depth)) {
    add(() => patchTextProgram(options));
  }
  for (const options of choices<AlternativesProgramOptions>([...alternatives, ...common], depth)) {
    add(() => alternativesProgram(options));
  }
  for (const options of choices<PatchMachineProgramOptions>([...patchMachine, ...common], depth)) {
    add(() => patchMachineProgram(options));
  }
  return [...found.values()];
}
