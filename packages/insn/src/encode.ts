import { bits } from './bits.ts';
import { decode } from './decode.ts';
import { findRow, rowNamed } from './table.ts';
import type { PatternOf, RowName } from './table.ts';
import type { Field, Row } from './row.ts';

/** Name and width of the field that a token of a pattern is, as a tuple; never for fixed bits. */
type TokenField<T extends string> = T extends `${infer Name}:${infer Width extends number}`
  ? [Name, Width]
  : T extends `0${string}` | `1${string}` | `(${string}`
    ? never
    : [T, 1];

type PatternFields<P extends string> = P extends `${infer T} ${infer Rest}`
  ? TokenField<T> | PatternFields<Rest>
  : TokenField<P>;

/** A row that can be encoded: every row but `undefined`. */
export type EncodableName = Exclude<RowName, 'undefined'>;

/** The names of a row's fields, read from its bit pattern by the compiler. */
export type FieldName<N extends EncodableName> = PatternFields<PatternOf[N]>[0];

/** What {@link encode} wants for a row: every field, unsigned. A missing or unknown one does not compile. */
export type Fields<N extends EncodableName> = [FieldName<N>] extends [never]
  ? Readonly<Record<string, never>>
  : Readonly<Record<FieldName<N>, number>>;

/** The values of fields of few bits, up to the numbers of registers. */
type Narrow = {
  1: 0 | 1;
  2: Narrow[1] | 2 | 3;
  3: Narrow[2] | 4 | 5 | 6 | 7;
  4: Narrow[3] | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;
  5: Narrow[4] | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 28 | 29 | 30 | 31;
};

/** The width of a field in bits. */
type WidthOf<N extends EncodableName, K> = Extract<PatternFields<PatternOf[N]>, [K, number]>[1];

/** A value as it is given, or, where it is known not to fit, the values that do: the compiler names them. */
type Fitting<V, Width> = number extends V ? V : Width extends keyof Narrow ? Narrow[Width] : V;

/** The fields that a caller gives, each as it is or as it should be; nothing should be an unknown one. */
type Checked<N extends EncodableName, F> = {
  readonly [K in keyof F]: K extends FieldName<N> ? Fitting<F[K], WidthOf<N, K>> : never;
};

/** Why a word cannot be encoded. */
export type EncodeErrorCode =
  'out-of-range' | 'missing-field' | 'unknown-field' | 'unallocated' | 'unknown-row';

/** Thrown by {@link encode} and the generators. Nothing is ever truncated. */
export class EncodeError extends RangeError {
  readonly code: EncodeErrorCode;
  readonly row: RowName;
  /** The field or operand that is wrong; undefined when each is right and the combination is not allocated. */
  readonly field: string | undefined;
  readonly found: number | string | undefined;
  readonly expected: string;

  constructor(
    code: EncodeErrorCode,
    row: RowName,
    field: string | undefined,
    found: number | string | undefined,
    expected: string,
  ) {
    const where = field === undefined ? row : `${row}.${field}`;
    super(`${where}: expected ${expected}, found ${found ?? 'nothing'}`);
    this.name = 'EncodeError';
    this.code = code;
    this.row = row;
    this.field = field;
    this.found = found;
    this.expected = expected;
  }
}

/** Field values of a row by name, not known to be complete. */
type GivenFields = Readonly<Partial<Record<string, number>>>;

/** Encodes without the compiler's help; used where the row is not known before run time. Same errors. */
export function encodeRow(row: Row, fields: GivenFields): number {
  const { encoded, fields: known, when } = row;
  const count = known.length;
  let word = encoded;
  let given = 0;
  // The engine reads what it enumerates faster than what it is asked for by name, as long as no closure sees `fields`.
  for (const name in fields) {
    const value = fields[name];
    const next = given < count ? known[given] : undefined;
    // AND makes an integer of anything: only a value that fits stays what it was.
    if (next?.name === name && typeof value === 'number' && (value & next.mask) === value) {
      word |= value << next.lo;
    } else {
      word |= placed(row, name, value);
    }
    given += 1;
  }
  if (given !== count) throw missing(row, firstMissing(row, fields));
  if (when !== undefined && !when(word) && row.aliasOf === undefined) throw unallocated(row, fields);
  return word >>> 0;
}

/** A field's value in its place, for fields in another order than the pattern's, and for those that are to be refused. */
function placed(row: Row, name: string, value: number | undefined): number {
  const { lo, width } = fieldNamed(row, name, value);
  if (value === undefined) throw missing(row, name);
  const max = 2 ** width - 1;
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new EncodeError('out-of-range', row.name, name, shown(value), `an integer from 0 to ${max}`);
  }
  return value << lo;
}

function firstMissing({ fields: known }: Row, fields: GivenFields): string | undefined {
  return known.find(({ name }) => fields[name] === undefined)?.name;
}

function unallocated({ name: row, fields: known, condition }: Row, fields: GivenFields): EncodeError {
  const found = known.map(({ name }) => `${name}=${fields[name]}`).join(' ');
  return new EncodeError('unallocated', row, undefined, found, `fields with ${condition}`);
}

/** What a caller passed for a number, for a message: a text keeps its quotes. */
function shown(value: unknown): number | string {
  return typeof value === 'number' ? value : typeof value === 'string' ? `'${value}'` : String(value);
}

function missing({ name }: Row, field: string | undefined): EncodeError {
  return new EncodeError('missing-field', name, field, undefined, 'a value');
}

function fieldNamed(row: Row, name: string, value: number | undefined): Field {
  const found = row.fields.find((field) => field.name === name);
  if (found !== undefined) return found;
  const known = row.fields.map((field) => field.name).join(', ');
  const expected = known === '' ? 'no field' : `one of the fields ${known}`;
  throw new EncodeError('unknown-field', row.name, name, shown(value), expected);
}

/**
 * The word (unsigned) of a row with these raw field values, for instance `encode('brk', { imm16: 4 })`. Fields are
 * unsigned and unscaled, as the manual's diagrams have them. Throws {@link EncodeError} for a value that does not fit or
 * a combination that is not allocated.
 */
export function encode<N extends EncodableName, const F extends Fields<N>>(
  name: N,
  fields: F & Checked<N, F>,
): number {
  const row = findRow(name);
  // Only a caller without types can come here.
  if (row === undefined)
    throw new EncodeError('unknown-row', name, undefined, undefined, 'the name of a row of the table');
  return encodeRow(row, fields);
}

/**
 * A reader of one field of the words of a row: `fieldOf('ldr_imm', 'imm12')(word)`. The field name is checked by the
 * compiler; the word is not checked to be of the row.
 */
export function fieldOf<N extends EncodableName>(name: N, field: FieldName<N>): (word: number) => number {
  const { lo, width } = rowNamed(name).fields.find((f) => f.name === field) ?? { lo: 0, width: 0 };
  return (word) => bits(word, lo, width);
}

/** The same word with one field replaced, checked like {@link encode}; for instance a new branch offset. */
export function withField(word: number, name: string, value: number): number {
  const { row } = decode(word);
  const fields: Record<string, number> = {};
  for (const f of row.fields) fields[f.name] = bits(word, f.lo, f.width);
  fields[name] = value;
  return encodeRow(row, fields);
}
