import { describe, expect, it } from 'vitest';
import { decode } from '@quiesce/insn';
import { peersLegend } from '../src/benchmarks/peers.ts';
import { chart } from '../src/chart.ts';
import { peerCharts } from '../src/peers/charts.ts';
import { main } from '../src/run.ts';
import { type BenchResult, medianOf, resultOf } from '../src/result.ts';
import { heading, numeral, row, short } from '../src/table.ts';
import { mixedWords } from '../src/word-mix.ts';

async function output(...args: string[]): Promise<{ status: number; text: string }> {
  let text = '';
  const status = await main(args, (part) => {
    text += part;
  });
  return { status, text };
}

describe('quiesce-bench', () => {
  it('writes JSON of its schema', async () => {
    const { status, text } = await output(
      '--quick',
      '--json',
      '--only',
      'search/patch-text-mainline N=2',
      '--only',
      'interpreter/integers, run',
    );
    expect(status).toBe(0);
    const { schema, results } = JSON.parse(text) as { schema: number; results: BenchResult[] };
    expect(schema).toBe(1);
    expect(results.map(({ group, name, unit, rounds }) => [group, name, unit, rounds])).toEqual([
      ['search', 'patch-text-mainline N=2', 'ms', 3],
      ['interpreter', 'integers, run', 'MIPS', 3],
    ]);
    for (const { median, least, most } of results) {
      expect(least).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(least);
      expect(most).toBeGreaterThanOrEqual(median);
    }
    expect(results[0].details).toMatchObject({ cpus: 2, verdict: 'holds' });
    expect(results[0]).not.toHaveProperty('limit');
    expect(results[1].limit).toMatchObject({ bound: 'at least', value: 50 });
    expect(typeof results[1].limit?.met).toBe('boolean');
  });

  it('writes a table that fits in 100 columns', async () => {
    const { status, text } = await output(
      '--quick',
      '--only',
      'reductions, alternatives-patch1-state-load N=2',
      '--only',
      'instruction set/decode',
    );
    expect(status).toBe(0);
    const lines = text.split('\n');
    expect(lines).toContain('reductions, alternatives-patch1-state-load N=2');
    expect(lines.filter((line) => line.includes(' states ')).length).toBe(6);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  it.each([['--only', 'nothing like it'], ['--slow'], ['more']])('refuses %s %s', async (...args) => {
    const { status, text } = await output(...args);
    expect(status).toBe(64);
    expect(text).toContain('quiesce-bench [--quick]');
  });

  it('explains itself', async () => {
    expect(await output('--help')).toMatchObject({ status: 0 });
  });
});

describe('the table', () => {
  const base = { unit: 'ms', note: 'a note', details: {} };
  const benchmark = { group: 'g', name: 'n', measure: () => undefined };

  it('shows the median, the spread and the limit in columns', () => {
    const missed = resultOf(benchmark, {
      ...base,
      values: [9, 10, 12],
      limit: { bound: 'at most', value: 8 },
    });
    const met = resultOf(benchmark, { ...base, values: [9, 10, 12], limit: { bound: 'at most', value: 10 } });
    expect(row(missed)).toContain('10 ms         ±15 %  limit ≤ 8: MISSED; a note');
    expect(row(met)).toContain('limit ≤ 10: met; a note');
    expect(row(met).indexOf('±')).toBe(heading().indexOf('spread'));
    expect(row(met).indexOf('limit')).toBe(heading().indexOf('limit'));
  });

  it('judges a lower limit the other way round', () => {
    const at = (value: number): boolean | undefined =>
      resultOf(benchmark, { ...base, values: [50], limit: { bound: 'at least', value } }).limit?.met;
    expect([49, 50, 51].map(at)).toEqual([true, true, false]);
  });

  it('takes medians', () => {
    expect(medianOf([3])).toBe(3);
    expect(medianOf([10, 2, 3])).toBe(3);
    expect(medianOf([10, 2, 3, 4])).toBe(3.5);
  });

  it('writes counts shorter', () => {
    expect([0, 925, 999, 1000, 2629, 999_499, 999_500, 3_773_910].map(short)).toEqual([
      '0',
      '925',
      '999',
      '1.00k',
      '2.63k',
      '999k',
      '1.00M',
      '3.77M',
    ]);
  });

  it('writes numbers short', () => {
    expect([0.01234, 1.5, 99.96, 100.4, 7, 1234567].map(numeral)).toEqual([
      '0.0123',
      '1.50',
      '100',
      '100',
      '7',
      '1 234 567',
    ]);
  });
});

describe('a chart', () => {
  const svg = chart({
    title: 'a < b',
    horizontal: 'CPUs',
    vertical: 'states',
    series: [
      {
        name: 'one',
        points: [
          [2, 10],
          [4, 1000],
        ],
      },
      { name: 'two', points: [[2, 100]] },
    ],
  });

  it('is logarithmic, and has a line and a name for each series', () => {
    expect(svg.startsWith('<svg xmlns=')).toBe(true);
    expect(svg).toContain('a &lt; b');
    for (const name of ['one', 'two']) expect(svg).toContain(`>${name}</text>`);
    // 10 is at the bottom, 1000 at the top, 100 halfway.
    expect(svg).toContain('M70 370L500 40');
    expect(svg).toContain('M70 205"');
  });

  it('is drawn of every group of peers', () => {
    const details = { tool: 'SPIN', cpus: 2, variant: 'B', states: 148, milliseconds: 1 };
    const measured = { unit: 'ms', values: [1], note: '', details };
    const benchmark = { group: 'peers, patch_text (B)', name: 'N=2 SPIN', measure: () => undefined };
    expect([...peerCharts([resultOf(benchmark, measured)]).keys()]).toEqual(['B-time.svg', 'B-states.svg']);
  });

  it('comes with a legend that fits in 100 columns', () => {
    for (const line of peersLegend) expect(line.length, line).toBeLessThanOrEqual(100);
  });
});

describe('what is measured', () => {
  it('the words are allocated, of the rows that they were made for, and always the same', () => {
    const words = mixedWords(2000);
    for (const { word, row: name } of words) expect(decode(word).row.name).toBe(name);
    expect(mixedWords(2000)).toEqual(words);
    expect(new Set(words.map(({ row: name }) => name)).size).toBeGreaterThan(35);
  });
});
