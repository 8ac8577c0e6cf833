import { lazy } from '../lazy.ts';
import { has, reading } from './operand.ts';
import type { Operand, OperandReader } from './operand.ts';
import { byElement, byFields, fixed, laneSize, shiftSize } from './variant.ts';
import type { Variant } from './variant.ts';
import type { Row } from '../row.ts';

const full = ['8b', '16b', '4h', '8h', '2s', '4s', '1d', '2d'];
const wide = ['8h', '4s', '2d', '1q'];
const letters = ['b', 'h', 's', 'd', 'q'];
function twice(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => [text, text]);
}

/**
 * The arrangements of `<Vd.T>` by the name after the dot. T: `size` (or `sz`, of floating point) and Q; W: twice the
 * element size; N: half of it (`sz`); P: twice the element size, half the number; B, H, S: that element, count by Q; I, IW:
 * by immh; E: by imm5; E0: the same, and lane 0; L: 2h or 4h; Z: one pair. Others stand for themselves.
 */
function allArrangements(): Readonly<Partial<Record<string, (row: Row) => Variant>>> {
  return {
    T: (row) =>
      has(row, 'size') ? byFields(row, ['size', 'Q'], full) : byFields(row, ['sz', 'Q'], full.slice(4)),
    W: (row) => (has(row, 'size') ? byFields(row, ['size'], wide) : byFields(row, ['sz'], wide.slice(1))),
    N: (row) => byFields(row, ['sz', 'Q'], full.slice(2, 6)),
    P: (row) => byFields(row, ['size', 'Q'], full.slice(2)),
    B: (row) => byFields(row, ['Q'], full.slice(0, 2)),
    H: (row) => byFields(row, ['Q'], full.slice(2, 4)),
    S: (row) => byFields(row, ['Q'], full.slice(4, 6)),
    I: (row) => byElement(row, shiftSize(row), full),
    IW: (row) => byElement(row, shiftSize(row), twice(wide)),
    E: (row) => byElement(row, laneSize(row), full),
    E0: (row) => {
      const lanes = byElement(row, laneSize(row), full);
      return {
        ...lanes,
        settle: (reader, text) =>
          lanes.settle(reader, text) && reader.set('imm5', 1 << (reader.get('esize') ?? 0)),
      };
    },
    L: (row) => byFields(row, ['Q'], ['2h', '4h']),
    Z: (row) => byFields(row, ['sz'], ['2s', '2d']),
  };
}

/** The letters of `<Fd>` by the name after the dot; without one, by `ftype`. */
function allScalars(): Readonly<Partial<Record<string, (row: Row) => Variant>>> {
  return {
    ftype: (row) => byFields(row, ['ftype'], ['s', 'd', undefined, 'h']),
    to: (row) => byFields(row, ['opc'], ['s', 'd', undefined, 'h']),
    opc: (row) => byFields(row, ['opc'], ['s', 'd', 'q']),
    size: (row) => byFields(row, ['size'], letters),
    sizew: (row) => byFields(row, ['size'], letters.slice(1)),
    sz: (row) => byFields(row, ['sz'], ['s', 'd']),
    q: (row) => byFields(row, ['q', 'size'], letters),
    I: (row) => byElement(row, shiftSize(row), twice(letters)),
    IW: (row) => byElement(row, shiftSize(row), twice(letters.slice(1))),
    E: (row) => byElement(row, laneSize(row), twice(letters)),
  };
}

const arrangements = lazy(allArrangements);
const scalars = lazy(allScalars);

function arrangement(name: string, row: Row): Variant {
  return arrangements()[name]?.(row) ?? fixed(name);
}

/** The name of a SIMD&FP register split into its letter, number and what follows a dot. */
function split(name: string | undefined): { letter: string; number: number; rest: string } | undefined {
  const match = /^([bhsdqvzp])(\d|[12]\d|3[01])(?:\.(\w+))?$/.exec(name ?? '');
  // A group that took no part is undefined, whatever the type of RegExpExecArray says.
  const groups: readonly (string | undefined)[] = match ?? [];
  const [, letter, number, rest = ''] = groups;
  return letter === undefined ? undefined : { letter, number: Number(number), rest };
}

/** Whether a lower-case name is that of a SIMD&FP or SVE register. */
export function isVectorName(name: string): boolean {
  return split(name) !== undefined;
}

