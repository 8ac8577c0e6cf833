import { bits } from './bits.ts';
import type { Guard } from './guard.ts';
import { table } from './table.ts';
import type { Row } from './row.ts';
import { insistWord } from './word.ts';

/** A word and the row of its encoding; `row.name` is `undefined` for unallocated words. */
export type Decoded = { readonly row: Row; readonly word: number };

/** Fixed bits of a row: how specific it is. */
function specificity(row: Row): number {
  let count = 0;
  for (let rest = row.mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The rows in the order in which they are tried: most fixed bits, then guarded before unguarded, then as written. */
export function byPreference(rows: readonly Row[]): readonly Row[] {
  return rows
    .map((row) => ({ row, rank: specificity(row) * 2 + (row.when === undefined ? 0 : 1) }))
    .sort((a, b) => b.rank - a.rank || a.row.index - b.row.index)
    .map(({ row }) => row);
}

const bucketBits = 11;
const bucketCount = 1 << bucketBits;
const bucketShift = 32 - bucketBits;

/** Room for the lists of all buckets together; what is not filled costs nothing. */
const capacity = 1 << 15;

/**
 * Bucket by the top 11 bits, then a list of mask and value: `start[bucket] .. start[bucket + 1]` in the arrays. They are
 * constants, because the search is slower with variables, and filled when the first word is decoded.
 */
const start = new Int32Array(bucketCount + 1);
const masks = new Int32Array(capacity);
const values = new Int32Array(capacity);
const rows = new Int32Array(capacity);
const guards: (Guard | undefined)[] = [];

/** Calls `visit` with every bucket that holds words of a row. */
function eachBucket({ mask, value }: Row, visit: (bucket: number) => void): void {
  const free = ~(mask >>> bucketShift) & (bucketCount - 1);
  for (let chosen = free; ; chosen = (chosen - 1) & free) {
    visit((value >>> bucketShift) | chosen);
    if (chosen === 0) return;
  }
}

function buildBuckets(): void {
  const encodings = byPreference(table().filter((row) => row.aliasOf === undefined));
  for (const row of encodings) eachBucket(row, (bucket) => (start[bucket + 1] += 1));
  for (let bucket = 0; bucket < bucketCount; bucket += 1) start[bucket + 1] += start[bucket];
  if (start[bucketCount] > capacity) throw new Error(`the buckets need room for ${start[bucketCount]}`);
  const next = start.slice();
  for (const row of encodings) {
    const { mask, value, index } = row;
    eachBucket(row, (bucket) => {
      const at = next[bucket];
      next[bucket] = at + 1;
      masks[at] = mask;
      values[at] = value;
      rows[at] = index;
    });
  }
  for (const row of table()) guards.push(row.when);
}

/**
 * The index in `table()` of a word's encoding, never that of an alias; 0, the undefined row, when it is unallocated.
 * The word may be given signed or unsigned. It is not checked to be one: {@link decode} does that.
 */
export function opcodeOf(word: number): number {
  if (guards.length === 0) buildBuckets();
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

/** The row of a word's encoding, never an alias; the undefined row when the word is unallocated. Throws {@link WordError}. */
export function rowOf(word: number): Row {
  insistWord(word);
  return table()[opcodeOf(word)];
}

/**
 * Decodes a word (32 bits, signed or unsigned; `word` in the result is unsigned). Every word has a row; throws
 * {@link WordError} for what is no word.
 */
export function decode(word: number): Decoded {
  return { row: rowOf(word), word: word >>> 0 };
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
