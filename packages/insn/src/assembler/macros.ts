import { Fault } from './error.ts';
import { evaluate } from './expression.ts';
import type { Cursor } from './expression.ts';
import { statementOf } from './tokens.ts';
import type { Statement, Token } from './tokens.ts';

/** Statements after expansion. */
const maximumStatements = 1 << 20;

/** Macros within macros. */
const maximumDepth = 64;

/** Statements looked at, whether or not they come to anything, and calls: bounds calls that call calls. */
const maximumWork = 1 << 21;

/** What a call counts for, in statements. */
const workOfCall = 8;

/** Tokens of a statement and characters of a name after substitution. */
const maximumWidth = 1 << 12;

type Macro = {
  readonly parameters: readonly { readonly name: string; readonly fallback: readonly Token[] }[];
  readonly body: readonly Statement[];
};

const openers: Readonly<Partial<Record<string, string>>> = {
  '.macro': '.endm',
  '.rept': '.endr',
  '.irp': '.endr',
  '.if': '.endif',
  '.ifdef': '.endif',
  '.ifndef': '.endif',
};

/**
 * Expands `.macro`, `.rept`, `.irp` and the `.if` family. Conditions and counts see numbers and the `.equ`/`.set` symbols
 * above them that are numbers, not addresses. Bounded: 1 Mi statements, 64 levels.
 */
export function expand(statements: readonly Statement[]): readonly Statement[] {
  if (!statements.some(({ head }) => head !== undefined && openers[head.lower] !== undefined))
    return statements;
  return new Expander().run(statements);
}

class Expander {
  private readonly out: Statement[] = [];
  private readonly macros = new Map<string, Macro>();
  private readonly constants = new Map<string, bigint>();
  private readonly defined = new Set<string>();
  private invocations = 0;
  private work = 0;

  run(statements: readonly Statement[]): readonly Statement[] {
    this.block(statements, 0);
    return this.out;
  }

  private block(statements: readonly Statement[], depth: number): void {
    for (let at = 0; at < statements.length; at += 1) {
      const statement = statements[at];
      const { head, operands } = statement;
      this.work += 1;
      if (this.work > maximumWork)
        throw complaint(statement, 'budget', `at most ${maximumWork} steps of expansion`);
      const closer = head === undefined ? undefined : openers[head.lower];
      if (head === undefined || closer === undefined) {
        this.plain(statement, depth);
        continue;
      }
      if (depth > maximumDepth) throw complaint(head, 'budget', `at most ${maximumDepth} levels`);
      const end = closing(statements, at, closer);
      const body = statements.slice(at + 1, end);
      if (head.lower === '.macro') this.define(head, operands, body);
      else if (closer === '.endr') this.repeat(head, operands, body, depth);
      else this.condition(head, operands, body, depth);
      at = end;
    }
  }

  private plain(statement: Statement, depth: number): void {
    const { head, operands, labels } = statement;
    const macro = head === undefined ? undefined : this.macros.get(head.lower);
    for (const label of labels) this.defined.add(label.text);
    if (head !== undefined && macro !== undefined) {
      if (labels.length > 0) this.push({ ...statement, head: undefined, operands: [] });
      this.invoke(head, macro, operands, depth);
      return;
    }
    if (head !== undefined) this.learn(head, operands);
    this.push(statement);
  }

  private push(statement: Statement): void {
    if (this.out.length >= maximumStatements) {
      throw complaint(statement, 'budget', `at most ${maximumStatements} statements`);
    }
    this.out.push(statement);
  }

  /** Remembers `.equ name, number` and `name = number`. */
  private learn(head: Token, operands: readonly Token[]): void {
    const isSet = /^\.(?:equ|set)$/.test(head.lower) && operands[1]?.text === ',';
    const name = isSet ? operands[0] : head;
    if (!isSet && operands[0]?.text !== '=') return;
    this.defined.add(name.text);
    const tokens = operands.slice(isSet ? 2 : 1);
    if (!tokens.every((token) => token.kind !== 'name' || this.constants.has(token.text))) return;
    const value = this.evaluate({ tokens, at: 0 });
    if (value !== undefined) this.constants.set(name.text, value);
  }

