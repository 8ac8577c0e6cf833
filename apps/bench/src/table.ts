import type { BenchResult } from './result.ts';

const nameWidth = 35;
const valueWidth = 9;
const unitWidth = 11;
const spreadWidth = 7;

/** A number with three significant digits, or a whole one with its thousands apart. */
export function numeral(value: number): string {
  if (value >= 100 || Number.isInteger(value)) {
    return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  }
  return value.toPrecision(3);
}

/** A count in few characters: `925`, `2.63k`, `3.77M`. */
export function short(value: number): string {
  const [unit, divisor] = value >= 999_500 ? ['M', 1e6] : value >= 1000 ? ['k', 1e3] : ['', 1];
  return `${divisor === 1 ? String(Math.round(value)) : (value / divisor).toPrecision(3)}${unit}`;
}

/** Half the distance between the extremes, in percent of the median; empty for a single round or equal ones. */
function spreadOf({ rounds, least, most, median }: BenchResult): string {
  if (rounds < 2 || least === most) return '';
  return `±${Math.round(((most - least) / 2 / median) * 100)} %`;
}

function limitOf({ limit }: BenchResult): string {
  if (limit === undefined) return '';
  return `limit ${limit.bound === 'at least' ? '≥' : '≤'} ${numeral(limit.value)}: ${limit.met ? 'met' : 'MISSED'}`;
}

function line(name: string, value: string, unit: string, spread: string, remarks: string): string {
  return (
    `  ${name.padEnd(nameWidth)}${value.padStart(valueWidth)} ${unit.padEnd(unitWidth)}` +
    `${spread.padEnd(spreadWidth)}${remarks}`
  ).trimEnd();
}

/** The line above the table. */
export function heading(): string {
  return line('', 'median', '', 'spread', 'limit, remarks');
}

/** The heading of a group. */
export function groupLine(group: string): string {
  return `\n${group}`;
}

/** One row, without the name of its group. */
export function row(result: BenchResult): string {
  const remarks = [limitOf(result), result.note].filter((text) => text !== '').join('; ');
  return line(result.name, numeral(result.median), result.unit, spreadOf(result), remarks);
}
