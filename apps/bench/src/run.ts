import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark } from './benchmark.ts';
import { benchmarks } from './benchmarks/all.ts';
import { peersLegend } from './benchmarks/peers.ts';
import { type Options, optionsOf, usage } from './options.ts';
import { peerCharts } from './peers/charts.ts';
import { type BenchResult, resultOf } from './result.ts';
import { groupLine, heading, row } from './table.ts';

/** Exit status for a command line that asks for something that does not exist. */
const wrongUsage = 64;

const fullName = ({ group, name }: Benchmark): string => `${group}/${name}`;

function chosen({ only }: Options): readonly Benchmark[] {
  if (only.length === 0) return benchmarks;
  for (const name of only) {
    if (benchmarks.some((benchmark) => fullName(benchmark).includes(name))) continue;
    const groups = [...new Set(benchmarks.map(({ group }) => group))];
    throw new TypeError(`no benchmark has '${name}' in its name; the groups are: ${groups.join('; ')}`);
  }
  return benchmarks.filter((benchmark) => only.some((name) => fullName(benchmark).includes(name)));
}

/** Measures what the options ask for; `report` is told of each result as it is there. */
export async function measure(
  options: Options,
  report: (result: BenchResult) => void = () => undefined,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const benchmark of chosen(options)) {
    const measurement = await benchmark.measure({ quick: options.quick });
    if (measurement === undefined) continue;
    const result = resultOf(benchmark, measurement);
    results.push(result);
    report(result);
  }
  return results;
}

/** The program: writes its output through `print` and returns its exit status. A limit that is missed is no error. */
export async function main(args: readonly string[], print: (text: string) => void): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(args);
    if (options.help) {
      print(usage);
      return 0;
    }
    chosen(options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    print(`${error.message}\n\n${usage}`);
    return wrongUsage;
  }
  if (options.json) {
    const results = await measure(options);
    draw(options, results);
    print(`${JSON.stringify({ schema: 1, results })}\n`);
    return 0;
  }
  print(`${heading()}\n`);
  let group: string | undefined;
  const results = await measure(options, (result) => {
    if (result.group !== group) print(`${groupLine(result.group)}\n`);
    group = result.group;
    print(`${row(result)}\n`);
  });
  if (results.some((result) => result.group.startsWith('peers, '))) {
    print(`\n${peersLegend.join('\n')}\n`);
  }
  draw(options, results);
  return 0;
}

function draw({ charts }: Options, results: readonly BenchResult[]): void {
  if (charts === undefined) return;
  mkdirSync(charts, { recursive: true });
  for (const [name, svg] of peerCharts(results)) writeFileSync(join(charts, name), svg);
}
