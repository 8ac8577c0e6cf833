import { complaint } from './complaint.ts';
import { conditionNames, holds } from './conditions.ts';
import { evaluate } from './expression.ts';
import type { Cursor } from './expression.ts';
import { argumentsOf, parametersOf, split } from './parameters.ts';
import type { Parameter } from './parameters.ts';
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
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
};

const openers: Readonly<Partial<Record<string, string>>> = {
  '.macro': '.endm',
  '.rept': '.endr',
  '.irp': '.endr',
  '.irpc': '.endr',
  ...Object.fromEntries(conditionNames.map((name) => [name, '.endif'])),
};

/**
 * Expands `.macro`, `.rept`, `.irp`, `.irpc` and the `.if` family, and puts registers where `.req` named them. Conditions and counts see numbers and the `.equ`/`.set` symbols
 * above them that are numbers, not addresses. Bounded: 1 Mi statements, 64 levels.
 */
export function expand(statements: readonly Statement[]): readonly Statement[] {
  const isPlain = ({ head, operands: [first] }: Statement): boolean =>
    head === undefined ||
    (openers[head.lower] === undefined && (first as Token | undefined)?.lower !== '.req');
  if (statements.every(isPlain)) return statements;
  return new Expander().run(statements);
}

class Expander {
  private readonly out: Statement[] = [];
  private readonly macros = new Map<string, Macro>();
  private readonly constants = new Map<string, bigint>();
  private readonly defined = new Set<string>();
  /** Registers by the names that `.req` gave them. */
  private readonly aliases = new Map<string, Token>();
  private invocations = 0;
  private work = 0;

  run(statements: readonly Statement[]): readonly Statement[] {
    this.block(statements, 0);
    return this.out;
  }

  /** Expands statements; true when `.exitm` leaves the macro that they are in. */
  private block(statements: readonly Statement[], depth: number): boolean {
    for (let at = 0; at < statements.length; at += 1) {
      const statement = statements[at];
      const { head, operands } = statement;
      this.work += 1;
      if (this.work > maximumWork)
        throw complaint(statement, 'budget', `at most ${maximumWork} steps of expansion`);
      const closer = head === undefined ? undefined : openers[head.lower];
      if (head === undefined || closer === undefined) {
        if (head?.lower === '.exitm') return true;
        this.plain(statement, depth);
        continue;
      }
      if (depth > maximumDepth) throw complaint(head, 'budget', `at most ${maximumDepth} levels`);
      const end = closing(statements, at, closer);
      const body = [...statements.slice(at + 1, end), ...labelsOf(statements[end])];
      for (const label of labelsOf(statement)) this.plain(label, depth);
      at = end;
      if (head.lower === '.macro') this.define(head, operands, body);
      else if (closer === '.endr') this.repeat(head, operands, body, depth);
      else if (this.condition(head, operands, body, depth)) return true;
    }
    return false;
  }

  private plain(statement: Statement, depth: number): void {
    const { head, operands, labels } = statement;
    const macro = head === undefined ? undefined : this.macros.get(head.lower);
    for (const label of labels) this.defined.add(label.text);
    if (head !== undefined && macro !== undefined) {
      for (const label of labelsOf(statement)) this.push(label);
      this.invoke(head, macro, operands, depth);
      return;
    }
    if (head !== undefined && (this.alias(head, operands) || this.forget(head, operands))) {
      for (const label of labelsOf(statement)) this.push(label);
      return;
    }
    if (head !== undefined) this.learn(head, operands);
    this.push(this.aliases.size === 0 ? statement : { ...statement, operands: this.renamed(operands) });
  }

  /** `name .req register` and `.unreq name`: whether the statement is one. */
  private alias(head: Token, operands: readonly Token[]): boolean {
    const [first] = operands as readonly (Token | undefined)[];
    if (first?.lower === '.req') {
      const register = operands[1] as Token | undefined;
      if (register === undefined) throw complaint(first, 'syntax', 'a register after it');
      this.aliases.set(head.text, this.aliases.get(register.text) ?? register);
      return true;
    }
    if (head.lower !== '.unreq') return false;
    if (!this.aliases.delete(first?.text ?? ''))
      throw complaint(first ?? head, 'syntax', 'a name that .req gave');
    return true;
  }

  /** `.purgem name`: whether the statement is one. */
  private forget(head: Token, operands: readonly Token[]): boolean {
    if (head.lower !== '.purgem') return false;
    const [name = head] = operands;
    if (!this.macros.delete(name.lower)) throw complaint(name, 'syntax', 'the name of a macro');
    return true;
  }

