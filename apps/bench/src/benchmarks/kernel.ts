import { readFileSync } from 'node:fs';
import {
  BoundedStop,
  Bytes,
  type Kernel,
  type MachineState,
  UncheckedRuns,
  assumedMachine,
  audit,
  checkKernel,
  chosenSites,
  locate,
  memorySource,
  observe,
  openKernel,
  predict,
  unpack,
  verify,
} from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
import type { Benchmark } from '../benchmark.ts';
import { runChild } from '../child.ts';
import { cpuSeconds, roundsOf } from '../clock.ts';
import { type KernelFiles, kernelsAtHand, versionsAtHand } from '../kernel-files.ts';
import { numeral } from '../table.ts';

/** What a row needs of the files of a kernel beside its image, and what to set where it is not found. */
const variables = { symbols: 'QUIESCE_KERNEL_MAP', live: 'QUIESCE_KERNEL_LIVE' } as const;

/** The files of the first kernel; undefined, with a notice, where some of them are not there. */
function filesFor(
  row: string,
  needs: readonly (keyof typeof variables)[],
): (KernelFiles & { readonly symbols: string; readonly live: string }) | undefined {
  const [files] = kernelsAtHand() as readonly (KernelFiles | undefined)[];
  const missing = files === undefined ? 'QUIESCE_KERNEL' : needs.find((need) => files[need] === undefined);
  if (files === undefined || missing !== undefined) {
    const variable = missing === 'symbols' || missing === 'live' ? variables[missing] : missing;
    process.stderr.write(`'${row}' is left out: its file is not found; ${variable ?? ''} may name it\n`);
    return undefined;
  }
  return { ...files, symbols: files.symbols ?? '', live: files.live ?? '' };
}

type Files = NonNullable<ReturnType<typeof filesFor>>;

/** An unpacked kernel. */
function imageOf({ image }: Pick<KernelFiles, 'image'>): {
  readonly array: Uint8Array;
  readonly name: string;
} {
  return unpack(new Bytes(readFileSync(image), image), nodeDecompressors);
}

function kernelBenchmark(
  name: string,
  limit: number,
  needs: readonly (keyof typeof variables)[],
  prepare: (files: Files) => { readonly work: () => void; readonly note: string },
): Benchmark {
  return {
    group: 'real kernel',
    name,
    measure(scale) {
      const files = filesFor(name, needs);
      if (files === undefined) return undefined;
      const { work, note } = prepare(files);
      const values = Array.from({ length: roundsOf(scale) }, () => cpuSeconds(work));
      return {
        unit: 's',
        values,
        limit: { bound: 'at most', value: limit },
        note,
        details: { first: values[0] },
      };
    },
  };
}

/** The whole table of alternatives, applied by CPU 0 of two. */
const inTurns = { path: 'alternatives', cpus: 2 } as const;

/**
 * Millions of instructions a second of CPU time; `prepare` gives what executes some and says how many, after as many as the
 * compilers need to know what is hot.
 */
function speedBenchmark(
  version: string,
  what: string,
  limit: number,
  prepare: (kernel: Kernel, machine: MachineState) => () => number,
): Benchmark {
  return {
    group: 'real kernel',
    name: `patching code${version === '' ? '' : ` of ${version}`}, ${what}`,
    measure(scale) {
      const files = kernelsAtHand().find((one) => one.version === version);
      if (files === undefined) return undefined;
      const kernel = openKernel(imageOf(files).array);
      const execute = prepare(kernel, assumedMachine(kernel, { cpu: 'neoverse-n1' }));
      let instructions = 0;
      const values = Array.from({ length: roundsOf(scale) }, () => {
        const seconds = cpuSeconds(() => (instructions = execute()));
        return instructions / seconds / 1e6;
      });
      return {
        unit: 'MIPS',
        values,
        limit: { bound: 'at least', value: limit },
        note: `${numeral(instructions)} instructions a round, with all that is not executing`,
        details: { instructions },
      };
    },
  };
}

/** The patching code of a kernel, with fetches checked and without. */
const speedBenchmarks = (version: string): readonly Benchmark[] => [
  speedBenchmark(version, 'fetches checked', 20, (kernel, machine) => {
    const execute = (): number =>
      checkKernel(kernel, machine, { ...inTurns, places: 20, random: 0 }).instructions;
    execute();
    return execute;
  }),
  speedBenchmark(version, 'unchecked', 100, (kernel, machine) => {
    const runs = new UncheckedRuns(kernel, machine, inTurns);
    for (let i = 0; i < 40; i++) runs.run(0);
    return () => {
      let instructions = 0;
      for (let i = 0; i < 20; i++) instructions += runs.run(0).instructions;
      return instructions;
    };
  }),
];

