import { bits } from './bits.ts';
import { table } from './table.ts';
import type { Row } from './row.ts';

/** A word and the row of its encoding; `row.name` is `undefined` for unallocated words. */
export type Decoded = { readonly row: Row; readonly word: number };

/** Fixed bits of a row: how specific it is. */
function specificity(row: Row): number {
  let count = 0;
  for (let rest = row.mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The order in which rows are tried: most fixed bits, then guarded before unguarded, then as written. */
export function byPreference(a: Row, b: Row): number {
  return (
    specificity(b) - specificity(a) ||
    Number(b.when !== undefined) - Number(a.when !== undefined) ||
    a.index - b.index
  );
}

const bucketBits = 11;
const bucketShift = 32 - bucketBits;

/** Bucket by the top 11 bits, then a list of mask and value: `start[bucket] .. start[bucket + 1]` in the arrays. */
function buildBuckets(): {
  start: Int32Array;
  masks: Int32Array;
  values: Int32Array;
  rows: Int32Array;
} {
  const encodings = table.filter((row) => row.aliasOf === undefined).sort(byPreference);
  const lists = Array.from({ length: 1 << bucketBits }, (): Row[] => []);
  for (const row of encodings) {
    const [mask, value] = [row.mask >>> bucketShift, row.value >>> bucketShift];
    for (let bucket = 0; bucket < lists.length; bucket += 1) {
      if ((bucket & mask) === value) lists[bucket].push(row);
    }
  }
  const start = new Int32Array(lists.length + 1);
  lists.forEach((list, bucket) => (start[bucket + 1] = start[bucket] + list.length));
  const members = lists.flat();
  return {
    start,
    masks: Int32Array.from(members, (row) => row.mask | 0),
    values: Int32Array.from(members, (row) => row.value | 0),
    rows: Int32Array.from(members, (row) => row.index),
  };
}

const { start, masks, values, rows } = buildBuckets();
const guards = table.map((row) => row.when);

/**
 * The index in `table` of a word's encoding, never that of an alias; 0, the undefined row, when it is unallocated.
 * The word may be given signed or unsigned.
 */
export function opcodeOf(word: number): number {
  const bucket = word >>> bucketShift;
  const end = start[bucket + 1];
  for (let i = start[bucket]; i < end; i += 1) {
    if ((word & masks[i]) === values[i]) {
      const row = rows[i];
      const guard = guards[row];
      if (guard === undefined || guard(word)) return row;
    }
  }
  return 0;
}

/** Decodes a word (32 bits, signed or unsigned; `word` in the result is unsigned). Never throws. */
export function decode(word: number): Decoded {
  return { row: table[opcodeOf(word)], word: word >>> 0 };
}

/** The unsigned value of a field of the row in a word. Throws for a name the row does not have. */
export function field(row: Row, word: number, name: string): number {
  return fieldReader(row, name)(word);
}

/** A reader of one field, for tables that are built once and read often. Throws for a name the row does not have. */
export function fieldReader(row: Row, name: string): (word: number) => number {
  const found = row.fields.find((f) => f.name === name);
  if (found === undefined) throw new RangeError(`row '${row.name}' has no field '${name}'`);
  const { lo, width } = found;
  return (word) => bits(word, lo, width);
}

/** All fields of a word by name, unsigned. For hot paths use {@link fieldReader}. */
export function fieldsOf({ row, word }: Decoded): Readonly<Record<string, number>> {
  return Object.fromEntries(row.fields.map((f) => [f.name, bits(word, f.lo, f.width)]));
}
