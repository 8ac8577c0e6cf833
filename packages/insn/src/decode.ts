import { bits } from './bits.ts';
import type { Guard } from './guard.ts';
import { table } from './table.ts';
import type { Row } from './row.ts';
import { insistWord } from './word.ts';

/** A word and the row of its encoding; `row.name` is `undefined` for unallocated words. */
export type Decoded = { readonly row: Row; readonly word: number };

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The rows in the order in which they are tried: most fixed bits, then guarded before unguarded, then as written. */
export function byPreference(rows: readonly Row[]): readonly Row[] {
  return rows
    .map((row) => ({ row, rank: bitCount(row.mask) * 2 + (row.when === undefined ? 0 : 1) }))
    .sort((a, b) => b.rank - a.rank || a.row.index - b.row.index)
    .map(({ row }) => row);
}

const bucketBits = 11;
const bucketCount = 1 << bucketBits;
const bucketShift = 32 - bucketBits;

/** Room for the lists of all buckets together. */
const capacity = 1 << 13;

/**
 * Bucket by the top 11 bits, then a list of mask and value: `start[bucket] .. start[bucket + 1]` in the arrays. They are
 * constants, because the search is slower with variables, and filled when the first word is decoded. `rows` has the
 * index of a row, or its complement where the guard has to be asked.
 */
const start = new Int32Array(bucketCount + 1);
const masks = new Int32Array(capacity);
const values = new Int32Array(capacity);
const rows = new Int32Array(capacity);
const guards: (Guard | undefined)[] = [];

/** Calls `visit` with every number that has no bits but those of `free`, until it returns false; whether it never did. */
function everyWithin(free: number, visit: (chosen: number) => boolean): boolean {
  for (let chosen = free; ; chosen = (chosen - 1) & free) {
    if (!visit(chosen)) return false;
    if (chosen === 0) return true;
  }
}

/** The bits below those of the bucket. */
const lowBits = -1 >>> bucketBits;

/** The most bits of which all combinations are tried. */
const mostTried = 6;

/** The bits that a guard reads: all, where it asks a named condition. */
function bitsRead({ condition = '', fields }: Row): number {
  if (condition.includes('()')) return -1;
  const names: readonly string[] = condition.match(/[A-Za-z]\w*/g) ?? [];
  return fields.reduce((all, { name, lo, mask }) => (names.includes(name) ? all | (mask << lo) : all), 0);
}

/** What a guard says of all words of a row in a bucket; undefined if they differ, or may differ. */
function settled({ mask, value }: Row, guard: Guard, read: number, bucket: number): boolean | undefined {
  const free = read & ~mask & lowBits;
  if (bitCount(free) > mostTried) return undefined;
  const least = (bucket << bucketShift) | value;
  const answer = guard(least);
  return everyWithin(free, (chosen) => guard(least | chosen) === answer) ? answer : undefined;
}

/** What stands in `rows` for a row in each bucket that has words of it. */
function eachBucket(row: Row, visit: (bucket: number, entry: number) => void): void {
  const { mask, value, index, when } = row;
  const read = bitsRead(row);
  everyWithin(~(mask >>> bucketShift) & (bucketCount - 1), (chosen) => {
    const bucket = (value >>> bucketShift) | chosen;
    // Asking a guard takes longer than the rest of the search, and most are decided by the top bits.
    const answer = when === undefined || settled(row, when, read, bucket);
    if (answer !== false) visit(bucket, answer === true ? index : ~index);
    return true;
  });
}

function buildBuckets(): void {
  const encodings = byPreference(table().filter((row) => row.aliasOf === undefined));
  const buckets = Array.from({ length: bucketCount }, (): number[] => []);
  for (const row of encodings) eachBucket(row, (bucket, entry) => buckets[bucket].push(entry));
  let at = 0;
  for (const [bucket, entries] of buckets.entries()) {
    for (const entry of entries) {
      const { mask, value } = table()[Math.max(entry, ~entry)];
      masks[at] = mask;
      values[at] = value;
      rows[at] = entry;
      at += 1;
    }
    start[bucket + 1] = at;
  }
  if (at > capacity) throw new Error(`the buckets need room for ${at}`);
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
      if (row >= 0) return row;
      if (guards[~row]?.(word) !== false) return ~row;
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
