import { assembleInstruction } from './instruction.ts';
import type { SourceLine } from './assembly.ts';
import { Data } from './data.ts';
import { followers, ignored } from './directives.ts';
import { Fault } from './error.ts';
import type { Cursor } from './expression.ts';
import type { Call, Line } from './lines.ts';
import { LiteralPools } from './literal-pools.ts';
import { Expander } from './macros.ts';
import { Output, fault, maximumBytes } from './output.ts';
import { keyOf } from './parts.ts';
import { Symbols } from './symbols.ts';
import type { KnownSymbols } from './symbols.ts';
import { Sections } from './sections.ts';
import type { Statement, Token } from './tokens.ts';
import { Values } from './values.ts';

/** What a pass learns that the next one starts from. */
export type Knowledge = KnownSymbols & {
  readonly bases: ReadonlyMap<string, number>;
  readonly sizes: ReadonlyMap<string, number>;
  /** Addresses of the entries of all literal pools, in the order in which they are first asked for. */
  readonly pool: readonly number[];
};

/** A statement that the macro processor made, and the call in whose body it stood. */
type Expanded = { readonly statement: Statement; readonly call: Call | undefined };

/** All statements of a program, where no condition or count asked for an address: the next pass need not expand again. */
export type Expansion = readonly Expanded[];

/** What a pass makes. */
export type Pass = Knowledge & {
  readonly bytes: ReadonlyMap<string, Uint8Array>;
  readonly lines: ReadonlyMap<number, SourceLine>;
  readonly labels: ReadonlyMap<string, number>;
  readonly expansion: Expansion | undefined;
};

/**
 * One pass over the statements. Addresses come from what the pass before knew, so passes are repeated until nothing
 * moves; only the last one is `final`, encodes instructions and insists that symbols exist.
 */
export class Layout {
  private readonly final: boolean;
  private readonly output: Output;
  private readonly symbols: Symbols;
  private readonly values: Values;
  private readonly pools: LiteralPools;
  private readonly data: Data;
  private readonly sections: Sections;
  private readonly lines = new Map<number, SourceLine>();
  /** Whether every condition and count so far is the same in each pass. */
  private isFixed = true;

  constructor(known: Knowledge, final: boolean) {
    this.final = final;
    this.output = new Output(known.bases, final);
    this.symbols = new Symbols(known, final);
    this.values = new Values(this.symbols, this.output, final);
    this.pools = new LiteralPools(this.values, this.output, known.pool, final);
    this.data = new Data(this.values, this.output, (statement) => this.note(statement));
    this.sections = new Sections(this.values, this.output);
  }

  /** Runs the pass. */
  run(lines: readonly Line[], expansion?: Expansion): Pass {
    const expanded: Expanded[] = [];
    if (expansion === undefined) {
      new Expander({
        statement: (statement, call) => {
          expanded.push({ statement, call });
          this.statement(statement);
        },
        number: (tokens, at) => {
          this.isFixed &&= tokens.every((token) => this.symbols.isConstant(token));
          return this.values.above(tokens, at);
        },
        isDefined: (name) => this.symbols.isDefined(name),
      }).run(lines);
    } else this.replay(expansion);
    const { sections } = this.output;
    for (const section of sections.values()) {
      this.output.switchTo(section);
      this.pools.flush();
    }
    // The section that is open from the start counts when something is in it.
    const kept = [...sections.values()].filter(
      (s) => s.size > 0 || keyOf(s) !== '.text' || sections.size === 1,
    );
    return {
      bases: new Map(kept.map((s) => [keyOf(s), s.base])),
      sizes: new Map(kept.map((s) => [keyOf(s), s.size])),
      bytes: new Map(kept.map((s) => [keyOf(s), Uint8Array.from(s.bytes)])),
      given: this.symbols.given,
      symbols: this.symbols.values,
      labels: this.symbols.labels,
      locals: this.symbols.locals,
      pool: this.pools.addresses,
      lines: this.lines,
      expansion: expansion ?? (this.isFixed ? expanded : undefined),
    };
  }

  private replay(expansion: Expansion): void {
    for (const { statement, call } of expansion) {
      try {
        this.statement(statement);
      } catch (error) {
        if (error instanceof Fault) error.call ??= call;
        throw error;
      }
    }
  }

