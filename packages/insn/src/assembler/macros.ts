import { Aliases } from './aliases.ts';
import { Misread, Operands, argumentsOf, parametersOf } from './arguments.ts';
import type { Parameter } from './arguments.ts';
import { branchesOf, closerOf, closing } from './blocks.ts';
import { complaint } from './complaint.ts';
import { holds } from './conditions.ts';
import { Fault } from './error.ts';
import type { Call, Line } from './lines.ts';
import { scrub } from './scrub.ts';
import { substitute } from './substitution.ts';
import type { Statement, Token } from './tokens.ts';

/** Statements after expansion. */
const maximumStatements = 1 << 20;

/** Macros, repetitions and conditions within each other. */
const maximumDepth = 64;

/** Lines looked at, whether or not they come to anything, and calls: bounds calls that call calls. */
const maximumWork = 1 << 21;

/** What a call counts for, in lines. */
const workOfCall = 8;

/** Characters that arguments make of the bodies of macros and repetitions. */
const maximumCharacters = 1 << 25;

/** Where statements go, and what is known there of symbols. */
export type Sink = {
  /** Lays out a statement, which a call of a macro may have made. */
  readonly statement: (statement: Statement, call: Call | undefined) => void;
  /** The value of an expression of numbers, labels and symbols above; throws {@link Fault} where there is none. */
  readonly number: (tokens: readonly Token[], at: Line['at']) => bigint;
  /** Whether a symbol or label is defined above. */
  readonly isDefined: (name: string) => boolean;
};

type Macro = { readonly parameters: readonly Parameter[]; readonly body: readonly Line[] };

/**
 * Expands `.macro`, `.rept`, `.irp`, `.irpc` and the `.if` family by replacing text, as GNU as does, and puts registers
 * where `.req` named them. Statements go to a sink one by one, so that conditions and counts see the addresses of what is
 * above them. Bounded: 1 Mi statements, 64 levels, 2 Mi lines, 32 Mi characters. An error inside a call carries the call.
 */
export class Expander {
  private readonly sink: Sink;
  private readonly macros = new Map<string, Macro>();
  private readonly aliases = new Aliases();
  private invocations = 0;
  private statements = 0;
  private work = 0;
  private characters = 0;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  /** Expands a source. */
  run(lines: readonly Line[]): void {
    this.block(lines, 0);
  }

  /** Expands lines; true when `.exitm` leaves the macro that they are in. */
  private block(lines: readonly Line[], depth: number): boolean {
    let at = 0;
    try {
      while (at < lines.length) {
        const line = lines[at];
        this.spend(line, 1);
        if (line.head === '.exitm' && depth > 0) return true;
        const closer = closerOf(line.head);
        if (closer === undefined) {
          this.plain(line, depth);
          at += 1;
          continue;
        }
        if (depth > maximumDepth) throw complaint(line.at, 'budget', `at most ${maximumDepth} levels`);
        const end = closing(lines, at, closer);
        const { labels } = lines[end];
        const body = [...lines.slice(at + 1, end), ...(labels === undefined ? [] : [labels])];
        if (line.labels !== undefined) this.plain(line.labels, depth);
        if (this.opened(line, body, closer, depth)) return true;
        at = end + 1;
      }
    } catch (error) {
      if (error instanceof Fault) error.call ??= lines[at].call;
      throw error;
    }
    return false;
  }

  private spend(line: Line, work: number): void {
    this.work += work;
    if (this.work > maximumWork)
      throw complaint(line.at, 'budget', `at most ${maximumWork} steps of expansion`);
  }

  /** Expands a block; true when `.exitm` in a condition leaves the macro. */
  private opened(line: Line, body: readonly Line[], closer: string, depth: number): boolean {
    if (closer === '.endif') return this.condition(line, body, depth);
    if (line.head === '.macro') this.define(line, body);
    else if (line.head === '.rept') this.repeat(line, body, depth);
    else this.each(line, body, depth);
    return false;
  }

  private plain(line: Line, depth: number): void {
    const macro = this.macros.get(line.head);
    if (macro !== undefined) {
      if (line.labels !== undefined) this.plain(line.labels, depth);
      this.invoke(line, macro, depth);
      return;
    }
    const { statement } = line;
    if (statement === undefined) return;
    const { head, operands } = statement;
    const isOurs = head !== undefined && (this.aliases.take(head, operands) || this.forget(head, operands));
    this.statements += 1;
    if (this.statements > maximumStatements)
      throw complaint(line.at, 'budget', `at most ${maximumStatements} statements`);
    this.sink.statement(
      isOurs
        ? { ...statement, head: undefined, operands: [] }
        : { ...statement, operands: this.aliases.renamed(operands) },
      line.call,
    );
  }

