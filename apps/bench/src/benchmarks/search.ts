import { type Statistics, exploreSync } from '@quiesce/explore';
import { MachineSystem, type SystemOptions } from '@quiesce/machine';
import type { Scenario } from '@quiesce/scenarios';
import type { Benchmark } from '../benchmark.ts';
import { cpuSeconds, roundsOf } from '../clock.ts';
import { scenarioNamed } from '../scenario.ts';
import { numeral, short } from '../table.ts';

/** Protocols and how far each is followed; `quick` is where it ends in a quick run. */
const protocols: readonly { id: string; most: number; quick: number }[] = [
  { id: 'patch-text-mainline', most: 8, quick: 3 },
  { id: 'alternatives-patch1-state-load', most: 8, quick: 3 },
  { id: 'patch-machine-kprobes', most: 8, quick: 3 },
  { id: 'patch-machine-sdei-pe-mask', most: 5, quick: 2 },
];

/** Beyond this, the size of a search without reductions is not of interest. */
const mostStates = 2_000_000;

interface Searched {
  readonly verdict: string;
  readonly statistics: Statistics;
  /** Milliseconds of CPU time for everything but assembling the program. */
  readonly milliseconds: number;
}

/** One search from nothing: no step is remembered from another one. */
function search(scenario: Scenario, cpus: number, reductions: SystemOptions): Searched {
  const image = scenario.image(cpus);
  let found: Omit<Searched, 'milliseconds'> | undefined;
  const seconds = cpuSeconds(() => {
    const system = new MachineSystem(image.spec, { ...reductions, witnesses: scenario.ask(image) });
    found = exploreSync(system, { bounds: { states: mostStates } });
  });
  if (found === undefined) throw new Error('the search returned nothing');
  return { verdict: found.verdict, statistics: found.statistics, milliseconds: 1000 * seconds };
}

/** Time to the verdict of one protocol by the number of CPUs; st are states, tr transitions. */
function scaling({ id, most, quick }: (typeof protocols)[number]): Benchmark[] {
  return Array.from({ length: most }, (_, i): Benchmark => {
    const cpus = i + 1;
    return {
      group: 'search',
      name: `${id} N=${cpus}`,
      measure(scale) {
        if (scale.quick && cpus > quick) return undefined;
        const scenario = scenarioNamed(id);
        search(scenario, cpus, {});
        const rounds = Array.from({ length: Math.min(roundsOf(scale), 5) }, () => search(scenario, cpus, {}));
        const { verdict, statistics } = rounds[0];
        const { states, transitions, bytes } = statistics;
        const values = rounds.map(({ milliseconds }) => milliseconds);
        const statesPerSecond = Math.round((1000 * states) / Math.min(...values));
        return {
          unit: 'ms',
          values,
          note: `${short(states)} st, ${short(transitions)} tr, ${short(bytes)}B, ${short(statesPerSecond)}/s`,
          details: { cpus, verdict, states, transitions, bytes, statesPerSecond },
        };
      },
    };
  });
}

const reductions: readonly (readonly [name: string, options: SystemOptions])[] = [
  ['all', {}],
  ['no symmetry', { symmetry: false }],
  ['no fused steps', { fuse: false }],
  ['registers kept', { liveness: false }],
  ['none', { symmetry: false, fuse: false, liveness: false }],
];

/** The number of states with and without each reduction. */
function reduced(id: string, cpus: number): Benchmark[] {
  return reductions.map(([name, options]) => ({
    group: `reductions, ${id} N=${cpus}`,
    name,
    measure(scale) {
      if (scale.quick && cpus > 2) return undefined;
      const scenario = scenarioNamed(id);
      const all = search(scenario, cpus, {}).statistics.states;
      const { verdict, statistics, milliseconds } = search(scenario, cpus, options);
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
  ...protocols.flatMap(({ id }) => [2, 3].flatMap((cpus) => reduced(id, cpus))),
];
