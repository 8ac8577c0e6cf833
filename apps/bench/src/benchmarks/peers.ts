import { exploreSync } from '@quiesce/explore';
import { check } from '@quiesce/scenarios';
import type { Benchmark, Limit, Measurement } from '../benchmark.ts';
import { cpuSeconds, cpuSecondsOf } from '../clock.ts';
import type { PeerRun } from '../peers/peer-run.ts';
import { spin, spinPresent } from '../peers/spin.ts';
import { tlc, tlcPresent } from '../peers/tlc.ts';
import { scenarioNamed } from '../scenario.ts';
import { type PatchVariant, patchModel } from '../systems/patch.ts';
import { numeral, short } from '../table.ts';

/** A protocol, the model of it that all tools get, and the machine code that only Quiesce can check. */
interface Comparison {
  readonly title: string;
  readonly variant: PatchVariant;
  /** Numbers of CPUs at which the tools explore the model state by state. */
  readonly sizes: readonly number[];
  /** Numbers of CPUs for what grows slowly. */
  readonly reducedSizes: readonly number[];
  readonly scenario?: string;
  readonly machineSizes: readonly number[];
}

const comparisons: readonly Comparison[] = [
  {
    title: 'patch_text (B)',
    variant: 'B',
    sizes: [2, 4, 6, 7, 8],
    reducedSizes: [2, 4, 6, 8, 16],
    scenario: 'patch-text-mainline',
    machineSizes: [2, 4, 6, 8, 16, 32],
  },
  {
    title: 'alternatives (D)',
    variant: 'D',
    sizes: [2, 4, 6, 7, 8],
    reducedSizes: [2, 4, 6, 8, 16],
    scenario: 'alternatives-patch1-state-load',
    machineSizes: [2, 4, 6, 8, 16, 32],
  },
  {
    title: 'interrupts, masked (E)',
    variant: 'E',
    sizes: [2, 4, 5, 6],
    reducedSizes: [2, 4, 6, 8, 12],
    machineSizes: [],
  },
  {
    title: 'events, masked by patch_machine (G)',
    variant: 'G',
    sizes: [2, 4, 5],
    reducedSizes: [2, 4, 6, 8],
    scenario: 'patch-machine-sdei-pe-mask',
    machineSizes: [2, 4, 6, 8, 16],
  },
];

/** What each tool looks at, and what it cannot see: printed below the table. */
export const peersLegend: readonly string[] = [
  'SPIN, TLC and "same model" explore peers/patch.pml and peers/Patch.tla: one patchable location on',
  'the stop path, two sites, one step for each shared access and fetch. They see neither registers nor',
  'instructions, neither caches nor versions of a word, neither DC, IC nor DSB; a handler is one fetch.',
  'SPIN and TLC check its assertions. "machine code" executes the A64 instructions of the protocol with',
  'its callees, and checks every fetch against every version that may be seen, cache maintenance, torn',
  'sites, asserts, faults, and that everybody gets out. Times are CPU time of the search; translating,',
  'compiling and starting are not counted on either side.',
];

interface Run {
  readonly tool: string;
  readonly run: (cpus: number) => PeerRun | Promise<PeerRun>;
  readonly sizes: readonly number[];
  /** Undefined where the tool is not installed. */
  readonly present?: () => boolean;
}

/** Explores the model with the engine alone. */
function sameModel(cpus: number, variant: PatchVariant, sorted: boolean): PeerRun {
  let result: ReturnType<typeof exploreSync> | undefined;
  const seconds = cpuSeconds(() => {
    result = exploreSync(patchModel(cpus, variant, { sorted }));
  });
  if (result === undefined) throw new Error('the search returned nothing');
  const { states, transitions, bytes } = result.statistics;
  return { holds: result.verdict === 'holds', states, transitions, seconds, bytes };
}

