import { bits } from './bits.ts';
import { opcodeOf } from './opcodes.ts';
import { table } from './table.ts';
import type { Row } from './row.ts';
import { insistWord } from './word.ts';

/** A word and the row of its encoding; `row.name` is `undefined` for unallocated words. */
export type Decoded = { readonly row: Row; readonly word: number };

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
