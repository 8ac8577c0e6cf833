import { type ValueType, untyped } from '../test.ts';
import type { Scanner } from './scanner.ts';

const signed = (size: number): ValueType => ({ size, signed: true });
const unsigned = (size: number): ValueType => ({ size, signed: false });

/** The types that herd7 knows for AArch64, with its sizes: a `long` has 32 bits, and `ins_t` holds an instruction. */
const types: ReadonlyMap<string, ValueType> = new Map([
  ['int', untyped],
  ['long', untyped],
  ['int32_t', untyped],
  ['uint32_t', unsigned(4)],
  ['char', signed(1)],
  ['int8_t', signed(1)],
  ['uint8_t', unsigned(1)],
  ['short', signed(2)],
  ['int16_t', signed(2)],
  ['uint16_t', unsigned(2)],
  ['int64_t', signed(8)],
  ['uint64_t', unsigned(8)],
  ['intptr_t', signed(8)],
  ['uintptr_t', unsigned(8)],
  ['ins_t', unsigned(4)],
  ['void', unsigned(8)],
]);

/** The type of an instruction that has none written. */
export const instructionType: ValueType = unsigned(4);

const pointerType: ValueType = unsigned(8);

/**
 * Reads the type before a name: `int x`, `ins_t *1:X1`, `*x`. Undefined where there is none. A pointer may point to
 * whatever it likes.
 */
export function typeOf(scanner: Scanner): ValueType | undefined {
  scanner.accept('_Atomic');
  if (scanner.is('*')) return pointed(scanner, pointerType);
  const { kind, text } = scanner.token;
  if (kind !== 'word') return undefined;
  const known = types.get(text);
  if (known === undefined && !scanner.isBefore('*')) return undefined;
  scanner.take();
  return pointed(scanner, known ?? pointerType);
}

function pointed(scanner: Scanner, type: ValueType): ValueType {
  let result = type;
  while (scanner.accept('*')) result = pointerType;
  return result;
}