  private evaluate(cursor: Cursor): bigint | undefined {
    return evaluate(cursor, {
      value: (token) => {
        const found = this.constants.get(token.text);
        if (found === undefined) throw complaint(token, 'undefined-symbol', 'a number known here');
        return found;
      },
    });
  }

  private number(head: Token, tokens: readonly Token[]): bigint {
    const value = this.evaluate({ tokens, at: 0 });
    if (value === undefined) throw complaint(head, 'syntax', 'an expression after it');
    return value;
  }

  private condition(
    head: Token,
    operands: readonly Token[],
    body: readonly Statement[],
    depth: number,
  ): void {
    let holds = this.holds(head, operands);
    let done = false;
    let part: Statement[] = [];
    let level = 0;
    const close = (): void => {
      if (holds && !done) {
        this.block(part, depth + 1);
        done = true;
      }
      part = [];
    };
    for (const statement of body) {
      const word = statement.head?.lower ?? '';
      if (openers[word] === '.endif') level += 1;
      if (word === '.endif') level -= 1;
      if (level === 0 && statement.head !== undefined && (word === '.else' || word === '.elseif')) {
        close();
        holds = word === '.else' || this.holds(statement.head, statement.operands);
      } else part.push(statement);
    }
    close();
  }

  private holds(head: Token, operands: readonly Token[]): boolean {
    const name = operands[0]?.text ?? '';
    if (head.lower === '.ifdef') return this.defined.has(name);
    if (head.lower === '.ifndef') return !this.defined.has(name);
    return this.number(head, operands) !== 0n;
  }

  private repeat(head: Token, operands: readonly Token[], body: readonly Statement[], depth: number): void {
    if (head.lower === '.irp') {
      const [name, ...values] = split(operands);
      const parameter = name[0]?.text ?? '';
      for (const value of values) this.block(substitute(body, new Map([[parameter, value]])), depth + 1);
      return;
    }
    const count = this.number(head, operands);
    if (count > maximumStatements) throw complaint(head, 'budget', `a count of at most ${maximumStatements}`);
    if (body.length > 0) for (let i = 0; i < count; i += 1) this.block(body, depth + 1);
  }

  private define(head: Token, operands: readonly Token[], body: readonly Statement[]): void {
    const name = operands[0] as Token | undefined;
    if (name === undefined) throw complaint(head, 'syntax', 'the name of the macro');
    const rest = operands[1]?.text === ',' ? operands.slice(2) : operands.slice(1);
    const parameters = split(spaced(rest)).map((tokens) => ({
      name: tokens[0]?.text ?? '',
      fallback: tokens[1]?.text === '=' ? tokens.slice(2) : [],
    }));
    this.macros.set(name.lower, { parameters: parameters.filter((p) => p.name !== ''), body });
  }

  private invoke(head: Token, macro: Macro, operands: readonly Token[], depth: number): void {
    if (depth > maximumDepth) throw complaint(head, 'budget', `at most ${maximumDepth} levels of macros`);
    this.work += workOfCall;
    const given = split(operands);
    const values = new Map<string, readonly Token[]>();
    const { parameters } = macro;
    parameters.forEach(({ name, fallback }) => values.set(name, fallback));
    given.forEach((tokens, i) => {
      const named = tokens[1]?.text === '=' && values.has(tokens[0].text);
      const parameter = named ? tokens[0].text : (parameters[i] as { name: string } | undefined)?.name;
      if (parameter !== undefined) values.set(parameter, named ? tokens.slice(2) : tokens);
      else if (tokens.length > 0)
        throw complaint(tokens[0], 'syntax', `at most ${parameters.length} arguments`);
    });
    const count = String(this.invocations);
    this.invocations += 1;
    const counter: Token = { ...head, kind: 'number', text: count, lower: count };
    values.set('@', [counter]);
    this.block(substitute(macro.body, values), depth + 1);
  }
}

