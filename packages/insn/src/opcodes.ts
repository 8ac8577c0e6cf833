import type { Guard } from './guard.ts';
import { table } from './table.ts';
import type { Row } from './row.ts';

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
 * index of a row, or its complement where its guard has to be asked.
 */
const start = new Int32Array(bucketCount + 1);
const masks = new Int32Array(capacity);
const values = new Int32Array(capacity);
const rows = new Int32Array(capacity);
const guards: (Guard | undefined)[] = [];

/** For each place in these lists, whether its guard was asked before. */
const asked = new Uint8Array(capacity);

/** Calls `visit` with every number that has no bits but those of `free`. */
function eachWithin(free: number, visit: (chosen: number) => void): void {
  for (let chosen = free; ; chosen = (chosen - 1) & free) {
    visit(chosen);
    if (chosen === 0) return;
  }
}

/** Calls `visit` with every bucket that holds words of a row. */
function eachBucket({ mask, value }: Row, visit: (bucket: number) => void): void {
  eachWithin(~(mask >>> bucketShift) & (bucketCount - 1), (chosen) =>
    visit((value >>> bucketShift) | chosen),
  );
}

function buildBuckets(): void {
  const encodings = byPreference(table().filter((row) => row.aliasOf === undefined));
  for (const row of encodings) eachBucket(row, (bucket) => (start[bucket + 1] += 1));
  for (let bucket = 0; bucket < bucketCount; bucket += 1) start[bucket + 1] += start[bucket];
  if (start[bucketCount] > capacity) throw new Error(`the buckets need room for ${start[bucketCount]}`);
  const next = start.slice();
  for (const row of encodings) {
    const { mask, value, index, when } = row;
    eachBucket(row, (bucket) => {
      const at = next[bucket];
      next[bucket] = at + 1;
      masks[at] = mask;
      values[at] = value;
      rows[at] = when === undefined ? index : ~index;
    });
  }
  for (const row of table()) guards.push(row.when);
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

/** Whether a guard holds for all words of its row in a bucket; undefined if only for some, or if that is not known. */
function settled(row: Row, guard: Guard, bucket: number): boolean | undefined {
  const free = bitsRead(row) & ~row.mask & lowBits;
  if (bitCount(free) > mostTried) return undefined;
  const answers = new Set<boolean>();
  eachWithin(free, (chosen) => answers.add(guard((bucket << bucketShift) | row.value | chosen)));
  const [answer] = answers;
  return answers.size === 1 ? answer : undefined;
}

/**
 * Asks the guard at a place in the lists about a word. Asking takes longer than the rest of the search, and many guards are
 * decided by the top bits: when one is asked first, and that is so, it is asked no more.
 */
function holds(at: number, word: number): boolean {
  const index = ~rows[at];
  const guard = guards[index];
  if (guard === undefined) return true;
  if (asked[at] === 0) {
    asked[at] = 1;
    const answer = settled(table()[index], guard, word >>> bucketShift);
    if (answer === true) rows[at] = index;
    // No word has a bit where the mask has none.
    if (answer === false) [masks[at], values[at]] = [0, 1];
    if (answer !== undefined) return answer;
  }
  return guard(word);
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
      if (holds(i, word)) return ~row;
    }
  }
  return 0;
}
