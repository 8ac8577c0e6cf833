import { type ChartSpec, chart } from '../chart.ts';
import type { BenchResult } from '../result.ts';

const what = [
  { name: 'time', detail: 'milliseconds', vertical: 'CPU milliseconds to the verdict' },
  { name: 'states', detail: 'states', vertical: 'states' },
] as const;

/** Charts of the comparison with other model checkers, by file name: for each protocol, time and states by N. */
export function peerCharts(results: readonly BenchResult[]): ReadonlyMap<string, string> {
  const compared = results.filter(({ group }) => group.startsWith('peers, '));
  const charts = new Map<string, string>();
  for (const group of new Set(compared.map((result) => result.group))) {
    const rows = compared.filter((result) => result.group === group).map(({ details }) => details);
    const tools = [...new Set(rows.map(({ tool }) => String(tool)))];
    for (const { name, detail, vertical } of what) {
      const spec: ChartSpec = {
        title: group.replace('peers, ', ''),
        horizontal: 'CPUs',
        vertical,
        series: tools.map((tool) => ({
          name: tool,
          points: rows
            .filter((row) => row['tool'] === tool)
            .map((row) => [Number(row['cpus']), Number(row[detail])] as const),
        })),
      };
      charts.set(`${String(rows[0]['variant'])}-${name}.svg`, chart(spec));
    }
  }
  return charts;
}