/** Reads `v3.4s`, where the variant has `4s`; the number, or undefined and the expectation recorded. */
export function takeVector(reader: OperandReader, variant: Variant): number | undefined {
  const found = split(reader.name());
  if (found?.letter === 'v' && variant.settle(reader, found.rest)) return found.number;
  reader.reject(`a vector register, ${variant.texts.map((text) => `v0.${text}`).join(' or ')}`);
  return undefined;
}

function vector(field: string, name: string, row: Row): Operand {
  const number = reading(row, field);
  const variant = arrangement(name, row);
  return {
    print: (word) => `v${number(word)}.${variant.text(word)}`,
    parse: (reader) => {
      const found = takeVector(reader, variant);
      return found !== undefined && reader.set(field, found);
    },
  };
}

/** `<Vn=Vm.T>`: one register for two fields. */
function vectorTwice(field: string, twin: string, name: string, row: Row): Operand {
  const first = vector(field, name, row);
  return {
    ...first,
    parse: (reader) => first.parse(reader) && reader.set(twin, reader.get(field) ?? 0),
  };
}

function scalar(field: string, variant: Variant, row: Row): Operand {
  const number = reading(row, field);
  return {
    print: (word) => variant.text(word) + String(number(word)),
    parse: (reader) => {
      const found = split(reader.name());
      const right = found?.rest === '' && variant.settle(reader, found.letter);
      return right
        ? reader.set(field, found.number)
        : reader.reject(`a register, ${variant.texts.map((text) => `${text}0`).join(' or ')}`);
    },
  };
}

function listText(first: number, count: number, text: string): string {
  const name = (at: number): string => `v${(first + at) & 31}.${text}`;
  if (count > 2 && first + count <= 32) return `{${name(0)}-${name(count - 1)}}`;
  return `{${Array.from({ length: count }, (_none, at) => name(at)).join(', ')}}`;
}

/** `<Vt*2.T>`: two consecutive registers in braces; `<Vn*len.16b>`: as many as the field says, plus one. */
function list(field: string, count: string, name: string, row: Row): Operand {
  const number = reading(row, field);
  const variant = arrangement(name, row);
  const length = count === 'len' ? reading(row, 'len') : (): number => Number(count) - 1;
  return {
    print: (word) => listText(number(word), length(word) + 1, variant.text(word)),
    parse: (reader) => {
      if (!reader.take('{')) return reader.reject('a list of vector registers in braces');
      const first = takeVector(reader, variant);
      if (first === undefined) return false;
      let last = first;
      let listed = 1;
      if (reader.take('-')) {
        last = takeVector(reader, variant) ?? 0;
        if (last <= first) return reader.reject('a later register');
        listed = last - first + 1;
      } else {
        while (reader.take(',')) {
          const next = takeVector(reader, variant);
          if (next === undefined) return false;
          if (next !== ((last + 1) & 31)) return reader.reject('the next vector register');
          last = next;
          listed += 1;
        }
      }
      if (!reader.take('}')) return reader.reject("'}'");
      const right = count === 'len' ? listed < 5 && reader.set('len', listed - 1) : listed === Number(count);
      return right
        ? reader.set(field, first)
        : reader.reject(`a list of ${count === 'len' ? '1 to 4' : count} registers`);
    },
  };
}

/** The fields of FP and SIMD registers are those of the general ones: `Vd` stands in `Rd`. */
const symbol = /^([VFBHSDQ])(d|n|m|a|t2|t)(?:=V(m)|\*(\w+))?(?:\.(\w+))?$/;

/** The operand of a vector or scalar register symbol, `<Vd.T>`, `<Vt*4.T>`, `<Fn>`, `<Dd>`; undefined for others. */
export function vectorOperand(text: string, row: Row): Operand | undefined {
  const groups: readonly (string | undefined)[] = symbol.exec(text) ?? [];
  const [, letter, suffix = '', twin, count, name] = groups;
  if (letter === undefined) return undefined;
  const field = `R${suffix}`;
  if (letter === 'F') return scalar(field, (scalars()[name ?? 'ftype'] ?? (() => fixed('?')))(row), row);
  if (letter !== 'V') return scalar(field, fixed(letter.toLowerCase()), row);
  if (count !== undefined) return list(field, count, name ?? '', row);
  return twin === undefined
    ? vector(field, name ?? '', row)
    : vectorTwice(field, `R${twin}`, name ?? '', row);
}
