import type { Benchmark, Measurement, Scale } from '../benchmark.ts';
import { type Run, work } from '../catalogue/crew.ts';
import { type Done, jobs } from '../catalogue/job.ts';
import { short } from '../table.ts';

const processes = 2;
const mebibyte = 1 << 20;

const runs = new Map<boolean, Promise<Run>>();

/** The catalogue is checked once, and every row tells of that run. */
function runOf({ quick }: Scale): Promise<Run> {
  let run = runs.get(quick);
  if (run === undefined) {
    run = work(jobs(quick ? 2 : 4), processes);
    runs.set(quick, run);
  }
  return run;
}

const sum = (done: readonly Done[], of: (one: Done) => number): number =>
  done.reduce((total, one) => total + of(one), 0);

function story(name: string, tell: (run: Run) => Omit<Measurement, 'details'>): Benchmark {
  return {
    group: 'whole story',
    name,
    async measure(scale): Promise<Measurement> {
      const run = await runOf(scale);
      return { ...tell(run), details: { processes, cpus: scale.quick ? '1-2' : '1-4' } };
    },
  };
}

const chapters = [
  'patch_text',
  'alternatives',
  'patch_machine',
  'maintenance',
  'exceptions',
  'sdei',
  'window',
];

/** Every check of the catalogue. */
export const storyBenchmarks: readonly Benchmark[] = [
  story('wall clock', ({ seconds }) => ({
    unit: 's',
    values: [seconds],
    limit: { bound: 'at most', value: 30 },
    note: `${processes} processes`,
  })),
  story('CPU time', ({ done }) => {
    const wrong = done.filter(({ disagreements }) => disagreements.length > 0).length;
    return {
      unit: 's',
      values: [sum(done, ({ seconds }) => seconds)],
      note: `${done.length} checks, ${wrong === 0 ? 'all as pinned' : `${wrong} NOT AS PINNED`}`,
    };
  }),
  story('peak memory', ({ peak }) => ({
    unit: 'MiB',
    values: [peak / mebibyte],
    limit: { bound: 'at most', value: 2048 },
    note: 'sum of both',
  })),
  ...chapters.map((chapter) =>
    story(`${chapter}, CPU time`, ({ done }) => {
      const part = done.filter((one) => one.chapter === chapter);
      return {
        unit: 's',
        values: [sum(part, ({ seconds }) => seconds)],
        note: `${part.length} checks, ${short(sum(part, ({ states }) => states))} states`,
      };
    }),
  ),
];
