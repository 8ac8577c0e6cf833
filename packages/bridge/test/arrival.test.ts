import { readFileSync } from 'node:fs';
import { check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

// docs/arrival.md is written by runs of the machine in tier 2. The axioms, which share nothing with it, must say the same of
// litmus tests of the same shapes.
const page = readFileSync(new URL('../../../docs/arrival.md', import.meta.url), 'utf8');

/** The rows of the table whose first heading begins so, with their headings. */
function table(heading: string): { readonly headings: string[]; readonly rows: string[][] } {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.startsWith(`| ${heading}`));
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const end = lines.findIndex((line, i) => i > from && !line.startsWith('|'));
  return { headings: cells(lines[from]), rows: lines.slice(from + 2, end).map(cells) };
}

const tables = page.split('\n').filter((line) => line.startsWith('| arrival'));

/** `c` is the counter, `r` the report, and `f` the place that is patched; X9 is 1 after the old instruction, 2 after the new. */
function observation(
  patcher: readonly string[],
  waiter: readonly string[],
  condition: string,
  caches: string,
): string {
  const code = ['B end', 'f: B old', 'MOV W9,#2', 'RET', 'old: MOV W9,#1', 'RET', 'end:'];
  const columns = [
    ['P0', ...patcher, 'skip:'],
    ['P1', ...waiter, ...code],
  ];
  const rows = Array.from({ length: Math.max(...columns.map(({ length }) => length)) }, (_, i) =>
    columns.map((column) => column[i] ?? '').join(' | '),
  );
  const registers = [0, 1].map(
    (cpu) => `${cpu}:X1=c; ${cpu}:X2=NOP; ${cpu}:X3=P1:f; ${cpu}:X4=1; ${cpu}:X5=r; ${cpu}:X10=z;`,
  );
  const text = `AArch64 arrival\n${caches}\n{ c=0; r=0; ${registers.join('\n')} }\n${rows.join(' ;\n')} ;\nexists (${condition})`;
  return check(parseLitmus(text)).observation;
}

/** What it says under each kind of caches, if that is one thing. */
function everywhere(patcher: readonly string[], waiter: readonly string[], condition: string): string {
  const found = ['', 'CacheType=IDC', 'CacheType=DIC'].map((caches) =>
    observation(patcher, waiter, condition, caches),
  );
  return [...new Set(found)].join();
}

const arrivals: Readonly<Record<string, readonly string[]>> = {
  STR: ['STR W4,[X1]'],
  STLR: ['STLR W4,[X1]'],
  LDADD: ['LDADD W4,W6,[X1]'],
  LDADDL: ['LDADDL W4,W6,[X1]'],
  LDADDAL: ['LDADDAL W4,W6,[X1]'],
  STADD: ['STADD W4,[X1]'],
  SWP: ['SWP W4,W6,[X1]'],
  'LDXR, STXR': ['LDXR W6,[X1]', 'ADD W6,W6,#1', 'STXR W7,W6,[X1]'],
};

/** By what is between the read of the counter and what follows: the read, and the code up to a patch or a read of data. */
interface Between {
  readonly load?: string;
  readonly code?: readonly string[];
  readonly patch?: string;
  readonly read?: string;
}

const zero = 'EOR X6,X0,X0';

const betweens: Readonly<Record<string, Between>> = {
  nothing: {},
  'a branch on it': { code: ['CBNZ W0,on', 'on:'] },
  'a branch on it, ISB': { code: ['CBNZ W0,on', 'on:', 'ISB'] },
  'the address depends on it': { code: [zero], patch: 'STR W2,[X3,X6]', read: 'LDR W8,[X5,X6]' },
  'the address of a load before it depends on it': { code: [zero, 'LDR W7,[X10,X6]'] },
  'the value depends on it': { code: [zero, 'ORR W7,W2,W6'], patch: 'STR W7,[X3]' },
  'the value is selected by it': { code: ['CMP W0,#1', 'CSEL W7,W2,W2,EQ'], patch: 'STR W7,[X3]' },
  LDAR: { load: 'LDAR' },
  LDAPR: { load: 'LDAPR' },
};

describe('the page on arrivals', () => {
  it('has a line for each arrival and each way between', () => {
    expect(tables).toHaveLength(2);
    for (const { rows } of [table('arrival'), table(tables[1].slice(2))])
      expect(rows.map(([name]) => name)).toEqual(Object.keys(arrivals));
    const names = table('between the read').rows.map(([name]) => name);
    expect(names.filter((name) => !/^(?:DMB|DSB|ISB)/.test(name))).toEqual(Object.keys(betweens));
  });

  const cells = (heading: string): (readonly [string, string, string])[] => {
    const { headings, rows } = table(heading);
    return rows.flatMap(([name, ...row]) =>
      row.slice(0, -1).map((cell, i) => [name, headings[i + 1], cell] as const),
    );
  };
  const barrier = (name: string): string[] => (name === 'nothing' ? [] : [name]);

  it.each(cells('arrival'))('the fetch before %s behind %s: %s', (name, between, answer) => {
    const waiter = ['BLR X3', ...barrier(between), ...arrivals[name]];
    const patcher = ['LDR W0,[X1]', 'CBZ W0,skip', 'STR W2,[X3]'];
    const found = everywhere(patcher, waiter, '0:X0=1 /\\ 1:X9=2');
    expect({ Never: 'before' }[found] ?? found).toBe(answer);
  });

  it.each(cells(tables[1].slice(2)))('the store before %s behind %s: %s', (name, between, answer) => {
    const waiter = ['STR W4,[X5]', ...barrier(between), ...arrivals[name]];
    const patcher = ['LDR W0,[X1]', 'DMB ISHLD', 'LDR W8,[X5]'];
    const found = everywhere(patcher, waiter, '0:X0=1 /\\ 0:X8=0');
    expect({ Never: 'complete', Sometimes: 'outstanding' }[found] ?? found).toBe(answer);
  });

  it.each(table('between the read').rows)('%s before a patch: %s (%s); before a read: %s (%s)', (...row) => {
    const [name, patched, , read] = row;
    const way = (betweens as Partial<typeof betweens>)[name] ?? { code: [name] };
    const start = [`${way.load ?? 'LDR'} W0,[X1]`, ...(way.code ?? [])];
    const words: Readonly<Record<string, string>> = { Never: 'behind', Sometimes: 'may overtake' };
    const patches = [...start, way.patch ?? 'STR W2,[X3]'];
    expect(words[everywhere(patches, ['BLR X3', 'STADD W4,[X1]'], '0:X0=1 /\\ 1:X9=2')]).toBe(patched);
    const reads = [...start, way.read ?? 'LDR W8,[X5]'];
    const reports = ['STR W4,[X5]', 'DMB ISH', 'STR W4,[X1]'];
    expect(words[everywhere(reads, reports, '0:X0=1 /\\ 0:X8=0')]).toBe(read);
  });
});
