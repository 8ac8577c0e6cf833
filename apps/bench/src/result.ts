import type { Benchmark, Limit, Measurement } from './benchmark.ts';

/** A limit and whether the median meets it. */
export interface JudgedLimit extends Limit {
  readonly met: boolean;
}

/** One row of the table, and one element of `results` in the JSON output. */
export interface BenchResult {
  readonly group: string;
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  /** Smallest and largest of the rounds. */
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
  readonly limit?: JudgedLimit;
  readonly note: string;
  readonly details: Readonly<Record<string, number | string>>;
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Makes a row of what was measured. */
export function resultOf({ group, name }: Benchmark, measurement: Measurement): BenchResult {
  const { unit, values, limit, note, details } = measurement;
  const median = medianOf(values);
  const met =
    limit === undefined || (limit.bound === 'at least' ? median >= limit.value : median <= limit.value);
  return {
    group,
    name,
    unit,
    median,
    least: Math.min(...values),
    most: Math.max(...values),
    rounds: values.length,
    ...(limit === undefined ? {} : { limit: { ...limit, met } }),
    note,
    details,
  };
}