  /** `.purgem name`: whether the statement is one. */
  private forget(head: Token, operands: readonly Token[]): boolean {
    if (head.lower !== '.purgem') return false;
    const [name = head] = operands;
    if (!this.macros.delete(name.lower)) throw complaint(name, 'syntax', 'the name of a macro');
    return true;
  }

  private number(line: Line): bigint {
    const { statement } = line;
    return this.sink.number(statement?.operands ?? [], line.at);
  }

  private condition(head: Line, body: readonly Line[], depth: number): boolean {
    const known = { isDefined: this.sink.isDefined, number: (line: Line) => this.number(line) };
    const branch = branchesOf(head, body).find(({ when }) => when.head === '.else' || holds(when, known));
    return branch !== undefined && this.block(branch.body, depth + 1);
  }

  private repeat(line: Line, body: readonly Line[], depth: number): void {
    const count = this.number(line);
    if (count > maximumStatements)
      throw complaint(line.at, 'budget', `a count of at most ${maximumStatements}`);
    if (body.length > 0) for (let i = 0; i < count; i += 1) this.block(body, depth + 1);
  }

  /** `.irp name, values` and `.irpc name, characters`; once with nothing when there are none. */
  private each(line: Line, body: readonly Line[], depth: number): void {
    const [name, values] = read(line, (operands) => {
      operands.spaces();
      const found = operands.name();
      if (found === '') throw new Misread(operands.place, 'the name of a parameter');
      operands.comma();
      return [found, operands.isDone ? [''] : line.head === '.irp' ? list(operands) : characters(operands)];
    });
    for (const value of values) {
      this.spend(line, 1);
      const replaced = new Map([
        [name, value],
        ['@', String(this.invocations)],
      ]);
      this.block(this.substituted(body, replaced, line.call), depth + 1);
    }
  }

  private substituted(
    body: readonly Line[],
    values: ReadonlyMap<string, string>,
    call: Call | undefined,
  ): readonly Line[] {
    return body.flatMap((line) => {
      const replaced = substitute(line, values, call);
      this.characters += replaced.text.length;
      if (this.characters > maximumCharacters)
        throw complaint(line.at, 'budget', `at most ${maximumCharacters} characters of expansion`);
      return replaced.statements;
    });
  }

  private define(line: Line, body: readonly Line[]): void {
    const [name, parameters] = read(line, (operands) => {
      operands.spaces();
      const found = operands.name();
      if (found === '') throw new Misread(operands.place, 'the name of the macro');
      return [found.toLowerCase(), parametersOf(operands)];
    });
    this.macros.set(name, { parameters, body });
  }

  private invoke(line: Line, macro: Macro, depth: number): void {
    if (depth > maximumDepth) throw complaint(line.at, 'budget', `at most ${maximumDepth} levels of macros`);
    this.spend(line, workOfCall);
    const values = read(line, (operands) => argumentsOf(macro.parameters, operands));
    values.set('@', String(this.invocations));
    this.invocations += 1;
    const { text: name, column } = line.at;
    const call = { name, line: line.line, column, outer: line.call };
    this.block(this.substituted(macro.body, values, call), depth + 1);
  }
}

/** Reads the operands of a line; what is wrong in them becomes a {@link Fault} at its place. */
function read<T>(line: Line, reader: (operands: Operands) => T): T {
  const { text, from } = scrub(line.rest);
  try {
    return reader(new Operands(text));
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    const at =
      error.at < 0 || text === ''
        ? line.at
        : {
            line: line.line,
            column: line.columnAt(line.restAt + from[error.at]),
            text: text.slice(error.at, error.at + 20) || 'the end of the line',
          };
    throw complaint(at, 'syntax', error.expected);
  }
}

function list(operands: Operands): readonly string[] {
  const values: string[] = [];
  while (!operands.isDone) {
    values.push(operands.argument());
    operands.comma();
  }
  return values;
}

/** The characters that are left: all of those in quotes, and those outside that are no spaces. */
function characters(operands: Operands): readonly string[] {
  let isQuoted = false;
  return Array.from(operands.rest()).filter((character) => {
    if (character === '"') isQuoted = !isQuoted;
    return character !== '"' && (isQuoted || character !== ' ');
  });
}