  private renamed(operands: readonly Token[]): readonly Token[] {
    return operands.map((token) => {
      const register = token.kind === 'name' ? this.aliases.get(token.text) : undefined;
      return register === undefined ? token : { ...token, text: register.text, lower: register.lower };
    });
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
  ): boolean {
    let holds = this.holds(head, operands);
    let done = false;
    let left = false;
    let part: Statement[] = [];
    let level = 0;
    const close = (): void => {
      if (holds && !done) {
        left = this.block(part, depth + 1);
        done = true;
      }
      part = [];
    };
    for (const statement of body) {
      const word = statement.head?.lower ?? '';
      if (openers[word] === '.endif') level += 1;
      if (word === '.endif') level -= 1;
      if (level === 0 && statement.head !== undefined && (word === '.else' || word === '.elseif')) {
        part.push(...labelsOf(statement));
        close();
        holds = word === '.else' || this.holds(statement.head, statement.operands);
      } else part.push(statement);
    }
    close();
    return left;
  }

  private holds(head: Token, operands: readonly Token[]): boolean {
    return holds(head, operands, {
      isDefined: (name) => this.defined.has(name),
      number: (tokens) => this.number(head, tokens),
    });
  }

  private repeat(head: Token, operands: readonly Token[], body: readonly Statement[], depth: number): void {
    if (head.lower !== '.rept') {
      const [[name], ...values] = split(operands.length === 0 ? [head] : operands);
      const parameter = name.text;
      const list = head.lower === '.irp' ? values : characters(values.flat());
      for (const value of list) this.block(substitute(body, new Map([[parameter, value]])), depth + 1);
      return;
    }
    const count = this.number(head, operands);
    if (count > maximumStatements) throw complaint(head, 'budget', `a count of at most ${maximumStatements}`);
    if (body.length > 0) for (let i = 0; i < count; i += 1) this.block(body, depth + 1);
  }

  private define(head: Token, operands: readonly Token[], body: readonly Statement[]): void {
    const name = operands[0] as Token | undefined;
    if (name === undefined) throw complaint(head, 'syntax', 'the name of the macro');
    const rest = operands.slice(operands[1]?.text === ',' ? 2 : 1);
    const parameters = parametersOf(rest);
    this.macros.set(name.lower, { parameters, body });
  }

  private invoke(head: Token, macro: Macro, operands: readonly Token[], depth: number): void {
    if (depth > maximumDepth) throw complaint(head, 'budget', `at most ${maximumDepth} levels of macros`);
    this.work += workOfCall;
    const values = argumentsOf(head, macro.parameters, operands);
    const count = String(this.invocations);
    this.invocations += 1;
    const counter: Token = { ...head, kind: 'number', text: count, lower: count };
    values.set('@', [counter]);
    this.block(substitute(macro.body, values), depth + 1);
  }
}

/** The characters of the texts of tokens, a list of one token each. */
function characters(tokens: readonly Token[]): readonly (readonly Token[])[] {
  return tokens.flatMap((token) =>
    Array.from(token.text, (text) => {
      const kind = /\d/.test(text) ? 'number' : 'name';
      return [{ ...token, kind, text, lower: text.toLowerCase() }];
    }),
  );
}

/** The labels of a statement that is not assembled itself, as a statement. */
function labelsOf(statement: Statement): readonly Statement[] {
  return statement.labels.length === 0 ? [] : [{ ...statement, head: undefined, operands: [] }];
}

/** The statement that closes the block opened at `at`. */
function closing(statements: readonly Statement[], at: number, closer: string): number {
  let level = 0;
  for (let i = at; i < statements.length; i += 1) {
    const word = statements[i].head?.lower ?? '';
    if (openers[word] === closer) level += 1;
    if (word === closer) level -= 1;
    if (level > 0) continue;
    const [label] = statements[i].labels;
    // GNU as does not see a closing that a label stands before, conditions apart.
    if (i > at && closer !== '.endif' && statements[i].labels.length > 0)
      throw complaint(label, 'syntax', `${closer} on a line without a label`);
    return i;
  }
  throw complaint(statements[at].head ?? statements[at], 'syntax', `a ${closer} that closes it`);
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
  if (!token.text.includes('\\')) return [token];
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
  if (token.kind === 'string') return [{ ...token, text }];
  const kind = /^\d+[fb]$/.test(text) ? 'local' : /^\d/.test(text) ? 'number' : 'name';
  return [{ ...token, kind, text, lower: text.toLowerCase() }];
}
