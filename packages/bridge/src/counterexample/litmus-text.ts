import { type Trace, wrap } from '@quiesce/trace';
import { inProgramOrder } from './delayed-loads.ts';
import { Locations } from './locations.ts';
import { ThreadWriter } from './thread.ts';

/** Columns of comments. */
const commentWidth = 100;

/**
 * Writes a trace as a litmus test that herd7 reads, with `-variant ifetch`: each CPU is a thread of the instructions that it
 * executed, without branches back; loops are unrolled along the trace. What memory and other CPUs cannot notice is
 * left out; dependencies, barriers, maintenance and context synchronisation are kept. The condition names every value
 * that was read, and every instruction that was fetched where code is modified: it is allowed if the execution is.
 *
 * Throws {@link NotExportable} where a trace does not fit into a test.
 */
export function litmusOf(trace: Trace): string {
  const locations = new Locations(trace);
  const threads = Array.from({ length: trace.cpus }, (_, cpu) => new ThreadWriter(cpu, locations));
  for (const { cpu, instructions, effects } of inProgramOrder(trace, locations)) {
    for (const effect of effects) if (effect.kind === 'synchronised') threads[cpu].synchronise();
    for (const instruction of instructions) threads[cpu].write(instruction);
  }
  const used = locations.sites.filter(({ label }) =>
    threads.some(({ registers }) => registers.initial.some((entry) => entry.endsWith(`=P0:${label};`))),
  );
  const observed = threads.flatMap((thread) => thread.finish());
  const columns = threads.map(({ rows }, thread) => {
    const code =
      thread === 0 && used.length > 0 ? ['B done', ...used.flatMap((site) => site.code), 'done:'] : [];
    return packed([...rows, ...code]);
  });
  const { IDC, DIC } = trace.model;
  const cache = DIC === 1 ? 'CacheType=IDC DIC' : IDC === 1 ? 'CacheType=IDC' : undefined;
  return `${[
    `AArch64 ${trace.scenario.replaceAll(/[^\w.+-]/g, '_')}`,
    ...commented([
      ...headline(trace),
      ...locations.legend,
      ...used.flatMap(({ label, standIns }) =>
        standIns.map(({ text, original, tells }) => `${label}: '${original}' is ${text}, X28=${tells}`),
      ),
      ...[...new Set(threads.flatMap(({ omitted }) => [...omitted]))].map((what) => `left out: ${what}`),
    ]),
    ...(cache === undefined ? [] : [cache]),
    '{',
    ...locations.initial,
    ...threads.flatMap(({ registers }) =>
      registers.initial.length === 0 ? [] : [registers.initial.join(' ')],
    ),
    '}',
    ...table(columns),
    `exists (${observed.join(' /\\ ') || 'true'})`,
  ].join('\n')}\n`;
}

function headline({ scenario, cpus, model, end }: Trace): string[] {
  const what = end.kind === 'violated' ? `${end.violation.kind}: ${end.violation.detail}` : end.kind;
  return [`${scenario}, ${cpus} CPUs, tier ${model.tier}`, what];
}

/** Comments, each on a line of its own. */
function commented(lines: readonly string[]): string[] {
  return lines
    .flatMap((line) => wrap(line.replaceAll('*)', '* )'), commentWidth))
    .map((line) => `(* ${line} *)`);
}

/** Joins a label with the instruction behind it. */
function packed(rows: readonly string[]): string[] {
  const result: string[] = [];
  let labels = '';
  for (const row of rows) {
    if (row.endsWith(':')) labels += `${row} `;
    else {
      result.push(labels + row);
      labels = '';
    }
  }
  if (labels !== '') result.push(labels.trim());
  return result;
}

function table(columns: readonly (readonly string[])[]): string[] {
  const all = columns.map((column, thread) => [`P${thread}`, ...column]);
  const widths = all.map((column) => Math.max(...column.map((cell) => cell.length)));
  const height = Math.max(...all.map(({ length }) => length));
  return Array.from({ length: height }, (_, row) => {
    const cells = all.map((column, i) => (column[row] ?? '').padEnd(widths[i]));
    return ` ${cells.join(' | ')} ;`;
  });
}
