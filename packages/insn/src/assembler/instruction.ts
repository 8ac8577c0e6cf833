import { templateOf } from '../disassemble.ts';
import { conditionNamed, conditionNames } from '../operands/conditions.ts';
import type { OperandReader } from '../operands/operand.ts';
import { isVectorName } from '../operands/vectors.ts';
import type { Row } from '../row.ts';
import { rowNamed, table } from '../table.ts';
import { mnemonicsOf } from '../template.ts';
import type { Mnemonic, Piece } from '../template.ts';
import { Fault } from './error.ts';
import { evaluate } from './expression.ts';
import type { Cursor, Scope } from './expression.ts';
import { resolved } from './relocations.ts';
import type { Token } from './tokens.ts';

type Candidate = { readonly row: Row; readonly mnemonic: Mnemonic };

let index: Map<string, Candidate[]> | undefined;

/** Rows by mnemonic; among namesakes input-only rows last, unguarded rows before guarded ones, then as in the table. */
function candidates(mnemonic: string): readonly Candidate[] {
  if (index === undefined) {
    index = new Map();
    for (const row of table().slice(1)) {
      for (const spelling of mnemonicsOf(row)) {
        const list = index.get(spelling.text) ?? [];
        list.push({ row, mnemonic: spelling });
        index.set(spelling.text, list);
      }
    }
    for (const list of index.values()) {
      list.sort((a, b) => rank(a.row) - rank(b.row));
    }
  }
  return index.get(mnemonic) ?? index.get(synonym(mnemonic)) ?? [];
}

function rank(row: Row): number {
  return (row.input ? 2 : 0) + (row.when === undefined ? 0 : 1);
}

const branch = /^b(?!al$)[a-z]{2}$/;

/** `b.hs` is `b.cs`, `b.lo` is `b.cc`; `beq` is `b.eq`, and so are all but `bal`. */
function synonym(mnemonic: string): string {
  const [stem, name] = branch.test(mnemonic) ? ['b', mnemonic.slice(1)] : mnemonic.split('.', 2);
  const condition = conditionNamed(name);
  return condition === undefined ? mnemonic : `${stem}.${conditionNames[condition]}`;
}

/** Whether the table has such a mnemonic (lower case). */
export function isMnemonic(text: string): boolean {
  return candidates(text).length > 0;
}

/** Reads the operands of one statement for one row, and remembers how far any row got. */
class Reader implements OperandReader {
  readonly address: number;
  readonly cursor: Cursor;
  private readonly scope: Scope;
  private readonly end: { line: number; column: number };
  private readonly fields = new Map<string, number>();
  private last = 0;
  private furthest = -1;
  private readonly wanted: string[] = [];

  constructor(head: Token, tokens: readonly Token[], address: number, scope: Scope) {
    const final = tokens[tokens.length - 1] as Token | undefined;
    this.cursor = { tokens, at: 0 };
    this.end = final ?? head;
    this.end = { line: this.end.line, column: (final ?? head).column + (final ?? head).text.length };
    this.address = address;
    this.scope = scope;
  }

  restart(settled: Mnemonic['fields']): void {
    this.cursor.at = 0;
    this.last = 0;
    this.fields.clear();
    for (const [name, value] of settled) this.fields.set(name, value);
  }

  take(text: string): boolean {
    const token = this.cursor.tokens[this.cursor.at] as Token | undefined;
    this.last = this.cursor.at;
    if (token === undefined || token.kind === 'string' || token.lower !== text) return false;
    this.cursor.at += 1;
    return true;
  }

  name(): string | undefined {
    const token = this.cursor.tokens[this.cursor.at] as Token | undefined;
    this.last = this.cursor.at;
    if (token?.kind !== 'name') return undefined;
    this.cursor.at += 1;
    return token.lower;
  }

  expression(): bigint | undefined {
    const token = this.cursor.tokens[this.cursor.at] as Token | undefined;
    if (token?.kind === 'name' && isVectorName(token.lower)) {
      this.last = this.cursor.at;
      return undefined;
    }
    return this.target();
  }

  target(): bigint | undefined {
    const start = this.cursor.at;
    if ((this.cursor.tokens[start] as Token | undefined)?.text === '#') this.cursor.at += 1;
    this.last = this.cursor.at;
    const value = evaluate(this.cursor, this.scope);
    if (value === undefined) this.cursor.at = start;
    return value;
  }

