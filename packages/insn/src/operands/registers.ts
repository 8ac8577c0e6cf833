import { lazy } from '../lazy.ts';
import { has, reading } from './operand.ts';
import type { Operand, OperandReader } from './operand.ts';
import type { Row } from '../row.ts';

/** A general-purpose register as written: its number, whether it is X (or SP), and whether 31 is the stack pointer. */
export type Register = { readonly number: number; readonly is64: boolean; readonly isSp: boolean };

const named: ReadonlyMap<string, Register> = new Map(
  Object.entries<Register>({
    xzr: { number: 31, is64: true, isSp: false },
    wzr: { number: 31, is64: false, isSp: false },
    sp: { number: 31, is64: true, isSp: true },
    wsp: { number: 31, is64: false, isSp: true },
    lr: { number: 30, is64: true, isSp: false },
    fp: { number: 29, is64: true, isSp: false },
    ip0: { number: 16, is64: true, isSp: false },
    ip1: { number: 17, is64: true, isSp: false },
  }),
);

/** The register of that lower-case name, or undefined. */
export function registerNamed(name: string): Register | undefined {
  const special = named.get(name);
  if (special !== undefined) return special;
  const match = /^([xw])(\d|[12]\d|30)$/.exec(name);
  return match === null ? undefined : { number: Number(match[2]), is64: match[1] === 'x', isSp: false };
}

function registerName(number: number, is64: boolean, sp: boolean): string {
  if (number !== 31) return (is64 ? 'x' : 'w') + String(number);
  if (sp) return is64 ? 'sp' : 'wsp';
  return is64 ? 'xzr' : 'wzr';
}

type Width = {
  /** The field that gives the width, and whether each of its values means X; absent where more than a field decides. */
  readonly by?: { readonly field: string; readonly is64: readonly boolean[] };
  readonly is64: (word: number) => boolean;
  /** Settles the width fields; false when they say otherwise. */
  readonly set: (reader: OperandReader, is64: boolean) => boolean;
};

/** Which field of the row gives the width of its `<R..>` registers. */
function rowWidth(row: Row): Width {
  for (const name of ['sf', 'sz']) {
    if (has(row, name)) {
      const read = reading(row, name);
      return {
        by: { field: name, is64: [false, true] },
        is64: (word) => read(word) === 1,
        set: (reader, is64) => reader.set(name, Number(is64)),
      };
    }
  }
  if (has(row, 'w32')) {
    const read = reading(row, 'w32');
    return {
      by: { field: 'w32', is64: [true, false] },
      is64: (word) => read(word) === 0,
      set: (reader, is64) => reader.set('w32', Number(!is64)),
    };
  }
  const read = reading(row, 'size');
  return {
    by: { field: 'size', is64: [false, false, false, true] },
    is64: (word) => read(word) === 3,
    set: (reader, is64) => {
      const size = reader.get('size');
      return size === undefined || size > 1 ? reader.set('size', is64 ? 3 : 2) : !is64;
    },
  };
}

function fixedWidth(is64: boolean): Width {
  return { by: { field: '', is64: [is64] }, is64: () => is64, set: (_reader, found) => found === is64 };
}

/** `<Rm.option>`: the width of the offset register follows the extension that comes after it. */
function optionWidth(row: Row): Width {
  const option = reading(row, 'option');
  const sf = has(row, 'sf') ? reading(row, 'sf') : (): number => 1;
  return {
    is64: (word) => (option(word) & 3) === 3 && sf(word) === 1,
    set: (reader, is64) => reader.set('Rm.is64', Number(is64)),
  };
}

function bitWidth(row: Row): Width {
  const b5 = reading(row, 'b5');
  return { is64: (word) => b5(word) === 1, set: (reader, is64) => reader.set('Rt.is64', Number(is64)) };
}

/** Beside a lane: X for a doubleword. The lane or arrangement comes first. */
function laneWidth(row: Row): Width {
  const imm5 = reading(row, 'imm5');
  return {
    is64: (word) => (imm5(word) & 15) === 8,
    set: (reader, is64) => (reader.get('esize') === 3) === is64,
  };
}

function quadWidth(row: Row): Width {
  const Q = reading(row, 'Q');
  return { is64: (word) => Q(word) === 1, set: (reader, is64) => reader.set('Q', Number(is64)) };
}

