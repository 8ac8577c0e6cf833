import { dataSizes, floatSizes } from './directives.ts';
import type { Cursor } from './expression.ts';
import { floatWords } from './floats.ts';
import { fault, maximumBytes } from './output.ts';
import type { Output } from './output.ts';
import { bytesOf } from './tokens.ts';
import type { Statement, Token } from './tokens.ts';
import type { Values } from './values.ts';

/** Directives that place data: integers, floating-point numbers, strings, and bytes alike. */
export class Data {
  private readonly values: Values;
  private readonly output: Output;
  private readonly note: (statement: Statement) => void;

  /** `note` is told of each statement where its bytes begin. */
  constructor(values: Values, output: Output, note: (statement: Statement) => void) {
    this.values = values;
    this.output = output;
    this.note = note;
  }

  /** Places what a directive says; false when it is none of these. */
  take(head: Token, statement: Statement): boolean {
    const { operands } = statement;
    const cursor: Cursor = { tokens: operands, at: 0 };
    const size = dataSizes.get(head.lower);
    if (size !== undefined) {
      this.integers(head, cursor, size, statement);
      return true;
    }
    const floatSize = floatSizes.get(head.lower);
    if (floatSize !== undefined) {
      this.floats(head, cursor, floatSize, statement);
      return true;
    }
    switch (head.lower) {
      case '.skip':
      case '.space':
      case '.zero': {
        this.note(statement);
        const count = this.values.number(cursor, head, 0, maximumBytes);
        const fill = this.values.after(cursor) ? this.values.number(cursor, head, -128, 255) : 0;
        this.values.finished(cursor);
        this.output.fill(count, fill & 255, head);
        return true;
      }
      case '.ascii':
      case '.asciz':
      case '.string':
        this.note(statement);
        this.text(head, operands);
        return true;
      case '.fill': {
        this.note(statement);
        const count = this.values.number(cursor, head, 0, maximumBytes);
        const width = this.values.after(cursor) ? this.values.number(cursor, head, 0, 8) : 1;
        const value = this.values.after(cursor) ? this.values.value(cursor, head) : 0n;
        this.values.finished(cursor);
        this.output.repeat(count, width, value, head);
        return true;
      }
      default:
        return false;
    }
  }

  private integers(head: Token, cursor: Cursor, size: number, statement: Statement): void {
    this.each(cursor, statement, (at) => {
      // A value that is left out is 0.
      const value = at === undefined ? 0n : this.values.value(cursor, at);
      this.output.emitValue(value, size, at ?? head);
    });
  }

  private floats(head: Token, cursor: Cursor, size: 4 | 8, statement: Statement): void {
    this.each(cursor, statement, (at) => {
      if (at === undefined) throw fault(head, 'syntax', 'a number', 'write a number after it');
      for (const word of floatWords(cursor, at, size)) this.output.emit(word, 4, at);
    });
  }

  /** Calls `place` at each operand, with its first token where it has one; no operands are none. */
  private each(cursor: Cursor, statement: Statement, place: (at: Token | undefined) => void): void {
    if (cursor.tokens.length === 0) return;
    do {
      this.note(statement);
      const at = cursor.tokens[cursor.at] as Token | undefined;
      place(at?.text === ',' ? undefined : at);
    } while (this.values.comma(cursor));
    this.values.finished(cursor);
  }

  /** Strings with commas between them; strings side by side are one. */
  private text(head: Token, operands: readonly Token[]): void {
    operands.forEach((token, i) => {
      const before = operands[i - 1] as Token | undefined;
      if (token.kind !== 'string' && (token.text !== ',' || before?.kind !== 'string'))
        throw fault(token, 'syntax', 'strings with commas between them', 'quote the text');
      if (token.kind !== 'string') return;
      for (const byte of bytesOf(token)) this.output.emit(byte, 1, head);
      const next = operands[i + 1] as Token | undefined;
      if (head.lower !== '.ascii' && next?.kind !== 'string') this.output.emit(0, 1, head);
    });
  }
}
