import type { Scenario } from '@quiesce/scenarios';
import { type ScenarioComparison, agrees, outcomeWord, statesOf } from './comparison.ts';
import type { Look } from './check-text.ts';
import { grouped } from './numbers.ts';

/** The steps of the maintenance that the catalogue leaves out one by one, with the heads of their columns. */
const steps: readonly (readonly [step: string, head: string])[] = [
  ['isb', 'no ISB'],
  ['dc', 'no DC'],
  ['ic', 'no IC'],
  ['dsb1', 'no 1st DSB'],
  ['dsb2', 'no 2nd DSB'],
];

const pattern = /^(.+)-no-(isb|dc|ic|dsb1|dsb2)(-idc1(?:-dic1)?)?$/;

/** Where a scenario stands in the matrix: which protocol, without which step; undefined for others. */
export function matrixPlace(
  scenario: Scenario,
): { readonly row: string; readonly protocol: string; readonly step: string } | undefined {
  const [, protocol, step, suffix = ''] = (pattern.exec(scenario.id) ?? []) as readonly (
    string | undefined
  )[];
  if (scenario.chapter !== 'maintenance' || protocol === undefined || step === undefined) return undefined;
  return { row: protocol + suffix, protocol, step };
}

/** A cell: the outcome, and from which size on where sizes differ. */
function cell({ checks }: ScenarioComparison): string {
  const words = checks.map(({ result }) => outcomeWord(result));
  const change = words.findIndex((word) => word !== words[0]);
  const tail = words.slice(change);
  if (change < 0) return words[0] ?? '';
  if (tail.some((word) => word !== tail[0])) return words.join('/');
  return `${tail[0]} N>=${checks[change].cpus}`;
}

const width = 10;

/** The heading of the matrix. */
export function matrixHeading(): string {
  const heads = steps.map(([, head]) => head.padEnd(width)).join(' ');
  return `  ${'protocol'.padEnd(27)}${heads}  states  pinned`;
}

/** One row: a protocol on one kind of hardware. */
export function matrixRow(row: readonly ScenarioComparison[], { colours }: Look): string {
  const [first] = row;
  const place = matrixPlace(first.scenario);
  const cells = steps.map(([step]) => {
    const found = row.find(({ scenario }) => matrixPlace(scenario)?.step === step);
    const text = found === undefined ? '' : cell(found);
    const mark = text === 'holds' || text === '' ? colours.good : colours.bad;
    return mark(text.padEnd(width));
  });
  const states = grouped(row.reduce((sum, comparison) => sum + statesOf(comparison), 0));
  const verdict = row.every(agrees) ? colours.good('ok') : colours.bad('DIFFERS');
  return `  ${(place?.protocol ?? '').padEnd(27)}${cells.join(' ')} ${states.padStart(7)}  ${verdict}`;
}