/** The 32 names by whether they are X, and whether 31 is the stack pointer: `allNames()[1][0]` are those of `<Xd>`. */
const allNames = lazy(() =>
  [false, true].map((is64) =>
    [false, true].map((sp) =>
      Array.from({ length: 32 }, (_none, register) => registerName(register, is64, sp)),
    ),
  ),
);

/** The second of a pair of registers; the zero register is paired with itself. */
function follower(first: number): number {
  return first === 31 ? 31 : first + 1;
}

/** The names of a register field as a table, when at most one other field decides about them. */
function names(row: Row, fieldName: string, { by }: Width, sp: boolean): Pick<Operand, 'names'> {
  const number = row.fields.find(({ name }) => name === fieldName);
  if (by === undefined || number === undefined) return {};
  const texts = by.is64.flatMap((is64) => allNames()[Number(is64)][Number(sp)]);
  const select = row.fields.find(({ name }) => name === by.field);
  return { names: { texts, lo: number.lo, ...(select === undefined ? {} : { select }) } };
}

const symbol = /^([XWR])(d|n|m|a|t2|t|s)(\|SP)?(?:(=)(?:R(m)|(\d+))|\.(option|b5|Q|E)|(\+1))?$/;

/**
 * The operand of a register symbol, or undefined when the symbol is not one: `<Rd>`, `<Xn|SP>`, `<Xt=31>` (optional, with
 * its default), `<Rn=Rm>` (one register for two fields), `<Rs+1>` (the second of a consecutive pair), `<Rm.option>`.
 */
export function registerOperand(text: string, row: Row): Operand | undefined {
  const match = symbol.exec(text);
  if (match === null) return undefined;
  // Groups that took no part in the match are undefined, whatever the type of RegExpExecArray says.
  const groups: readonly (string | undefined)[] = match;
  const [, letter = '', suffix = '', spText, , twin, fallback, special, second] = groups;
  const fieldName = `R${suffix}`;
  const sp = spText !== undefined;
  const read = reading(row, fieldName);
  let width = letter === 'R' ? rowWidth(row) : fixedWidth(letter === 'X');
  if (special === 'option') width = optionWidth(row);
  if (special === 'b5') width = bitWidth(row);
  if (special === 'Q') width = quadWidth(row);
  if (special === 'E') width = laneWidth(row);
  const { is64, set } = width;
  const expected = expectation(letter, sp);

  if (second !== undefined) {
    return {
      print: (word) => registerName(follower(read(word)), is64(word), false),
      parse: (reader) => {
        const found = take(reader);
        const first = reader.get(fieldName) ?? 0;
        const right = found?.number === follower(first) && set(reader, found.is64) && !found.isSp;
        const paired = first % 2 === 0 || first === 31;
        return (right && paired) || reader.reject('an even register and the one that follows it');
      },
      isDefault: (word) => read(word) === 31,
      omit: () => true,
    };
  }
  return {
    ...names(row, fieldName, width, sp),
    print: (word) => registerName(read(word), is64(word), sp),
    parse: (reader) => {
      const found = take(reader);
      if (found === undefined) return reader.reject(expected);
      if (found.number === 31 && found.isSp !== sp) return reader.reject(expected);
      if (!set(reader, found.is64) || !reader.set(fieldName, found.number)) return reader.reject(expected);
      return twin === undefined || reader.set(`R${twin}`, found.number);
    },
    ...(fallback === undefined ? {} : optional(fieldName, Number(fallback), read)),
  };
}

function optional(
  fieldName: string,
  value: number,
  read: (word: number) => number,
): Required<Pick<Operand, 'isDefault' | 'omit'>> {
  return {
    isDefault: (word) => read(word) === value,
    omit: (reader) => reader.set(fieldName, value),
  };
}

function take(reader: OperandReader): Register | undefined {
  const name = reader.name();
  return name === undefined ? undefined : registerNamed(name);
}

function expectation(letter: string, sp: boolean): string {
  const which = letter === 'X' ? 'an X register' : letter === 'W' ? 'a W register' : 'a register';
  return sp ? `${which} or the stack pointer` : `${which} (31 being the zero register)`;
}
