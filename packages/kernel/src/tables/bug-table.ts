import type { Kernel } from '../kernel.ts';
import { longestRun } from './shape.ts';

/** BRK #0x800 (BUG_BRK_IMM): where a kernel warns or dies. */
const breakpoint = 0xd4210000;

/** BUGFLAG_WARNING. */
const warning = 1;

/**
 * Bytes of a `struct bug_entry`: the place relative to itself, then perhaps a format, then file and line
 * (CONFIG_DEBUG_BUGVERBOSE), and the flags: in the last half-word, or behind the place where there is nothing else.
 */
const forms: readonly (readonly [size: number, flags: number])[] = [
  [12, 10],
  [8, 4],
  [16, 14],
];

/** Where nothing names the table, so many entries are no chance. */
const fewest = 16;

/** What a kernel does at a BRK of its own: it reports and goes on, or it dies. */
export type Bug = 'warning' | 'bug';

/** The tables of kernels that came to a BRK: finding one takes a pass over all data. */
const tables = new WeakMap<Kernel, ReadonlyMap<number, Bug>>();

/**
 * What `__bug_table` says of the instruction at an offset of the image; undefined of one that it does not have, at which a
 * kernel dies as well. The table is found by name, or by the shape of its entries.
 */
export function bugAt(kernel: Kernel, offset: number): Bug | undefined {
  let table = tables.get(kernel);
  if (table === undefined) {
    table = bugsOf(kernel);
    tables.set(kernel, table);
  }
  return table.get(offset);
}

function bugsOf({ image, layout, symbols, words }: Kernel): Map<number, Bug> {
  const place = (at: number): number => at + (words[at >> 2] | 0);
  const isEntry = (at: number): boolean => words[place(at) >> 2] === breakpoint && place(at) % 4 === 0;
  const named = (name: string): number | undefined => {
    const address = symbols.address(name);
    return address === undefined ? undefined : address - layout.base;
  };
  const start = named('__start___bug_table');
  const from = start ?? layout.text[0].end;
  const end = Math.min(named('__stop___bug_table') ?? image.length, image.length);
  const bugs = new Map<number, Bug>();
  const runs = forms.flatMap(([size, flags]) => {
    const run = longestRun(from, end, size, start === undefined ? fewest : 1, isEntry);
    return run === undefined ? [] : [{ ...run, size, flags }];
  });
  if (runs.length === 0) return bugs;
  const { at, count, size, flags } = runs.reduce((best, run) => (run.count > best.count ? run : best));
  for (let entry = at; entry < at + size * count; entry += size) {
    const isWarning = (image.u16(entry + flags) & warning) !== 0;
    bugs.set(place(entry), isWarning ? 'warning' : 'bug');
  }
  return bugs;
}