/** Checks machine code: everything from the source of the protocol to the verdict. */
async function machineCode(cpus: number, id: string): Promise<PeerRun> {
  const scenario = scenarioNamed(id);
  let result: Awaited<ReturnType<typeof check>> | undefined;
  const seconds = await cpuSecondsOf(async () => {
    result = await check(scenario, cpus);
  });
  if (result === undefined) throw new Error('the check returned nothing');
  const { verdict, states, transitions, bytes } = result;
  return { holds: verdict === 'holds', states, transitions, seconds, bytes };
}

/** Everybody who explores one protocol. */
function runsOf({ variant, sizes, reducedSizes, scenario, machineSizes }: Comparison): Run[] {
  return [
    {
      tool: 'SPIN, no reduction',
      sizes,
      present: spinPresent,
      run: (cpus) => spin(cpus, variant, { reduction: false }),
    },
    { tool: 'SPIN', sizes, present: spinPresent, run: (cpus) => spin(cpus, variant, { reduction: true }) },
    {
      tool: 'TLC',
      sizes: sizes.slice(0, 3),
      present: tlcPresent,
      run: (cpus) => tlc(cpus, variant, false),
    },
    {
      tool: 'TLC, SYMMETRY',
      sizes: sizes.slice(0, 3),
      present: tlcPresent,
      run: (cpus) => tlc(cpus, variant, true),
    },
    { tool: 'same model', sizes, run: (cpus) => sameModel(cpus, variant, false) },
    { tool: 'same model, sorted', sizes: reducedSizes, run: (cpus) => sameModel(cpus, variant, true) },
    ...(scenario === undefined
      ? []
      : [{ tool: 'machine code', sizes: machineSizes, run: (cpus: number) => machineCode(cpus, scenario) }]),
  ];
}

/** Seconds that SPIN took in this run, by protocol and size: what the rows after it are compared with. */
const spinTimes = new Map<string, number>();

async function measured(comparison: Comparison, { tool, run }: Run, cpus: number): Promise<Measurement> {
  // The first rounds of ours compile.
  const rounds = tool.startsWith('SPIN') || tool.startsWith('TLC') ? 2 : cpus > 4 ? 3 : 9;
  const found: PeerRun[] = [];
  for (let round = 0; round < rounds; round++) found.push(await run(cpus));
  const values = found.map(({ seconds }) => Math.max(1, 1000 * seconds));
  const { holds, states, transitions, bytes } = found[0];
  const key = `${comparison.variant} ${cpus}`;
  const least = Math.min(...values);
  if (tool.startsWith('SPIN')) spinTimes.set(`${key} ${tool}`, least);
  const size = bytes === undefined ? '' : `, ${numeral(bytes / states)} B/st`;
  return {
    unit: 'ms',
    values,
    ...limitOf(tool, key, cpus, comparison),
    note: `${short(states)} st${size}${holds ? '' : ', violated'}`,
    details: {
      tool,
      cpus,
      variant: comparison.variant,
      states,
      transitions,
      milliseconds: least,
      ...(bytes === undefined ? {} : { bytes }),
    },
  };
}

/** Ours may not be slower than SPIN, state by state, on the largest spaces. */
function limitOf(tool: string, key: string, cpus: number, { sizes }: Comparison): { limit?: Limit } {
  const peer = spinTimes.get(`${key} SPIN, no reduction`);
  if (tool !== 'same model' || peer === undefined || cpus !== sizes.at(-1)) return {};
  return { limit: { bound: 'at most', value: peer } };
}

function benchmarksOf(comparison: Comparison): Benchmark[] {
  const runs = runsOf(comparison);
  const sizes = [...new Set(runs.flatMap((run) => run.sizes))].sort((a, b) => a - b);
  return sizes.flatMap((cpus) =>
    runs
      .filter((run) => run.sizes.includes(cpus))
      .map((run): Benchmark => ({
        group: `peers, ${comparison.title}`,
        name: `N=${cpus} ${run.tool}`,
        measure: (scale) => {
          if (scale.quick && cpus > 4) return undefined;
          return run.present?.() === false ? undefined : measured(comparison, run, cpus);
        },
      })),
  );
}

/** The same protocol with other model checkers, in the same run. */
export const peerBenchmarks: readonly Benchmark[] = comparisons.flatMap(benchmarksOf);
