import { assembleInstruction } from './instruction.ts';
import { Fault } from './error.ts';
import type { AssemblyErrorCode } from './error.ts';
import { evaluate } from './expression.ts';
import type { Cursor, Scope } from './expression.ts';
import type { SourceLine } from './assembly.ts';
import { bytesOf } from './tokens.ts';
import type { Statement, Token } from './tokens.ts';

/** Bytes of all sections together, and of one `.skip`. */
const maximumBytes = 1 << 26;

type PoolEntry = { readonly key: string; readonly size: 4 | 8; readonly cursor: Cursor; address: number };

/** A section while it is being laid out. */
type OpenSection = {
  readonly name: string;
  readonly base: number;
  readonly isText: boolean;
  bytes: number[];
  size: number;
  pool: PoolEntry[];
};

/** What a pass learns that the next one starts from. */
export type Knowledge = {
  readonly bases: ReadonlyMap<string, number>;
  readonly sizes: ReadonlyMap<string, number>;
  readonly isText: ReadonlyMap<string, boolean>;
  readonly symbols: ReadonlyMap<string, bigint>;
  readonly locals: ReadonlyMap<string, readonly number[]>;
  /** Addresses of the entries of all literal pools, in the order in which they are first asked for. */
  readonly pool: readonly number[];
};

/** What a pass makes. */
export type Pass = Knowledge & {
  readonly bytes: ReadonlyMap<string, Uint8Array>;
  readonly lines: ReadonlyMap<number, SourceLine>;
  readonly labels: ReadonlyMap<string, number>;
};

function fault(
  at: Token,
  code: AssemblyErrorCode,
  expected: string,
  remedy: string,
  found = `'${at.text}'`,
): Fault {
  return new Fault(at, { code, expected, found, remedy });
}

const ignored: ReadonlySet<string> = new Set([
  '.global',
  '.globl',
  '.type',
  '.size',
  '.arch',
  '.arch_extension',
  '.cpu',
  '.file',
  '.local',
  '.weak',
  '.hidden',
  '.ident',
  '.protected',
  '.internal',
  '.addrsig',
  '.loc',
  '.cfi_startproc',
  '.cfi_endproc',
]);

const dataSizes: Readonly<Partial<Record<string, number>>> = {
  '.byte': 1,
  '.hword': 2,
  '.short': 2,
  '.2byte': 2,
  '.word': 4,
  '.long': 4,
  '.int': 4,
  '.4byte': 4,
  '.inst': 4,
  '.quad': 8,
  '.xword': 8,
  '.dword': 8,
  '.8byte': 8,
};

const plainSections: ReadonlySet<string> = new Set(['.text', '.data', '.bss']);

/**
 * One pass over the statements. Addresses come from what the pass before knew, so passes are repeated until nothing
 * moves; only the last one is `final`, evaluates operands and insists that symbols exist.
 */
export class Layout {
  private readonly known: Knowledge;
  private readonly final: boolean;
  private readonly sections = new Map<string, OpenSection>();
  private readonly symbols: Map<string, bigint>;
  private readonly defined = new Map<string, number>();
  private readonly locals = new Map<string, number[]>();
  private readonly poolOrder: PoolEntry[] = [];
  private readonly lines = new Map<number, SourceLine>();
  private readonly stack: OpenSection[] = [];
  private previous: OpenSection;
  private current: OpenSection;
  private total = 0;

  constructor(known: Knowledge, final: boolean) {
    this.known = known;
    this.final = final;
    this.symbols = new Map(known.symbols);
    this.current = this.open('.text', undefined);
    this.previous = this.current;
  }

  /** Runs the pass. */
  run(statements: readonly Statement[]): Pass {
    for (const statement of statements) this.statement(statement);
    for (const section of this.sections.values()) {
      this.current = section;
      this.flushPool();
    }
    const entries = [...this.sections.values()].filter(
      (s) => s.size > 0 || s.name !== '.text' || this.sections.size === 1,
    );
    return {
      bases: new Map(entries.map((s) => [s.name, s.base])),
      sizes: new Map(entries.map((s) => [s.name, s.size])),
      isText: new Map(entries.map((s) => [s.name, s.isText])),
      bytes: new Map(entries.map((s) => [s.name, Uint8Array.from(s.bytes)])),
      symbols: this.symbols,
      locals: this.locals,
      pool: this.poolOrder.map((entry) => entry.address),
      lines: this.lines,
      labels: this.defined,
    };
  }

