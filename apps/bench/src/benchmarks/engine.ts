import { exploreSync, type Result } from '@quiesce/explore';
import { exploreParallel } from '@quiesce/explore/node';
import type { Benchmark } from '../benchmark.ts';
import { cpuSeconds, cpuSecondsOf, roundsOf } from '../clock.ts';
import { type PatchVariant, patchModel } from '../systems/patch.ts';
import { numeral } from '../table.ts';

function engine(
  name: string,
  variant: PatchVariant,
  sorted: boolean,
  cpus: number,
  quickCpus: number,
): Benchmark {
  return {
    group: 'engine',
    name,
    measure(scale) {
      const size = scale.quick ? quickCpus : cpus;
      const values: number[] = [];
      let statistics = { states: 0, transitions: 0, bytes: 0 };
      for (let round = 0; round <= Math.min(roundsOf(scale), 5); round++) {
        const seconds = cpuSeconds(() => {
          const result = exploreSync(patchModel(size, variant, { sorted }));
          if (result.verdict !== 'holds') throw new Error(`the stop machine ${result.verdict}`);
          statistics = result.statistics;
        });
        // The first round warms up.
        if (round > 0) values.push(statistics.states / seconds / 1e6);
      }
      const { states, transitions, bytes } = statistics;
      return {
        unit: 'M states/s',
        values,
        note: `N=${size}, ${numeral(states)} states, ${numeral(bytes / states)} B a state`,
        details: { cpus: size, states, transitions, bytes },
      };
    },
  };
}

/**
 * How much faster two threads are than one, by the clock: it takes two idle cores to tell. The CPU time that both take shows
 * what they do twice or wait for while they compute, on a busy machine as well.
 */
const workers: Benchmark = {
  group: 'engine',
  name: 'two workers against one',
  async measure(scale) {
    const cpus = scale.quick ? 6 : 8;
    const module = new URL('../systems/patch.js', import.meta.url).href;
    const source = { module, factory: 'workerModel', argument: [cpus, 'B'], interners: 2 };
    const values: number[] = [];
    let states = 0;
    const seconds: [one: number, two: number] = [Infinity, Infinity];
    const explored = async (workers: 1 | 2): Promise<Result> => {
      let result: Result | undefined;
      const spent = await cpuSecondsOf(async () => {
        result = await exploreParallel(source, { workers });
      });
      if (result === undefined) throw new Error('the search returned nothing');
      seconds[workers - 1] = Math.min(seconds[workers - 1], spent);
      return result;
    };
    for (let round = 0; round < 3; round++) {
      const [one, two] = [await explored(1), await explored(2)];
      if (two.verdict !== 'holds') throw new Error(`the stop machine ${two.verdict}`);
      states = two.statistics.states;
      values.push(one.statistics.milliseconds / two.statistics.milliseconds);
    }
    return {
      unit: 'times',
      values,
      limit: { bound: 'at least', value: 1.6 },
      note: `N=${cpus}, ${numeral(states)} states, wall clock; CPU time ${numeral(seconds[0])} s and ${numeral(seconds[1])} s`,
      details: { cpus, states, cpuSecondsOfOne: seconds[0], cpuSecondsOfTwo: seconds[1] },
    };
  },
};

/** The search on a system that costs next to nothing by itself. */
export const engineBenchmarks: readonly Benchmark[] = [
  engine('stop machine by hand', 'B', false, 8, 6),
  engine('stop machine by hand, interrupts', 'E', false, 6, 4),
  engine('stop machine by hand, sorted', 'B', true, 16, 10),
  workers,
];
