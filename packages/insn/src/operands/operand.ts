import { bits } from '../bits.ts';
import type { Row } from '../row.ts';

/** What printing knows besides the word. */
export type PrintContext = {
  /** The address of the word, when it is known. */
  readonly address?: number;
  /** The text of a PC-relative target; hexadecimal when it is not given. */
  readonly target?: (address: number) => string;
  /** The text of an immediate, without its `#`; as objdump writes it when it is not given. */
  readonly number?: NumberFormatter;
};

/** Writes an immediate: its value, and the radix in which objdump writes this one. */
export type NumberFormatter = (value: bigint, radix: 10 | 16) => string;

/** Texts by five bits from `lo` and, above them, a field that selects among 32 texts each. */
export type Names = {
  readonly texts: readonly string[];
  readonly lo: number;
  readonly select?: { readonly lo: number; readonly width: number };
};

/** What parsing one operand may ask and do. Every method that returns false has recorded what was expected. */
export type OperandReader = {
  /** The address of the instruction being assembled. */
  readonly address: number;
  /** Takes the token if it is this text (lower case). */
  take(text: string): boolean;
  /** Takes a name, lower case; undefined, and nothing taken, when the next token is not one. */
  name(): string | undefined;
  /** Takes an expression, an optional `#` before it; undefined when there is none. */
  expression(): bigint | undefined;
  /** The same for a target: labels may be called `s1` or `v0.4s`, which are registers elsewhere. */
  target(): bigint | undefined;
  /** Takes a floating-point literal or an expression, `#` and a sign before it; undefined when there is neither. */
  number(): number | undefined;
  /** Sets a field; false when it was set to another value before. */
  set(field: string, value: number): boolean;
  /** A field set so far. */
  get(field: string): number | undefined;
  /** Records that this was expected where the last token was taken. */
  reject(expected: string): false;
};

/** One `<symbol>` of a template, for one row. */
export type Operand = {
  readonly print: (word: number, context: PrintContext) => string;
  /** The same as a table, where it is one: what `print` writes is one of these texts. */
  readonly names?: Names;
  readonly parse: (reader: OperandReader) => boolean;
  /** Whether an optional group may leave it out. */
  readonly isDefault?: (word: number) => boolean;
  /** Sets the fields that leaving it out stands for. */
  readonly omit?: (reader: OperandReader) => boolean;
};

/** Makes the operand of a symbol for a row. */
export type OperandMaker = (row: Row) => Operand;

/** The text of a small decimal number, a shift or a distance: as the caller of the disassembler writes numbers. */
export function decimal(value: number, { number }: PrintContext): string {
  return number === undefined ? String(value) : number(BigInt(value), 10);
}

/** Reader of one field of a row; 0 for a field the row does not have. */
export function reading(row: Row, name: string): (word: number) => number {
  const found = row.fields.find((f) => f.name === name);
  if (found === undefined) return () => 0;
  const { lo, width } = found;
  return (word) => bits(word, lo, width);
}

/** Whether the row has such a field. */
export function has(row: Row, name: string): boolean {
  return row.fields.some((f) => f.name === name);
}

/** Width in bits of a row's field. */
export function widthOf(row: Row, name: string): number {
  return row.fields.find((f) => f.name === name)?.width ?? 0;
}
