import { assembleInstruction } from './instruction.ts';
import type { SourceLine } from './assembly.ts';
import { dataSizes, followers, ignored, plainSections } from './directives.ts';
import { Fault } from './error.ts';
import type { Cursor } from './expression.ts';
import type { Call, Line } from './lines.ts';
import { LiteralPools } from './literal-pools.ts';
import { Expander } from './macros.ts';
import { Output, fault, maximumBytes } from './output.ts';
import type { OpenSection } from './output.ts';
import { keyOf } from './parts.ts';
import { Symbols } from './symbols.ts';
import type { KnownSymbols } from './symbols.ts';
import { bytesOf } from './tokens.ts';
import type { Statement, Token } from './tokens.ts';
import { Values } from './values.ts';

const maximumSubsection = 0x7fffffff;

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
  private readonly lines = new Map<number, SourceLine>();
  /** Whether every condition and count so far is the same in each pass. */
  private isFixed = true;

  constructor(known: Knowledge, final: boolean) {
    this.final = final;
    this.output = new Output(known.bases, final);
    this.symbols = new Symbols(known, final);
    this.values = new Values(this.symbols, this.output, final);
    this.pools = new LiteralPools(this.values, this.output, known.pool, final);
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
    const size = dataSizes.get(head.lower);
    if (size !== undefined) {
      this.data(head, operands, size, statement);
      return;
    }
    if (ignored.has(head.lower)) return;
    const cursor: Cursor = { tokens: operands, at: 0 };
    if (plainSections.has(head.lower) || head.lower === '.subsection') {
      const name = head.lower === '.subsection' ? this.output.current.name : head.lower;
      this.output.switchTo(this.output.section(name, undefined, this.subsection(cursor, head)));
      return;
    }
    switch (head.lower) {
      case '.section':
      case '.pushsection': {
        if (head.lower === '.pushsection') this.output.push();
        this.output.switchTo(this.sectionOf(head, operands));
        break;
      }
      case '.popsection': {
        this.output.pop(head);
        break;
      }
      case '.previous':
        this.output.switchBack();
        break;
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
      case '.p2align': {
        const amount = this.values.number(cursor, head, 0, 1 << 20);
        const boundary = head.lower === '.balign' ? amount || 1 : 2 ** amount;
        const second = this.values.after(cursor);
        const isEmpty = (operands[cursor.at] as Token | undefined)?.text === ',';
        const fill = second && !isEmpty ? this.values.value(cursor, head) : undefined;
        const most = this.values.after(cursor) ? this.values.number(cursor, head, 0, 1 << 20) : boundary;
        this.values.finished(cursor);
        if (boundary < 1 || boundary > 1 << 20 || !Number.isInteger(Math.log2(boundary))) {
          throw fault(
            operands[0] ?? head,
            'out-of-range',
            'a power of two of at most 1 MiB',
            'choose another alignment',
          );
        }
        if (this.output.gapTo(boundary) <= most) this.output.align(boundary, fill, head);
        break;
      }
      case '.skip':
      case '.space':
      case '.zero': {
        this.note(statement);
        const count = this.values.number(cursor, head, 0, maximumBytes);
        const fill = this.values.after(cursor) ? this.values.number(cursor, head, -128, 255) : 0;
        this.values.finished(cursor);
        this.output.fill(count, fill & 255, head);
        break;
      }
      case '.ascii':
      case '.asciz':
      case '.string': {
        this.note(statement);
        this.text(head, operands);
        break;
      }
      case '.fill': {
        this.note(statement);
        const count = this.values.number(cursor, head, 0, maximumBytes);
        const size = this.values.after(cursor) ? this.values.number(cursor, head, 0, 8) : 1;
        const value = this.values.after(cursor) ? this.values.value(cursor, head) : 0n;
        this.values.finished(cursor);
        this.output.repeat(count, size, value, head);
        break;
      }
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
      case '.err':
      case '.error':
        throw fault(
          head,
          'user',
          'no such directive to be reached',
          'see the message',
          operands[0]?.text ?? head.text,
        );
      default: {
        const before = followers.get(head.lower);
        if (before !== undefined)
          throw fault(head, 'syntax', `${before} before it`, 'remove it, or write what it belongs to');
        throw fault(
          head,
          'unknown-directive',
          'a directive that this assembler has',
          'see the list in the README',
        );
      }
    }
  }

  private sectionOf(head: Token, operands: readonly Token[]): OpenSection {
    // A name may hold characters that are tokens of their own: .note.GNU-stack, or a quoted string.
    const comma = operands.findIndex((token) => token.text === ',');
    const name = operands
      .slice(0, comma < 0 ? undefined : comma)
      .map((token) => token.text.replaceAll('"', ''))
      .join('');
    if (name === '') throw fault(head, 'syntax', 'the name of a section', 'write .section name, "ax"');
    const second = comma < 0 ? undefined : (operands[comma + 1] as Token | undefined);
    if (second?.kind !== 'number') return this.output.section(name, second?.text);
    const next = operands.findIndex((token, i) => i > comma && token.text === ',');
    const tokens = operands.slice(comma + 1, next < 0 ? undefined : next);
    const flags = next < 0 ? undefined : (operands[next + 1] as Token | undefined)?.text;
    return this.output.section(name, flags, this.subsection({ tokens, at: 0 }, head));
  }

  /** The number of a subsection, or nothing for 0. */
  private subsection(cursor: Cursor, head: Token): number {
    if (cursor.at >= cursor.tokens.length) return 0;
    const number = this.values.above(cursor.tokens.slice(cursor.at), head);
    if (number < 0n || number > maximumSubsection)
      throw fault(
        head,
        'out-of-range',
        `a subsection from 0 to ${maximumSubsection}`,
        'choose a smaller number',
      );
    return Number(number);
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

  private data(head: Token, operands: readonly Token[], size: number, statement: Statement): void {
    if (operands.length === 0) return;
    const cursor: Cursor = { tokens: operands, at: 0 };
    do {
      this.note(statement);
      const at = operands[cursor.at] as Token | undefined;
      // A value that is left out is 0.
      const value = at === undefined || at.text === ',' ? 0n : this.values.value(cursor, at);
      this.output.emitValue(value, size, at ?? head);
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

  private note({ head, line, text }: Statement): void {
    this.lines.set(this.output.here, { line, column: head?.column ?? 1, text });
  }
}
