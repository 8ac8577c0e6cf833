import type { Position } from '../error.ts';
import { type InitialRegister, type Location, type Value, type ValueType, untyped } from '../test.ts';
import type { Scanner } from './scanner.ts';
import { instructionType, typeOf } from './type.ts';
import { listedValues, registerName, threadNumber, value } from './value.ts';

/** What the braces at the head of a test say. */
export interface InitialState {
  readonly registers: readonly InitialRegister[];
  readonly locations: ReadonlyMap<string, Location>;
}

/** Reads the entries between the braces: `0:X1=x; [y]=1; int z; ins_t *1:X2; int a[2]={1,2};`. */
export function initialState(scanner: Scanner): InitialState {
  const registers = new Map<string, InitialRegister>();
  const locations = new Map<string, Location>();
  while (!scanner.isAtEnd()) {
    if (scanner.accept(';')) continue;
    entry(scanner, registers, locations);
    if (!scanner.isAtEnd()) scanner.expect(';', 'end every entry of the initial state with a semicolon');
  }
  for (const { value: given } of registers.values()) mention(locations, given);
  for (const { initial } of [...locations.values()]) for (const given of initial) mention(locations, given);
  return { registers: [...registers.values()], locations };
}

/** A location that only occurs as a value exists as well, and holds zero. */
function mention(locations: Map<string, Location>, given: Value): void {
  if (given.kind !== 'address' || locations.has(given.name)) return;
  locations.set(given.name, { name: given.name, ...untyped, elements: undefined, initial: [], at: given.at });
}

function entry(
  scanner: Scanner,
  registers: Map<string, InitialRegister>,
  locations: Map<string, Location>,
): void {
  const type = typeOf(scanner);
  const { at, token } = scanner;
  if (scanner.accept('[')) {
    const name = scanner.expectKind('word', 'a location', 'write [x]=1');
    scanner.expect(']', 'write [x]=1');
    location(scanner, { name, type, at, locations });
    return;
  }
  const text = token.text;
  if (token.kind !== 'word' && token.kind !== 'integer') {
    throw scanner.unexpected('a register or a location', 'write 0:X1=x, x=1 or [x]=1');
  }
  scanner.take();
  const thread = threadNumber(text);
  if (thread === undefined || !scanner.accept(':')) {
    location(scanner, { name: text, type, at, locations });
    return;
  }
  const register = registerName(scanner, thread);
  const key = `${thread}:${register.register}`;
  if (!scanner.accept('=')) {
    const known = registers.get(key);
    const zero: Value = { kind: 'integer', integer: 0n, at };
    registers.set(key, {
      ...register,
      value: known?.value ?? zero,
      type: type ?? known?.type ?? untyped,
    });
    return;
  }
  const given = value(scanner);
  registers.set(key, { ...register, value: given, type: type ?? typeOfValue(given) });
}

function typeOfValue({ kind }: Value): ValueType {
  return kind === 'instruction' ? instructionType : untyped;
}

/** Reads as many values as an array has elements, `{1,2}`. */
function listed(scanner: Scanner, elements: number): Value[] {
  const { start } = scanner.token;
  const values = listedValues(scanner);
  if (values.length === elements) return values;
  throw scanner.source.error(start, {
    code: 'operand',
    expected: `${elements} values`,
    found: `${values.length}`,
    remedy: 'give every element a value, or give none',
  });
}

interface Declared {
  readonly name: string;
  readonly type: ValueType | undefined;
  readonly at: Position;
  readonly locations: Map<string, Location>;
}

function location(scanner: Scanner, { name, type, at, locations }: Declared): void {
  let elements: number | undefined;
  if (scanner.accept('[')) {
    elements = Number(scanner.expectKind('integer', 'the number of elements', 'write int x[2]'));
    if (elements < 1 || elements > 64) {
      throw scanner.source.error(scanner.token.start, {
        code: 'budget',
        expected: '1 to 64 elements of an array',
        found: `${elements}`,
        remedy: 'make the array smaller',
      });
    }
    scanner.expect(']', 'write int x[2]');
  }
  const initial = scanner.accept('=')
    ? elements === undefined
      ? [value(scanner)]
      : listed(scanner, elements)
    : [];
  const known = elements === undefined ? locations.get(name) : undefined;
  const { size, signed } = type ?? known ?? (initial.length > 0 ? typeOfValue(initial[0]) : untyped);
  locations.set(name, { name, size, signed, elements, initial, at });
}