function sizeNote({ words, alternatives }: Kernel): string {
  return `${numeral(words.length)} words, ${numeral(alternatives.count)} alternatives`;
}

/** Everything that is done with a kernel, in a process of its own; it prints the memory that it had at most, in KiB. */
const everything = `
import { readFileSync } from 'node:fs';
import { Bytes, assumedMachine, audit, checkKernel, executeKernel, openKernel, predict, unpack } from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
const kernel = openKernel(unpack(new Bytes(readFileSync(process.argv[1]), 'kernel'), nodeDecompressors).array);
const machine = assumedMachine(kernel, { cpu: 'neoverse-n1' });
predict(kernel, machine);
audit(kernel);
checkKernel(kernel, machine, { path: 'alternatives', cpus: 4, places: 2, random: 0 });
executeKernel(kernel, machine, { path: 'alternatives', cpus: 4, random: 1 });
console.log(process.resourceUsage().maxRSS);
`;

const memoryBenchmark: Benchmark = {
  group: 'real kernel',
  name: 'peak memory',
  measure() {
    const files = filesFor('peak memory', []);
    if (files === undefined) return undefined;
    const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
    const { output } = runChild(
      `${quoted(process.execPath)} --input-type=module -e ${quoted(everything)} ${quoted(files.image)}`,
      import.meta.dirname,
    );
    return {
      unit: 'MiB',
      values: [Number(output) / 1024],
      limit: { bound: 'at most', value: 1536 },
      note: 'all of these in one process',
      details: {},
    };
  },
};

/** What is done with a real kernel, in seconds of CPU time. */
export const kernelBenchmarks: readonly Benchmark[] = [
  kernelBenchmark('open, with System.map', 1, ['symbols'], (files) => {
    const { array, name } = imageOf(files);
    const symbols = { text: readFileSync(files.symbols, 'latin1'), name: files.symbols };
    return { work: () => void openKernel(array, { name, symbols }), note: '' };
  }),
  kernelBenchmark('open, by itself', 1, [], (files) => {
    const { array, name } = imageOf(files);
    return { work: () => void openKernel(array, { name }), note: sizeNote(openKernel(array, { name })) };
  }),
  kernelBenchmark('alternatives', 0.5, [], (files) => {
    const kernel = openKernel(imageOf(files).array);
    const machine = assumedMachine(kernel, { cpu: 'max' });
    return { work: () => void predict(kernel, machine), note: 'every pass, CPU model max' };
  }),
  kernelBenchmark('verify', 2, ['live'], (files) => {
    const kernel = openKernel(imageOf(files).array);
    const memory = memorySource(files.live, readFileSync(files.live));
    const work = (): number => {
      const live = locate(kernel, memory);
      return verify(kernel, predict(kernel, observe(kernel, live).state), live).unexplained.length;
    };
    return { work: () => void work(), note: `${work()} words unexplained` };
  }),
  kernelBenchmark('audit', 5, [], (files) => {
    const kernel = openKernel(imageOf(files).array);
    return { work: () => void audit(kernel), note: `${audit(kernel).findings.length} findings` };
  }),
  kernelBenchmark('check on 4 CPUs, 2 places a window', 60, [], (files) => {
    const kernel = openKernel(imageOf(files).array);
    const machine = assumedMachine(kernel, { cpu: 'neoverse-n1' });
    const work = (): { readonly schedules: number; readonly instructions: number } =>
      checkKernel(kernel, machine, { path: 'alternatives', cpus: 4, places: 2, random: 0 });
    const { schedules, instructions } = work();
    return {
      work: () => void work(),
      note: `${schedules} runs of all alternatives, ${numeral(instructions)} instructions`,
    };
  }),
  ...versionsAtHand().flatMap(speedBenchmarks),
  kernelBenchmark('build a machine to search, 2 CPUs', 5, [], (files) => {
    const kernel = openKernel(imageOf(files).array);
    const machine = assumedMachine(kernel, { cpu: 'neoverse-n1' });
    const entries = chosenSites(kernel, machine);
    const work = (): BoundedStop =>
      new BoundedStop(kernel, machine, { path: 'alternatives', cpus: 2, entries });
    return { work: () => void work(), note: `${work().sites.length} sites` };
  }),
  memoryBenchmark,
];