  private statement(statement: Statement): void {
    for (const label of statement.labels) this.symbols.label(label, this.output.here);
    const { head, operands } = statement;
    if (head === undefined) return;
    if (operands[0]?.text === '=' && operands[1]?.text !== '=') this.assign(head, operands.slice(1));
    else if (head.kind === 'name' && head.lower.startsWith('.')) this.directive(head, operands, statement);
    else this.instruction(head, operands, statement);
  }

  private instruction(head: Token, operands: readonly Token[], statement: Statement): void {
    const { here } = this.output;
    if (here % 4 !== 0) {
      throw fault(head, 'misaligned', 'an address that is a multiple of 4', 'put .balign 4 before it');
    }
    this.note(statement);
    const literal = this.pools.load(head, operands);
    const scope = this.symbols.scope(here);
    const word = this.final ? assembleInstruction(head, literal ?? operands, here, scope) : 0;
    this.output.emit(word, 4, head);
  }

  private directive(head: Token, operands: readonly Token[], statement: Statement): void {
    if (this.data.take(head, statement) || this.sections.take(head, operands)) return;
    if (ignored.has(head.lower)) return;
    const cursor: Cursor = { tokens: operands, at: 0 };
    switch (head.lower) {
      case '.equ':
      case '.set':
      case '.equiv': {
        if (operands[1]?.text !== ',')
          throw fault(operands[1] ?? head, 'syntax', "a name, ',' and a value", 'write .equ name, value');
        if (head.lower === '.equiv') this.symbols.refuseDefined(operands[0]);
        this.assign(operands[0], operands.slice(2));
        break;
      }
      case '.balign':
      case '.align':
      case '.p2align':
        this.align(cursor, head);
        break;
      case '.org': {
        const offset = this.values.value(cursor, head);
        // A number alone counts from the start of the section.
        const isNumber = operands
          .slice(0, cursor.at)
          .every(({ kind }) => kind === 'number' || kind === 'punctuation');
        const address = isNumber ? offset + BigInt(this.output.current.base) : offset;
        const fill = this.values.after(cursor) ? this.values.number(cursor, head, -128, 255) : 0;
        this.values.finished(cursor);
        this.advance(head, address, fill & 255);
        break;
      }
      case '.ltorg':
      case '.pool':
        this.pools.flush();
        break;
      default:
        throw refusal(head, operands);
    }
  }

  private align(cursor: Cursor, head: Token): void {
    const { tokens } = cursor;
    const amount = this.values.number(cursor, head, 0, 1 << 20);
    const boundary = head.lower === '.balign' ? amount || 1 : 2 ** amount;
    const second = this.values.after(cursor);
    const isEmpty = (tokens[cursor.at] as Token | undefined)?.text === ',';
    const fill = second && !isEmpty ? this.values.value(cursor, head) : undefined;
    const most = this.values.after(cursor) ? this.values.number(cursor, head, 0, 1 << 20) : boundary;
    this.values.finished(cursor);
    if (boundary < 1 || boundary > 1 << 20 || !Number.isInteger(Math.log2(boundary))) {
      throw fault(
        tokens[0] ?? head,
        'out-of-range',
        'a power of two of at most 1 MiB',
        'choose another alignment',
      );
    }
    if (this.output.gapTo(boundary) <= most) this.output.align(boundary, fill, head);
  }

  private assign(name: Token, tokens: readonly Token[]): void {
    const cursor: Cursor = { tokens, at: 0 };
    const value = this.values.value(cursor, name);
    this.values.finished(cursor);
    if (name.text === '.') this.advance(name, value);
    else this.symbols.assign(name, value, tokens);
  }

  /** Moves on to an address in the section, over bytes alike. */
  private advance(at: Token, address: bigint, fill = 0): void {
    const gap = Number(address) - this.output.here;
    if (!(gap >= 0 && gap <= maximumBytes))
      throw fault(at, 'out-of-range', 'an address further on', 'move . forwards only');
    this.output.fill(gap, fill, at);
  }

  private note({ head, line, text }: Statement): void {
    this.lines.set(this.output.here, { line, column: head?.column ?? 1, text });
  }
}

/** What is wrong with a directive that lays out nothing. */
function refusal(head: Token, operands: readonly Token[]): Fault {
  if (head.lower === '.err' || head.lower === '.error') {
    const message = operands[0]?.text ?? head.text;
    return fault(head, 'user', 'no such directive to be reached', 'see the message', message);
  }
  const before = followers.get(head.lower);
  return before === undefined
    ? fault(head, 'unknown-directive', 'a directive that this assembler has', 'see the list in the README')
    : fault(head, 'syntax', `${before} before it`, 'remove it, or write what it belongs to');
}