  private get here(): number {
    return this.current.base + this.current.size;
  }

  private statement(statement: Statement): void {
    for (const label of statement.labels) this.label(label);
    const { head, operands } = statement;
    if (head === undefined) return;
    if (operands[0]?.text === '=' && operands[1]?.text !== '=') {
      this.assign(head, operands.slice(1));
    } else if (head.kind === 'name' && head.lower.startsWith('.')) this.directive(head, operands, statement);
    else this.instruction(head, operands, statement);
  }

  private label(token: Token): void {
    if (token.kind === 'number') {
      const places = this.locals.get(token.text) ?? [];
      places.push(this.here);
      this.locals.set(token.text, places);
      return;
    }
    if (this.defined.has(token.text)) {
      throw fault(token, 'duplicate-symbol', 'a label that is not defined yet', 'rename one of the two');
    }
    this.defined.set(token.text, this.here);
    this.symbols.set(token.text, BigInt(this.here));
  }

  private instruction(head: Token, operands: readonly Token[], statement: Statement): void {
    if (this.here % 4 !== 0) {
      throw fault(head, 'misaligned', 'an address that is a multiple of 4', 'put .balign 4 before it');
    }
    this.note(statement);
    const literal = this.literal(head, operands);
    if (!this.final) {
      this.grow(4, head);
      return;
    }
    const scope = this.scope(this.here);
    this.emit(assembleInstruction(head, literal ?? operands, this.here, scope), 4, head);
  }

  /** `ldr x0, =value`: books a pool entry and loads from its address. Undefined for every other instruction. */
  private literal(head: Token, operands: readonly Token[]): readonly Token[] | undefined {
    if (operands[2]?.text !== '=' || !/^ldr(?:sw)?$/.test(head.lower)) return undefined;
    const size = operands[0].lower.startsWith('w') || head.lower === 'ldrsw' ? 4 : 8;
    const cursor: Cursor = { tokens: operands, at: 3 };
    const isConstant = operands
      .slice(3)
      .every((token) => token.kind === 'number' || token.kind === 'punctuation');
    const key = isConstant
      ? String(this.value({ tokens: operands, at: 3 }, head))
      : operands
          .slice(3)
          .map((token) => token.text)
          .join(' ');
    let entry = this.current.pool.find((e) => e.key === key && e.size === size);
    if (entry === undefined) {
      entry = { key, size, cursor, address: 0 };
      this.current.pool.push(entry);
      this.poolOrder.push(entry);
    }
    const address = this.known.pool[this.poolOrder.indexOf(entry)] ?? this.here;
    const target: Token = { ...operands[2], kind: 'number', text: String(Math.abs(address)), lower: '' };
    const sign: Token = { ...operands[2], kind: 'punctuation', text: address < 0 ? '-' : '+', lower: '+' };
    return [operands[0], operands[1], sign, target];
  }

  private flushPool(): void {
    for (const size of [4, 8] as const) {
      const entries = this.current.pool.filter((entry) => entry.size === size);
      const [first] = entries as [PoolEntry | undefined];
      if (first !== undefined) this.align(size, undefined, first.cursor.tokens[0]);
      for (const entry of entries) {
        entry.address = this.here;
        const [token] = entry.cursor.tokens;
        this.emitValue(this.final ? this.value(entry.cursor, token) : 0n, size, token);
        if (this.final) this.finished(entry.cursor);
      }
    }
    this.current.pool = [];
  }