/** The statement that closes the block opened at `at`. */
function closing(statements: readonly Statement[], at: number, closer: string): number {
  let level = 0;
  for (let i = at; i < statements.length; i += 1) {
    const word = statements[i].head?.lower ?? '';
    if (openers[word] === closer) level += 1;
    if (word === closer) level -= 1;
    if (level === 0) return i;
  }
  throw complaint(statements[at].head ?? statements[at], 'syntax', `a ${closer} that closes it`);
}

/** Splits tokens at the commas outside brackets. */
function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  if (tokens.length === 0) return [];
  const parts: Token[][] = [[]];
  let level = 0;
  for (const token of tokens) {
    if (token.text === '[' || token.text === '(') level += 1;
    if (token.text === ']' || token.text === ')') level -= 1;
    if (token.text === ',' && level === 0) parts.push([]);
    else parts[parts.length - 1].push(token);
  }
  return parts;
}

/** Parameters of `.macro` may be separated by spaces: puts a comma between two names. */
function spaced(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token, i) => {
    const before = tokens[i - 1] as Token | undefined;
    const comma: Token = { ...token, kind: 'punctuation', text: ',', lower: ',' };
    return before?.kind === 'name' && token.kind === 'name' ? [comma, token] : [token];
  });
}

/** The body with `\name` replaced by the argument, inside names too (`label\@`). */
function substitute(
  body: readonly Statement[],
  values: ReadonlyMap<string, readonly Token[]>,
): readonly Statement[] {
  return body.flatMap((statement) => {
    const labels = statement.labels.flatMap((label) => [
      ...replace(label, values),
      { ...label, kind: 'punctuation', text: ':', lower: ':' } as const,
    ]);
    const head = statement.head === undefined ? [] : replace(statement.head, values);
    const tokens = [...labels, ...head, ...statement.operands.flatMap((token) => replace(token, values))];
    if (tokens.length > maximumWidth) throw complaint(statement, 'budget', `at most ${maximumWidth} tokens`);
    const replaced = statementOf(tokens, '');
    return replaced === undefined
      ? []
      : [{ ...replaced, line: statement.line, column: statement.column, text: textOf(replaced) }];
  });
}

function textOf({ head, operands }: Statement): string {
  return [head, ...operands].map((token) => token?.text ?? '').join(' ');
}

function replace(token: Token, values: ReadonlyMap<string, readonly Token[]>): readonly Token[] {
  if (!token.text.includes('\\') || token.kind === 'string') return [token];
  const whole = values.get(token.text.replace(/^\\/, ''));
  if (whole !== undefined && token.text.startsWith('\\')) {
    return whole.map((value) => ({ ...value, line: token.line, column: token.column }));
  }
  const text = token.text.replaceAll(
    /\\(?:([A-Za-z_][\w]*)|(@))(?:\\\(\))?/g,
    (all, name: string | undefined) => {
      const value = values.get(name ?? '@');
      return value === undefined ? all : value.map((v) => v.text).join('');
    },
  );
  if (text.length > maximumWidth)
    throw complaint(token, 'budget', `names of at most ${maximumWidth} characters`);
  const kind = /^\d+[fb]$/.test(text) ? 'local' : /^\d/.test(text) ? 'number' : 'name';
  return [{ ...token, kind, text, lower: text.toLowerCase() }];
}

function complaint(
  at: { readonly line: number; readonly column: number; readonly text?: string },
  code: 'syntax' | 'budget' | 'undefined-symbol',
  expected: string,
): Fault {
  return new Fault(at, {
    code,
    expected,
    found: at.text === undefined ? 'a statement' : `'${at.text}'`,
    remedy: 'see the section on macros in the README',
  });
}
