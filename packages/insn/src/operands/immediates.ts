import { signExtend } from '../bits.ts';
import { logicalImmediate, logicalImmediateFields } from '../bitmask.ts';
import { has, reading, widthOf } from './operand.ts';
import type { Operand, OperandMaker, OperandReader } from './operand.ts';
import type { Row } from '../row.ts';

type Format = 'decimal' | 'hex';

/** What an integer operand is: how it is read from a word, its range (which may depend on fields), how it is set. */
export type IntegerShape = {
  readonly read: (word: number) => number;
  readonly format: Format;
  readonly range: (reader: OperandReader) => readonly [low: number, high: number];
  readonly step?: number;
  readonly write: (reader: OperandReader, value: number) => boolean;
  /** The value that an optional group may leave out. */
  readonly fallback?: number;
};

/** An integer as objdump writes it. */
export function formatInteger(value: number, format: Format): string {
  if (format === 'decimal') return String(value);
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** An operand that is one integer. */
export function integer(shape: IntegerShape): Operand {
  const { read, format, range, step = 1, write, fallback } = shape;
  return {
    print: (word, { number }) =>
      number === undefined
        ? formatInteger(read(word), format)
        : number(BigInt(read(word)), format === 'decimal' ? 10 : 16),
    parse: (reader) => {
      const [low, high] = range(reader);
      const value = reader.expression();
      const steps = step === 1 ? '' : `, a multiple of ${step}`;
      const expected = `an immediate from ${low} to ${high}${steps}`;
      if (value === undefined || value < low || value > high) return reader.reject(expected);
      const small = Number(value);
      return small % step === 0 ? write(reader, small) : reader.reject(expected);
    },
    ...(fallback === undefined
      ? {}
      : { isDefault: (word) => read(word) === fallback, omit: (reader) => write(reader, fallback) }),
  };
}

/** An unsigned field, times `step`. */
export function unsigned(row: Row, name: string, format: Format, step = 1, fallback?: number): Operand {
  const read = reading(row, name);
  return integer({
    read: (word) => read(word) * step,
    format,
    range: () => [0, (2 ** widthOf(row, name) - 1) * step],
    step,
    write: (reader, value) => reader.set(name, value / step),
    ...(fallback === undefined ? {} : { fallback }),
  });
}

/** A signed field, times `step`; 0 may be left out where the template allows it. */
export function signed(row: Row, name: string, step: number): Operand {
  const width = widthOf(row, name);
  const read = reading(row, name);
  const half = 2 ** (width - 1);
  return integer({
    read: (word) => signExtend(read(word), width) * step,
    format: 'decimal',
    range: () => [-half * step, (half - 1) * step],
    step,
    write: (reader, value) => reader.set(name, (value / step) & (2 ** width - 1)),
    fallback: 0,
  });
}

/** Width of the operation, 32 or 64, while assembling: the registers come before the immediates. */
function widthSet(row: Row, reader: OperandReader): number {
  return has(row, 'sf') && reader.get('sf') === 0 ? 32 : 64;
}

function widthRead(row: Row): (word: number) => number {
  if (!has(row, 'sf')) return () => 64;
  const sf = reading(row, 'sf');
  return (word) => 32 + 32 * sf(word);
}

/** Add and subtract take 12 bits, or 12 bits shifted by 12: the value decides. `sign` -1 is for the opposite operation. */
function imm24(sign: 1 | -1): OperandMaker {
  return () => ({
    print: () => '',
    parse: (reader) => {
      const value = reader.expression();
      const low = sign === 1 ? 0 : -0xfff000;
      const high = sign === 1 ? 0xfff000 : -1;
      const expected = `an immediate from ${low} to ${high} of 12 bits, or of 12 bits followed by 12 zeros`;
      if (value === undefined || value < low || value > high) return reader.reject(expected);
      const size = Number(value) * sign;
      if (size <= 0xfff) return reader.set('sh', 0) && reader.set('imm12', size);
      return (size & 0xfff) === 0
        ? reader.set('sh', 1) && reader.set('imm12', size >> 12)
        : reader.reject(expected);
    },
  });
}

/** A value as 32 or 64 bits; undefined when it needs more. It may be signed, unsigned, or 32 bits below 32 ones. */
function wrapped(value: bigint, width: number): bigint | undefined {
  const size = BigInt(width);
  if (value >> 32n === 0xffff_ffffn || value >> 32n === -1n) return BigInt.asUintN(width, value);
  if (value < -(1n << (size - 1n)) || value >= 1n << size) return undefined;
  return BigInt.asUintN(width, value);
}

function bitmask(inverted: boolean): OperandMaker {
  return (row) => {
    const [N, immr, imms] = [reading(row, 'N'), reading(row, 'immr'), reading(row, 'imms')];
    return {
      print: (word, { number }) => {
        const value = logicalImmediate(N(word), immr(word), imms(word), word >>> 31 === 1);
        if (value === undefined) return '?';
        if (number !== undefined) return number((BigInt(value.hi) << 32n) | BigInt(value.lo), 16);
        const low = value.lo.toString(16);
        return value.hi === 0 ? `0x${low}` : `0x${value.hi.toString(16)}${low.padStart(8, '0')}`;
      },
      parse: (reader) => {
        const width = widthSet(row, reader);
        const given = reader.expression();
        const value = given === undefined ? undefined : wrapped(inverted ? ~given : given, width);
        const fields =
          value === undefined
            ? undefined
            : logicalImmediateFields(
                { hi: Number(value >> 32n), lo: Number(value & 0xffffffffn) },
                width === 64,
              );
        if (fields === undefined)
          return reader.reject('a bitmask immediate: one run of ones, rotated, repeated');
        return (
          reader.set('N', fields.N) && reader.set('immr', fields.immr) && reader.set('imms', fields.imms)
        );
      },
    };
  };
}

/** MOV of a wide immediate: the value of MOVZ, or of MOVN when `inverted`. */
function wide(inverted: boolean): OperandMaker {
  return (row) => {
    const [hw, imm16, width] = [reading(row, 'hw'), reading(row, 'imm16'), widthRead(row)];
    return {
      print: (word, { number }) => {
        const shifted = BigInt(imm16(word)) << BigInt(16 * hw(word));
        const value = BigInt.asUintN(width(word), inverted ? ~shifted : shifted);
        return number === undefined ? `0x${value.toString(16)}` : number(value, 16);
      },
      parse: (reader) => {
        const bitsWide = widthSet(row, reader);
        const given = reader.expression();
        const value = given === undefined ? undefined : wrapped(given, bitsWide);
        if (value !== undefined) {
          const pattern = inverted ? BigInt.asUintN(bitsWide, ~value) : value;
          for (let part = 0; part < bitsWide / 16; part += 1) {
            const shift = BigInt(16 * part);
            const piece = (pattern >> shift) & 0xffffn;
            if (piece << shift === pattern)
              return reader.set('hw', part) && reader.set('imm16', Number(piece));
          }
        }
        return reader.reject('an immediate that one MOVZ, MOVN or ORR makes');
      },
    };
  };
}

function shiftOfWide(row: Row): Operand {
  const hw = reading(row, 'hw');
  return integer({
    read: (word) => hw(word) * 16,
    format: 'decimal',
    range: (reader) => [0, widthSet(row, reader) - 16],
    step: 16,
    write: (reader, value) => reader.set('hw', value / 16),
    fallback: 0,
  });
}

/** A shift amount that fills `imms` and `immr`, or one of them, from the aliases of the bitfield moves. */
function bitfield(
  read: (immr: number, imms: number, width: number) => number,
  range: (reader: OperandReader, width: number) => readonly [number, number],
  write: (reader: OperandReader, value: number, width: number) => boolean,
): OperandMaker {
  return (row) => {
    const [immr, imms, width] = [reading(row, 'immr'), reading(row, 'imms'), widthRead(row)];
    return integer({
      read: (word) => read(immr(word), imms(word), width(word)),
      format: 'decimal',
      range: (reader) => range(reader, widthSet(row, reader)),
      write: (reader, value) => write(reader, value, widthSet(row, reader)),
    });
  };
}

function whole(_reader: OperandReader, width: number): readonly [number, number] {
  return [0, width - 1];
}

/** Everything else that is a number between commas: name of the symbol to operand. */
export function immediates(): Readonly<Record<string, OperandMaker>> {
  return {
    imm12: (row) => unsigned(row, 'imm12', 'hex'),
    imm16: (row) => unsigned(row, 'imm16', 'hex', 1, row.name.startsWith('dcps') ? 0 : undefined),
    uimm16: (row) => unsigned(row, 'imm16', 'decimal'),
    imm5: (row) => unsigned(row, 'imm5', 'hex'),
    imm6: (row) => unsigned(row, 'imm6', 'decimal'),
    nzcv: (row) => unsigned(row, 'nzcv', 'hex'),
    mask: (row) => unsigned(row, 'mask', 'decimal'),
    uimm6: (row) => unsigned(row, 'uimm6', 'hex', 16),
    uimm4: (row) => unsigned(row, 'uimm4', 'hex'),
    simm8: (row) => signed(row, 'imm8', 1),
    uimm8: (row) => unsigned(row, 'imm8', 'decimal'),
    op1: (row) => unsigned(row, 'op1', 'decimal'),
    op2: (row) => unsigned(row, 'op2', 'decimal'),
    imm24: imm24(1),
    negimm24: imm24(-1),
    negimm12: (row) => {
      const imm12 = reading(row, 'imm12');
      return integer({
        read: (word) => -imm12(word),
        format: 'decimal',
        range: () => [-4095, -1],
        write: (reader, value) => reader.set('imm12', -value),
      });
    },
    bitmask: bitmask(false),
    notbitmask: bitmask(true),
    movz: wide(false),
    movn: wide(true),
    hw: shiftOfWide,
    imm3: (row) => unsigned(row, 'imm3', 'decimal', 1, 0),
    amount: (row) => {
      const imm6 = reading(row, 'imm6');
      return integer({
        read: imm6,
        format: 'decimal',
        range: (reader) => [0, widthSet(row, reader) - 1],
        write: (reader, value) => reader.set('imm6', value),
        fallback: 0,
      });
    },
    immr: bitfield(
      (immr) => immr,
      whole,
      (reader, value) => reader.set('immr', value),
    ),
    imms: (row) => {
      const imms = reading(row, 'imms');
      return integer({
        read: imms,
        format: 'decimal',
        range: (reader) => [0, widthSet(row, reader) - 1],
        write: (reader, value) => reader.set('imms', value),
      });
    },
    asr: bitfield(
      (immr) => immr,
      whole,
      (reader, value, width) => reader.set('immr', value) && reader.set('imms', width - 1),
    ),
    lsl: bitfield(
      (_immr, imms, width) => width - 1 - imms,
      whole,
      (reader, value, width) =>
        reader.set('immr', -value & (width - 1)) && reader.set('imms', width - 1 - value),
    ),
    bfi_lsb: bitfield(
      (immr, _imms, width) => -immr & (width - 1),
      whole,
      (reader, value, width) => reader.set('immr', -value & (width - 1)),
    ),
    bfi_width: bitfield(
      (_immr, imms) => imms + 1,
      (reader, width) => [1, width - (-(reader.get('immr') ?? 0) & (width - 1))],
      (reader, value) => reader.set('imms', value - 1),
    ),
    bfx_lsb: bitfield(
      (immr) => immr,
      whole,
      (reader, value) => reader.set('immr', value),
    ),
    bfx_width: bitfield(
      (immr, imms) => imms - immr + 1,
      (reader, width) => [1, width - (reader.get('immr') ?? 0)],
      (reader, value) => reader.set('imms', (reader.get('immr') ?? 0) + value - 1),
    ),
  };
}
