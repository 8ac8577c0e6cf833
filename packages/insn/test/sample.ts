import { decode, table } from '@quiesce/insn';
import type { Row } from '@quiesce/insn';

/** A seeded generator of 32-bit words (xorshift). */
export function generator(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Rows that have words of their own or spell some: all but the undefined row. */
export const rows: readonly Row[] = table().slice(1);

/** A word of a row: random fields, extremes and equal registers more often than chance would have them. */
export function sampleWord(row: Row, random: () => number): number {
  let word = (row.encoded | (random() & ~row.mask)) >>> 0;
  for (const { lo, width } of row.fields) {
    const ones = (2 ** width - 1) << lo;
    const choice = random() % 8;
    if (choice === 0) word &= ~ones;
    if (choice === 1) word |= ones;
    if (choice === 2) word = (word & ~ones) | ((random() % Math.min(4, 2 ** width)) << lo);
  }
  const [Rn, Rm] = ['Rn', 'Rm'].map((name) => row.fields.find((f) => f.name === name));
  if (Rn !== undefined && Rm !== undefined && random() % 6 === 0) {
    word = (word & ~(31 << Rm.lo)) | (((word >>> Rn.lo) & 31) << Rm.lo);
  }
  return word >>> 0;
}

/** A word that is the row's: decoded as its encoding, its own guard holding; undefined when none was found. */
export function wordOf(row: Row, random: () => number): number | undefined {
  for (let attempt = 0; attempt < 2000; attempt += 1) {
    const word = sampleWord(row, random);
    if (row.when?.(word) !== false && decode(word).row.name === (row.aliasOf ?? row.name)) return word;
  }
  return undefined;
}
