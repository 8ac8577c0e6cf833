import type { Statistics } from '@quiesce/explore';
import { type Exploration, exploration, type Reductions, type Scenario } from '@quiesce/scenarios';
import type { Benchmark } from '../benchmark.ts';
import { cpuSecondsOf, roundsOf } from '../clock.ts';
import { scenarioNamed } from '../scenario.ts';
import { numeral, short } from '../table.ts';

/** Protocols and how far each is followed; `quick` is where it ends in a quick run. */
const protocols: readonly { id: string; sizes: readonly number[]; quick: number }[] = [
  { id: 'patch-text-mainline', sizes: [1, 2, 4, 6, 8, 16, 64], quick: 4 },
  { id: 'alternatives-patch1-state-load', sizes: [1, 2, 4, 6, 8, 16, 64], quick: 4 },
  { id: 'patch-machine-kprobes', sizes: [1, 2, 4, 6, 8, 16, 64], quick: 4 },
  { id: 'patch-machine-sdei-pe-mask', sizes: [1, 2, 4, 6, 8, 16], quick: 4 },
  { id: 'patch-machine-nmi-masked', sizes: [4, 8, 16], quick: 4 },
  { id: 'patch-machine-serror-masked', sizes: [4, 8, 16], quick: 4 },
  { id: 'patch-machine-sdei-gate', sizes: [4, 8, 16], quick: 4 },
];

/** What a verdict may cost, in milliseconds of CPU time, by the number of CPUs; with exceptions and without. */
const limits: Readonly<Record<'quiet' | 'exceptions', Partial<Record<number, number>>>> = {
  quiet: { 6: 20, 8: 50, 64: 30_000 },
  exceptions: { 16: 500 },
};

/** Beyond this, the size of a search without reductions is not of interest. */
const mostStates = 2_000_000;

interface Searched {
  readonly verdict: string;
  readonly statistics: Statistics;
  /** Milliseconds of CPU time for everything but assembling the program. */
  readonly milliseconds: number;
}

/** One search from nothing: no step is remembered from another one. */
async function search(
  scenario: Scenario,
  cpus: number,
  reductions: Reductions,
  { tier = 1, states = mostStates }: { readonly tier?: 1 | 2; readonly states?: number } = {},
): Promise<Searched> {
  const image = scenario.image(cpus);
  const found: Exploration[] = [];
  const seconds = await cpuSecondsOf(async () => {
    const spec = { ...image.spec, tier };
    found.push(await exploration(spec, scenario.ask(image), { reductions, bounds: { states } }));
  });
  const [{ result }] = found;
  return { verdict: result.verdict, statistics: result.statistics, milliseconds: 1000 * seconds };
}

/** Time to the verdict of one protocol by the number of CPUs; st are states, tr transitions. */
function scaling({ id, sizes, quick }: (typeof protocols)[number]): Benchmark[] {
  return sizes.map((cpus): Benchmark => {
    return {
      group: 'search',
      name: `${id} N=${cpus}`,
      async measure(scale) {
        if (scale.quick && cpus > quick) return undefined;
        const scenario = scenarioNamed(id);
        // The first ones compile.
        for (let i = 0; i < (cpus > 8 ? 1 : 8); i++) await search(scenario, cpus, {});
        const rounds: Searched[] = [];
        for (let i = cpus > 16 ? 1 : Math.min(roundsOf(scale), 5); i > 0; i--) {
          rounds.push(await search(scenario, cpus, {}));
        }
        const { verdict, statistics } = rounds[0];
        const { states, transitions, bytes } = statistics;
        const values = rounds.map(({ milliseconds }) => milliseconds);
        const { events = [] } = scenario.image(cpus).spec;
        const limit = limits[events.length > 0 ? 'exceptions' : 'quiet'][cpus];
        const statesPerSecond = Math.round((1000 * states) / Math.min(...values));
        return {
          unit: 'ms',
          values,
          ...(limit === undefined ? {} : { limit: { bound: 'at most', value: limit } }),
          note: `${short(states)} st, ${short(transitions)} tr, ${short(bytes)}B, ${short(statesPerSecond)}/s`,
          details: { cpus, verdict, states, transitions, bytes, statesPerSecond },
        };
      },
    };
  });
}

/** Protocols of the series under weak data with four CPUs, from small to large. */
const weak: readonly string[] = [
  'patch-text-mainline',
  'alternatives-patch1-state-load',
  'patch-text-3.18',
  'patch-text-mainline-stop-path',
  'alternatives-patch1-branch',
  'patch-text-mainline-llsc',
  'alternatives-patch1-words',
];

/** Time to the verdict in tier 2. */
function weakly(id: string): Benchmark {
  const cpus = 4;
  return {
    group: 'weak data',
    name: `${id} N=${cpus}`,
    async measure(scale) {
      if (scale.quick) return undefined;
      const { verdict, statistics, milliseconds } = await search(
        scenarioNamed(id),
        cpus,
        {},
        { tier: 2, states: 10_000_000 },
      );
      const { states, transitions } = statistics;
      return {
        unit: 's',
        values: [milliseconds / 1000],
        limit: { bound: 'at most', value: 60 },
        note: `${verdict}, ${short(states)} st, ${short(transitions)} tr, ${short(Math.round((1000 * states) / milliseconds))}/s`,
        details: { cpus, verdict, states, transitions },
      };
    },
  };
}

const reductions: readonly (readonly [name: string, options: Reductions])[] = [
  ['all', {}],
  ['no symmetry', { symmetry: false }],
  ['no fused steps', { fuse: false }],
  ['registers kept', { liveness: false }],
  ['every step order', { order: false }],
  ['none', { symmetry: false, fuse: false, liveness: false, order: false }],
];

/** The number of states with and without each reduction. */
function reduced(id: string, cpus: number): Benchmark[] {
  return reductions.map(([name, options]) => ({
    group: `reductions, ${id} N=${cpus}`,
    name,
    async measure(scale) {
      if (scale.quick && cpus > 2) return undefined;
      const scenario = scenarioNamed(id);
      const all = (await search(scenario, cpus, {})).statistics.states;
      const { verdict, statistics, milliseconds } = await search(scenario, cpus, options);
      const { states, transitions, bytes } = statistics;
      const complete = verdict !== 'holds-within-bounds';
      const cost = `${short(transitions)} tr, ${numeral(milliseconds)} ms`;
      return {
        unit: 'states',
        values: [states],
        note: `${complete ? '' : '≥ '}${numeral(states / all)} times, ${cost}`,
        details: { cpus, verdict, states, transitions, bytes, milliseconds },
      };
    },
  }));
}

/** The search on machines that execute the protocols. */
export const searchBenchmarks: readonly Benchmark[] = [
  ...protocols.flatMap(scaling),
  ...weak.map(weakly),
  ...protocols.slice(0, 4).flatMap(({ id }) => [2, 3].flatMap((cpus) => reduced(id, cpus))),
];