  number(): number | undefined {
    const start = this.cursor.at;
    const text = (at: number): string | undefined => (this.cursor.tokens[at] as Token | undefined)?.text;
    if (text(this.cursor.at) === '#') this.cursor.at += 1;
    const sign = text(this.cursor.at) === '-' ? -1 : 1;
    if (/^[-+]$/.test(text(this.cursor.at) ?? '')) this.cursor.at += 1;
    this.last = this.cursor.at;
    const token = this.cursor.tokens[this.cursor.at] as Token | undefined;
    if (token?.kind === 'float') {
      this.cursor.at += 1;
      return sign * Number(token.text);
    }
    this.cursor.at = start;
    const value = this.expression();
    return value === undefined ? undefined : Number(value);
  }

  set(field: string, value: number): boolean {
    const before = this.fields.get(field);
    if (before === undefined) this.fields.set(field, value);
    return before === undefined || before === value || this.reject(`an operand that fits the others`);
  }

  get(field: string): number | undefined {
    return this.fields.get(field);
  }

  reject(expected: string): false {
    if (this.last > this.furthest) {
      this.furthest = this.last;
      this.wanted.length = 0;
    }
    if (this.last === this.furthest && !this.wanted.includes(expected)) this.wanted.push(expected);
    return false;
  }

  atEnd(): boolean {
    this.last = this.cursor.at;
    return this.cursor.at === this.cursor.tokens.length || this.reject('the end of the statement');
  }

  allocated(row: Row, word: number): boolean {
    const encoding = row.aliasOf === undefined ? row : rowNamed(row.aliasOf);
    this.last = this.cursor.tokens.length;
    return (
      encoding.when === undefined ||
      encoding.when(word) ||
      this.reject('an allocated combination of operands')
    );
  }

  word(row: Row): number {
    let word = row.encoded;
    for (const { name, lo } of row.fields) {
      // N of the bitfield moves and the low opcode bit of REV repeat sf.
      const repeats = name === 'N' || name === 'opc0';
      word |= (this.fields.get(name) ?? (repeats ? (this.fields.get('sf') ?? 0) : 0)) << lo;
    }
    return word >>> 0;
  }

  fault(): Fault {
    const at = Math.max(this.furthest, 0);
    const token = this.cursor.tokens[at] as Token | undefined;
    return new Fault(token ?? this.end, {
      code: 'operand',
      expected: this.wanted.slice(0, 4).join(', or '),
      found: token === undefined ? 'the end of the statement' : `'${foundText(this.cursor.tokens, at)}'`,
      remedy: 'compare the operands with the syntax in the table',
    });
  }
}

/** A token and, for a number, the sign before it. */
function foundText(tokens: readonly Token[], at: number): string {
  const next = tokens[at + 1] as Token | undefined;
  const signed = /^[-+~#]$/.test(tokens[at].text) && next !== undefined;
  return signed ? `${tokens[at].text}${next.text}` : tokens[at].text;
}

function readPieces(pieces: readonly Piece[], reader: Reader): boolean {
  return pieces.every((piece) => {
    if (piece.kind === 'literal') return readLiteral(piece.tokens, reader);
    if (piece.kind === 'operand') return piece.operand.parse(reader);
    return readGroup(piece.pieces, reader);
  });
}

function readLiteral(tokens: readonly string[], reader: Reader): boolean {
  return tokens.every((text) => reader.take(text) || text === '#' || reader.reject(`'${text}'`));
}

/** An optional group is there when its first token is; otherwise its operands take their defaults. */
function readGroup(pieces: readonly Piece[], reader: Reader): boolean {
  const start = reader.cursor.at;
  const [first] = pieces;
  const marker = first.kind === 'literal' ? first.tokens.find((text) => text !== '#') : undefined;
  const present = marker === undefined ? start < reader.cursor.tokens.length : reader.take(marker);
  reader.cursor.at = start;
  if (present) return readPieces(pieces, reader);
  return pieces.every((piece) => piece.kind !== 'operand' || piece.operand.omit?.(reader) === true);
}

/**
 * The word of an instruction. `head` is the mnemonic, `operands` what follows it. Throws {@link Fault} when no row of the
 * table has that mnemonic or takes these operands.
 */
export function assembleInstruction(
  head: Token,
  operands: readonly Token[],
  address: number,
  scope: Scope,
): number {
  const plain = resolved(head, operands, scope);
  if (plain !== undefined) return assembleInstruction(plain.head, plain.operands, address, scope);
  const rows = candidates(head.lower);
  if (rows.length === 0) {
    throw new Fault(head, {
      code: 'unknown-mnemonic',
      expected: 'an instruction or a directive',
      found: `'${head.text}'`,
      remedy: 'write the word with .inst if the table does not have it',
    });
  }
  const reader = new Reader(head, operands, address, scope);
  for (const { row, mnemonic } of rows) {
    reader.restart(mnemonic.fields);
    if (readPieces(templateOf(row).pieces, reader) && reader.atEnd()) {
      const word = reader.word(row);
      if (reader.allocated(row, word)) return word;
    }
  }
  throw reader.fault();
}
