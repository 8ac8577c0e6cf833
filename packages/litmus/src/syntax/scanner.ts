import { type Complaint, LitmusError, type Position } from '../error.ts';

/** Characters in a test. */
const maximumSource = 1 << 20;

/** A piece of a source that is read as tokens. */
export type Token =
  | { readonly kind: 'word' | 'string' | 'operator'; readonly text: string; readonly start: number }
  | { readonly kind: 'integer'; readonly text: string; readonly start: number }
  | { readonly kind: 'end'; readonly text: 'the end'; readonly start: number };

const pattern =
  /\s*(?:(?<integer>0[xX][\da-fA-F]+|\d+)(?![\w])|(?<word>[A-Za-z_][\w.]*)|"(?<string>[^"\n]*)"|(?<operator>\/\\|\\\/|=>|==|!=|<>|[()[\]{}=:;,*~+&-]))/y;

/** The text of a litmus test, with comments blanked out, and the places of its characters. */
export class Source {
  readonly text: string;
  readonly #lineStarts: readonly number[];

  constructor(text: string) {
    if (text.length > maximumSource) {
      throw new LitmusError(
        { line: 1, column: 1 },
        {
          code: 'budget',
          expected: `at most ${maximumSource} characters`,
          found: `${text.length}`,
          remedy: 'give one litmus test a file',
        },
      );
    }
    const starts = [0];
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
    this.#lineStarts = starts;
    this.text = this.#withoutComments(text);
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lineStarts[low] + 1 };
  }

  error(offset: number, complaint: Complaint): LitmusError {
    return new LitmusError(this.position(offset), complaint);
  }

  /** Replaces `(* nested comments *)` by spaces, so that offsets stay. */
  #withoutComments(text: string): string {
    if (!text.includes('(*')) return text;
    let depth = 0;
    let opened = 0;
    let result = '';
    let from = 0;
    for (let i = 0; i < text.length - 1; i += 1) {
      const two = text.slice(i, i + 2);
      if (two === '(*') {
        if (depth === 0) {
          result += text.slice(from, i);
          opened = i;
        }
        depth += 1;
        i += 1;
      } else if (two === '*)' && depth > 0) {
        depth -= 1;
        i += 1;
        if (depth > 0) continue;
        result += text.slice(opened, i + 1).replace(/[^\n]/g, ' ');
        from = i + 1;
      }
    }
    if (depth > 0) {
      throw this.error(opened, {
        code: 'syntax',
        expected: "'*)' at the end of the comment",
        found: 'the end',
        remedy: 'close the comment',
      });
    }
    return result + text.slice(from);
  }
}

/** Reads the tokens of a part of a source, one ahead. */
export class Scanner {
  readonly source: Source;
  readonly #end: number;
  #next: number;
  #token: Token;

  constructor(source: Source, start: number, end: number) {
    this.source = source;
    this.#end = end;
    this.#next = start;
    this.#token = this.#read();
  }

  get token(): Token {
    return this.#token;
  }

  /** Whether nothing is left. */
  isAtEnd(): boolean {
    return this.#token.kind === 'end';
  }

  get at(): Position {
    return this.source.position(this.#token.start);
  }

  /** Takes the token. */
  take(): Token {
    const taken = this.#token;
    this.#token = this.#read();
    return taken;
  }

  is(text: string): boolean {
    return this.#token.text === text && this.#token.kind !== 'string';
  }

  /** Whether this character comes behind the token. */
  isBefore(character: string): boolean {
    const behind = /\s*/y;
    behind.lastIndex = this.#next;
    behind.exec(this.source.text);
    return behind.lastIndex < this.#end && this.source.text.charAt(behind.lastIndex) === character;
  }

  /** Takes an operator or word if it is the next one. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.take();
    return true;
  }

  expect(text: string, remedy: string): void {
    if (!this.accept(text)) throw this.unexpected(`'${text}'`, remedy);
  }

  expectKind(kind: Token['kind'], what: string, remedy: string): string {
    if (this.#token.kind !== kind) throw this.unexpected(what, remedy);
    return this.take().text;
  }

  unexpected(expected: string, remedy: string): LitmusError {
    const { kind, text, start } = this.#token;
    return this.source.error(start, {
      code: 'syntax',
      expected,
      found: kind === 'end' ? text : `'${text}'`,
      remedy,
    });
  }

  #read(): Token {
    pattern.lastIndex = this.#next;
    const match = pattern.exec(this.source.text);
    if (match === null || pattern.lastIndex > this.#end) {
      const blank = /\s*/y;
      blank.lastIndex = this.#next;
      blank.exec(this.source.text);
      const start = Math.min(blank.lastIndex, this.#end);
      if (start < this.#end && match === null) {
        throw this.source.error(start, {
          code: 'syntax',
          expected: 'a name, a number, a string or an operator',
          found: `'${this.source.text.charAt(start)}'`,
          remedy: 'remove the character',
        });
      }
      return { kind: 'end', text: 'the end', start };
    }
    this.#next = pattern.lastIndex;
    // Named groups: exactly one of them matched.
    const groups = match.groups as Partial<Record<'integer' | 'word' | 'string' | 'operator', string>>;
    for (const kind of ['integer', 'word', 'string', 'operator'] as const) {
      const text = groups[kind];
      if (text === undefined) continue;
      const length = kind === 'string' ? text.length + 2 : text.length;
      return { kind, text, start: this.#next - length };
    }
    throw new Error('the token pattern matched nothing');
  }
}