  private directive(head: Token, operands: readonly Token[], statement: Statement): void {
    const size = dataSizes[head.lower];
    if (size !== undefined) {
      this.data(head, operands, size, statement);
      return;
    }
    if (ignored.has(head.lower)) return;
    if (plainSections.has(head.lower)) {
      this.switchTo(this.open(head.lower, undefined));
      return;
    }
    const cursor: Cursor = { tokens: operands, at: 0 };
    switch (head.lower) {
      case '.section':
      case '.pushsection': {
        if (head.lower === '.pushsection') this.stack.push(this.current);
        this.switchTo(this.sectionOf(head, operands));
        break;
      }
      case '.popsection': {
        const section = this.stack.pop();
        if (section === undefined)
          throw fault(head, 'syntax', 'a .pushsection before it', 'remove the .popsection');
        this.switchTo(section);
        break;
      }
      case '.previous':
        this.switchTo(this.previous);
        break;
      case '.equ':
      case '.set': {
        if (operands[1]?.text !== ',')
          throw fault(operands[1] ?? head, 'syntax', "a name, ',' and a value", 'write .equ name, value');
        this.assign(operands[0], operands.slice(2));
        break;
      }
      case '.balign':
      case '.align':
      case '.p2align': {
        const amount = this.number(cursor, head, 0, 1 << 20);
        const boundary = head.lower === '.balign' ? amount : 2 ** amount;
        const second = this.after(cursor);
        const isEmpty = (operands[cursor.at] as Token | undefined)?.text === ',';
        const fill = second && !isEmpty ? this.value(cursor, head) : undefined;
        const most = this.after(cursor) ? this.number(cursor, head, 0, 1 << 20) : boundary;
        this.finished(cursor);
        if (boundary < 1 || boundary > 1 << 20 || !Number.isInteger(Math.log2(boundary))) {
          throw fault(
            operands[0] ?? head,
            'out-of-range',
            'a power of two of at most 1 MiB',
            'choose another alignment',
          );
        }
        const gap = (boundary - (this.here & (boundary - 1))) & (boundary - 1);
        if (gap <= most) this.align(boundary, fill, head);
        break;
      }
      case '.skip':
      case '.space':
      case '.zero': {
        this.note(statement);
        const count = this.number(cursor, head, 0, maximumBytes);
        const fill = this.after(cursor) ? this.number(cursor, head, -128, 255) : 0;
        this.finished(cursor);
        this.fill(count, fill & 255, head);
        break;
      }
      case '.ascii':
      case '.asciz':
      case '.string': {
        this.note(statement);
        this.text(head, operands);
        break;
      }
      case '.ltorg':
      case '.pool':
        this.flushPool();
        break;
      case '.error':
        throw fault(head, 'user', 'no .error here', 'see the message', operands[0]?.text ?? '.error');
      default:
        throw fault(
          head,
          'unknown-directive',
          'a directive that this assembler has',
          'see the list in the README',
        );
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
    return this.open(name, comma < 0 ? undefined : operands[comma + 1]?.text);
  }

  private open(name: string, flags: string | undefined): OpenSection {
    const found = this.sections.get(name);
    if (found !== undefined) return found;
    const isText = flags === undefined ? /^\.(?:text|init|fini)\b/.test(name) : flags.includes('x');
    const base = this.known.bases.get(name) ?? 0;
    const section: OpenSection = { name, base, isText, bytes: [], size: 0, pool: [] };
    this.sections.set(name, section);
    return section;
  }

  private switchTo(section: OpenSection): void {
    this.previous = this.current;
    this.current = section;
  }

  private assign(name: Token, tokens: readonly Token[]): void {
    const cursor: Cursor = { tokens, at: 0 };
    const value = this.value(cursor, name);
    this.finished(cursor);
    if (name.text === '.') {
      const gap = Number(value) - this.here;
      if (!(gap >= 0 && gap <= maximumBytes))
        throw fault(name, 'out-of-range', 'an address further on', 'move . forwards only');
      this.fill(gap, 0, name);
      return;
    }
    if (this.defined.has(name.text)) {
      throw fault(name, 'duplicate-symbol', 'a name that is not a label', 'rename the symbol or the label');
    }
    this.symbols.set(name.text, BigInt.asIntN(64, value));
  }

  private data(head: Token, operands: readonly Token[], size: number, statement: Statement): void {
    if (operands.length === 0) return;
    const cursor: Cursor = { tokens: operands, at: 0 };
    do {
      this.note(statement);
      const at = operands[cursor.at] as Token | undefined;
      const value = this.value(cursor, at ?? head);
      this.emitValue(value, size, at ?? head);
    } while (this.after(cursor));
    this.finished(cursor);
  }

  private emitValue(value: bigint, size: number, at: Token): void {
    const width = BigInt(size * 8);
    if (this.final && (value >= 1n << width || value < -(1n << (width - 1n)))) {
      throw fault(
        at,
        'out-of-range',
        `a value of ${size * 8} bits`,
        'use a wider directive, or mask the value',
        String(value),
      );
    }
    const bits = BigInt.asUintN(64, value);
    this.emit(Number(bits & 0xffffffffn), Math.min(size, 4), at);
    if (size === 8) this.emit(Number(bits >> 32n), 4, at);
  }

  private text(head: Token, operands: readonly Token[]): void {
    operands.forEach((token, i) => {
      if (i % 2 === 1 ? token.text !== ',' : token.kind !== 'string') {
        throw fault(token, 'syntax', 'strings with commas between them', 'quote the text');
      }
      if (i % 2 === 1) return;
      for (const byte of bytesOf(token)) this.emit(byte, 1, head);
      if (head.lower !== '.ascii') this.emit(0, 1, head);
    });
  }

  /** Pads to a boundary: with `fill`, with zeros, or in text with zeros to the next word and then NOPs, like GNU as. */
  private align(boundary: number, fill: bigint | undefined, at: Token): void {
    const gap = (boundary - (this.here & (boundary - 1))) & (boundary - 1);
    if (fill !== undefined || !this.current.isText) {
      this.fill(gap, Number(BigInt.asUintN(8, fill ?? 0n)), at);
      return;
    }
    this.fill(gap & 3, 0, at);
    for (let left = gap >> 2; left > 0; left -= 1) this.emit(nop, 4, at);
  }

  private fill(count: number, byte: number, at: Token): void {
    if (!this.final) {
      this.grow(count, at);
      return;
    }
    for (let i = 0; i < count; i += 1) this.emit(byte, 1, at);
  }

  private emit(value: number, size: number, at: Token): void {
    if (this.final) for (let i = 0; i < size; i += 1) this.current.bytes.push((value >>> (8 * i)) & 255);
    this.grow(size, at);
  }

  private grow(size: number, at: Token): void {
    this.current.size += size;
    this.total += size;
    if (this.total > maximumBytes) {
      throw fault(
        at,
        'budget',
        `at most ${maximumBytes} bytes in all`,
        'split the program',
        `${this.total} bytes`,
      );
    }
  }

  private note({ head, line, text }: Statement): void {
    this.lines.set(this.here, { line, column: head?.column ?? 1, text });
  }

  private after(cursor: Cursor): boolean {
    if ((cursor.tokens[cursor.at] as Token | undefined)?.text !== ',') return false;
    cursor.at += 1;
    return cursor.at < cursor.tokens.length;
  }

  private finished(cursor: Cursor): void {
    const token = cursor.tokens[cursor.at] as Token | undefined;
    if (token !== undefined) throw fault(token, 'syntax', 'the end of the statement', 'remove what follows');
  }

  private number(cursor: Cursor, at: Token, low: number, high: number): number {
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

  /** The value at the cursor. Before the final pass symbols without a value count as 0. */
  private value(cursor: Cursor, at: Token): bigint {
    const value = evaluate(cursor, this.scope(this.here));
    if (value !== undefined) return value;
    const token = (cursor.tokens[cursor.at] as Token | undefined) ?? at;
    throw fault(token, 'syntax', 'an expression', 'write a number or a symbol');
  }

  private scope(here: number): Scope {
    return {
      value: (token) => {
        if (token.text === '.') return BigInt(here);
        if (token.kind === 'local') return BigInt(this.local(token, here));
        const found = this.symbols.get(token.text);
        if (found !== undefined) return found;
        if (!this.final) return 0n;
        throw fault(
          token,
          'undefined-symbol',
          'a defined symbol',
          'define it, or pass it in options.symbols',
        );
      },
    };
  }

  private local(token: Token, here: number): number {
    const name = token.text.slice(0, -1);
    const before = this.locals.get(name) ?? [];
    const found = token.lower.endsWith('b')
      ? before[before.length - 1]
      : (this.known.locals.get(name) ?? [])[before.length];
    const address = found as number | undefined;
    if (address !== undefined) return address;
    if (!this.final) return here;
    const where = token.lower.endsWith('b') ? 'before' : 'after';
    throw fault(token, 'undefined-symbol', `a label ${name}: ${where} it`, 'define the local label');
  }
}

const nop = 0xd503201f;
