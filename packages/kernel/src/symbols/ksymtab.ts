import type { Bytes } from '../bytes.ts';
import type { Layout } from '../layout.ts';
import { longestRun } from '../tables/shape.ts';
import type { Symbol } from './symbol-table.ts';

/** `struct kernel_symbol` since 5.4: value, name and namespace, each relative to its own place. */
const entrySize = 12;
/** Smaller runs are taken for chance. */
const fewest = 64;

/**
 * The symbols that a kernel exports to modules (`__ksymtab`, `__ksymtab_gpl`), found by the shape of their entries. They
 * name data where CONFIG_KALLSYMS_ALL is off. Of other formats nothing is found.
 */
export function exportedSymbols(image: Bytes, { base, text }: Layout): Symbol[] {
  const [{ end: start }] = text;
  // The linker shares the ends of strings, so that a name need not begin behind a NUL.
  const isName = (at: number): boolean =>
    at > start && at + 2 < image.length && isIdentifier(image.array[at]) && isIdentifier(image.array[at + 1]);
  const run = longestRun(start, image.length & ~3, entrySize, fewest, (at) => {
    const value = at + image.i32(at);
    return value >= 0 && value < image.length * 2 && isName(at + 4 + image.i32(at + 4));
  });
  const out: Symbol[] = [];
  for (let i = 0, at = run?.at ?? 0; i < (run?.count ?? 0); i++, at += entrySize) {
    const value = at + image.i32(at);
    out.push({
      name: image.string(at + 4 + image.i32(at + 4)),
      address: base + value,
      type: value < start ? 'T' : 'D',
    });
  }
  return out;
}

function isIdentifier(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) || byte === 95 || (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90)
  );
}
