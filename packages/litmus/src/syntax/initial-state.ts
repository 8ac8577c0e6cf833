import type { Position } from '../error.ts';
import type { Location, RegisterName, Value } from '../test.ts';
import type { Scanner } from './scanner.ts';
import { registerName, threadNumber, value } from './value.ts';

/** What the braces at the head of a test say. */
export interface InitialState {
  readonly registers: readonly (RegisterName & { readonly value: Value })[];
  readonly locations: ReadonlyMap<string, Location>;
}

/** Bytes of the types that herd7 knows for AArch64. */
const typeSizes: Readonly<Partial<Record<string, number>>> = {
  int: 4,
  ins_t: 4,
  void: 8,
  char: 1,
  long: 8,
  int8_t: 1,
  uint8_t: 1,
  int16_t: 2,
  uint16_t: 2,
  int32_t: 4,
  uint32_t: 4,
  int64_t: 8,
  uint64_t: 8,
  intptr_t: 8,
  uintptr_t: 8,
};

interface Type {
  readonly size: number;
  readonly pointer: boolean;
}

const untyped: Type = { size: 4, pointer: false };

/** Reads the entries between the braces: `0:X1=x; [y]=1; int z; ins_t *1:X2; int a[2]={1,2};`. */
export function initialState(scanner: Scanner): InitialState {
  const registers = new Map<string, RegisterName & { value: Value }>();
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
  registers: Map<string, RegisterName & { value: Value }>,
  locations: Map<string, Location>,
): void {
  const type = typeOf(scanner);
  const { at, token } = scanner;
  if (scanner.accept('[')) {
    const name = scanner.expectKind('word', 'a location', 'write [x]=1');
    scanner.expect(']', 'write [x]=1');
    location(scanner, { name, type: type ?? untyped, at, locations });
    return;
  }
  const text = token.text;
  if (token.kind !== 'word' && token.kind !== 'integer') {
    throw scanner.unexpected('a register or a location', 'write 0:X1=x, x=1 or [x]=1');
  }
  scanner.take();
  const thread = threadNumber(text);
  if (thread === undefined || !scanner.accept(':')) {
    location(scanner, { name: text, type: type ?? untyped, at, locations });
    return;
  }
  const register = registerName(scanner, thread);
  const key = `${thread}:${register.register}`;
  if (!scanner.accept('=')) {
    const zero: Value = { kind: 'integer', integer: 0n, at };
    if (!registers.has(key)) registers.set(key, { ...register, value: zero });
    return;
  }
  registers.set(key, { ...register, value: value(scanner) });
}

/** A type stands before a name: `int x`, `ins_t *1:X1`. */
function typeOf(scanner: Scanner): Type | undefined {
  const known = scanner.token.kind === 'word' ? typeSizes[scanner.token.text] : undefined;
  if (known === undefined) return undefined;
  scanner.take();
  let pointer = false;
  while (scanner.accept('*')) pointer = true;
  return { size: pointer ? 8 : known, pointer };
}

interface Declared {
  readonly name: string;
  readonly type: Type;
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
  const initial: Value[] = [];
  if (scanner.accept('=')) {
    if (scanner.accept('{')) {
      do initial.push(value(scanner));
      while (scanner.accept(','));
      scanner.expect('}', 'write {1,2}');
    } else initial.push(value(scanner));
  }
  const size = type === untyped && elements === undefined ? locations.get(name)?.size : undefined;
  locations.set(name, { name, size: size ?? type.size, pointer: type.pointer, elements, initial, at });
}
