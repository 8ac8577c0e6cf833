import { complaint } from './complaint.ts';
import { evaluate } from './expression.ts';
import type { Cursor } from './expression.ts';
import { fault } from './output.ts';
import type { Output } from './output.ts';
import type { Symbols } from './symbols.ts';
import type { Token } from './tokens.ts';

/** Reads the operands of directives: expressions with commas between them. */
export class Values {
  private readonly symbols: Symbols;
  private readonly output: Output;
  private readonly final: boolean;

  constructor(symbols: Symbols, output: Output, final: boolean) {
    this.symbols = symbols;
    this.output = output;
    this.final = final;
  }

  /** Takes a comma; whether there was one. */
  comma(cursor: Cursor): boolean {
    if ((cursor.tokens[cursor.at] as Token | undefined)?.text !== ',') return false;
    cursor.at += 1;
    return true;
  }

  /** Takes a comma; whether there was one, and something after it. */
  after(cursor: Cursor): boolean {
    return this.comma(cursor) && cursor.at < cursor.tokens.length;
  }

  /** A text that two tokens share when they mean the same symbol. */
  identity(token: Token): string {
    return token.kind === 'local' ? this.symbols.identity(token) : token.text;
  }

  /** Insists that nothing is left. */
  finished(cursor: Cursor): void {
    const token = cursor.tokens[cursor.at] as Token | undefined;
    if (token !== undefined) throw fault(token, 'syntax', 'the end of the statement', 'remove what follows');
  }

  /** A number from `low` to `high`, both included. */
  number(cursor: Cursor, at: Token, low: number, high: number): number {
    const token = (cursor.tokens[cursor.at] as Token | undefined) ?? at;
    const value = this.value(cursor, at);
    if (this.final && (value < low || value > high)) {
      throw fault(
        token,
        'out-of-range',
        `a number from ${low} to ${high}`,
        'choose a number in range',
        String(value),
      );
    }
    return value < low ? low : value > high ? high : Number(value);
  }

  /**
   * The value of a whole expression of numbers and what is defined above. As for GNU as, a symbol that is not defined above
   * equals nothing: it may be compared by `==` and `!=`.
   */
  above(
    tokens: readonly Token[],
    at: { readonly line: number; readonly column: number; readonly text: string },
  ): bigint {
    const [first, operator, second] = tokens as readonly (Token | undefined)[];
    const isComparison = operator?.text === '==' || operator?.text === '!=';
    if (isComparison && first !== undefined && !this.symbols.isAbove(first) && first.text !== second?.text)
      return operator.text === '!=' ? -1n : 0n;
    const cursor = { tokens, at: 0 };
    const value = evaluate(cursor, this.symbols.scopeAbove(this.output.here));
    if (value === undefined) throw complaint(at, 'syntax', 'an expression after it');
    this.finished(cursor);
    return value;
  }

  /** The value at the cursor. Before the final pass symbols without a value count as 0. */
  value(cursor: Cursor, at: Token): bigint {
    const value = evaluate(cursor, this.symbols.scope(this.output.here));
    if (value !== undefined) return value;
    const token = (cursor.tokens[cursor.at] as Token | undefined) ?? at;
    throw fault(token, 'syntax', 'an expression', 'write a number or a symbol');
  }
}
