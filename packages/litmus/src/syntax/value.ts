import type { RegisterName, Value } from '../test.ts';
import type { Scanner } from './scanner.ts';

/** The number of a thread written `1` or `P1`; undefined for another word. */
export function threadNumber(text: string): number | undefined {
  const digits = /^P?(\d{1,3})$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Reads the name of a general-purpose register, `X9` or `W9`. */
export function registerName(scanner: Scanner, thread: number): RegisterName {
  const { text } = scanner.token;
  const digits = /^[XWxw](\d|[12]\d|30)$/.exec(text)?.[1];
  if (digits === undefined)
    throw scanner.unexpected('a register, X0 to X30', 'name a general-purpose register');
  scanner.take();
  return { thread, register: Number(digits) };
}

/** Reads the name of a register in a condition, where the zero register, number 31, may stand as well. */
export function observedRegister(scanner: Scanner, thread: number): RegisterName {
  return scanner.accept('XZR') || scanner.accept('WZR')
    ? { thread, register: 31 }
    : registerName(scanner, thread);
}

/** Reads `P1:L0` or `1:L0` inside a string or after the thread was read. */
function labelValue(scanner: Scanner, text: string, at: Value['at']): Value {
  const parts = /^P?(\d{1,3}):([A-Za-z_][\w.]*)$/.exec(text);
  if (parts === null) throw scanner.unexpected('a label such as label:"P1:L0"', 'name a thread and a label');
  return { kind: 'label', thread: Number(parts[1]), label: parts[2], at };
}

const example = 'give a number, a location, a label P1:L0, NOP or instr:"..."';

/** Reads a value: a number, a location, the place of a label, or an instruction. */
export function value(scanner: Scanner): Value {
  const { at } = scanner;
  const negative = scanner.accept('-');
  if (scanner.token.kind === 'integer') {
    const text = scanner.take().text;
    if (!negative && scanner.accept(':')) {
      return {
        kind: 'label',
        thread: Number(text),
        label: scanner.expectKind('word', 'a label', example),
        at,
      };
    }
    const integer = negative ? -BigInt(text) : BigInt(text);
    if (integer < -(1n << 63n) || integer >= 1n << 64n) {
      throw scanner.source.error(scanner.token.start, {
        code: 'operand',
        expected: 'a number of at most 64 bits',
        found: text,
        remedy: 'give a smaller number',
      });
    }
    return { kind: 'integer', integer, at };
  }
  scanner.accept('&');
  const name = scanner.expectKind('word', 'a value', example);
  if (/^nop$/i.test(name)) return { kind: 'instruction', text: 'NOP', at };
  if (scanner.accept(':')) {
    if (name === 'instr')
      return {
        kind: 'instruction',
        text: scanner.expectKind('string', 'an instruction in quotes', example),
        at,
      };
    if (name === 'label')
      return labelValue(scanner, scanner.expectKind('string', 'a label in quotes', example), at);
    const thread = threadNumber(name);
    if (thread === undefined)
      throw scanner.unexpected('instr:, label: or a thread before the colon', example);
    return { kind: 'label', thread, label: scanner.expectKind('word', 'a label', example), at };
  }
  if (scanner.accept('[')) {
    const element = Number(scanner.expectKind('integer', 'an index', 'write v[1]'));
    scanner.expect(']', 'write v[1]');
    return { kind: 'address', name, offset: 0, element, at };
  }
  let offset = 0;
  if (scanner.accept('+')) offset = Number(scanner.expectKind('integer', 'a distance in bytes', example));
  return { kind: 'address', name, offset, at };
}

/** Reads `{1,2}`. */
export function listedValues(scanner: Scanner): Value[] {
  const values: Value[] = [];
  scanner.expect('{', 'write {1,2}');
  do values.push(value(scanner));
  while (scanner.accept(','));
  scanner.expect('}', 'write {1,2}');
  return values;
}
