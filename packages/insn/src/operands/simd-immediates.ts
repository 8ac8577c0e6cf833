import { integer } from './immediates.ts';
import { has, reading } from './operand.ts';
import type { Operand, OperandMaker } from './operand.ts';
import { lazy } from '../lazy.ts';
import type { Row } from '../row.ts';

/** The value of an 8-bit floating-point immediate (VFPExpandImm in the Arm ARM): sign, 3 bits of exponent, 4 of fraction. */
function expanded(imm8: number): number {
  const exponent = (((imm8 >> 4) & 7) ^ 4) - 3;
  const size = (1 + (imm8 & 15) / 16) * 2 ** exponent;
  return imm8 >= 128 ? -size : size;
}

const floats = lazy(() => Array.from({ length: 256 }, (_none, imm8) => expanded(imm8)));
const floatTexts = lazy(() =>
  floats().map((value) => value.toExponential(18).replace(/e([-+])(\d)$/, 'e$10$2')),
);

/** Eight bits in one field, or in `abc` and `defgh` of the modified immediates. */
function imm8Of(row: Row): (word: number) => number {
  if (has(row, 'imm8')) return reading(row, 'imm8');
  const [abc, defgh] = [reading(row, 'abc'), reading(row, 'defgh')];
  return (word) => (abc(word) << 5) | defgh(word);
}

function float(row: Row): Operand {
  const imm8 = imm8Of(row);
  return {
    print: (word) => floatTexts()[imm8(word)],
    parse: (reader) => {
      const found = floats().indexOf(reader.number() ?? Number.NaN);
      if (found < 0)
        return reader.reject('n / 16 * 2^r with n from 16 to 31 and r from -3 to 4, or its negative');
      return has(row, 'imm8')
        ? reader.set('imm8', found)
        : reader.set('abc', found >> 5) && reader.set('defgh', found & 31);
    },
  };
}

function zero(text: string): OperandMaker {
  return () => ({
    print: () => text,
    parse: (reader) => reader.number() === 0 || reader.reject(`#${text}`),
  });
}

function byte(row: Row): Operand {
  return integer({
    read: imm8Of(row),
    format: 'hex',
    range: () => [-128, 255],
    write: (reader, value) => reader.set('abc', (value >> 5) & 7) && reader.set('defgh', value & 31),
  });
}

/** MOVI of 64 bits: every bit of the immediate is eight. */
function bytes(row: Row): Operand {
  const imm8 = imm8Of(row);
  return {
    print: (word, { number }) => {
      let text = '';
      for (let bit = 7; bit >= 0; bit -= 1) text += ((imm8(word) >> bit) & 1) === 1 ? 'ff' : '00';
      const value = `0x${text.replace(/^0{1,15}/, '')}`;
      return number === undefined ? value : number(BigInt(value), 16);
    },
    parse: (reader) => {
      const value = BigInt.asUintN(64, reader.expression() ?? 1n);
      let imm = 0;
      let spread = 0n;
      for (let bit = 0n; bit < 8n; bit += 1n) {
        if (((value >> (bit * 8n)) & 1n) === 0n) continue;
        imm |= 1 << Number(bit);
        spread |= 0xffn << (bit * 8n);
      }
      if (spread !== value) return reader.reject('64 bits whose bytes are 0x00 or 0xff');
      return reader.set('abc', imm >> 5) && reader.set('defgh', imm & 31);
    },
  };
}

/** `lsl #8` of the modified immediates. */
function byteShift(row: Row): Operand {
  const sh = reading(row, 'sh');
  const highest = row.pattern.includes('sh:2') ? 24 : 8;
  return integer({
    read: (word) => sh(word) * 8,
    format: 'decimal',
    range: () => [0, highest],
    step: 8,
    write: (reader, value) => reader.set('sh', value / 8),
    fallback: 0,
  });
}

function ones(row: Row): Operand {
  const sh = reading(row, 'sh');
  return integer({
    read: (word) => (sh(word) === 1 ? 16 : 8),
    format: 'decimal',
    range: () => [8, 16],
    step: 8,
    write: (reader, value) => reader.set('sh', value === 16 ? 1 : 0),
  });
}

/** A shift amount in `immh:immb`: from the element size up, or (right) from twice the size down. */
function shiftAmount(right: boolean): OperandMaker {
  return (row): Operand => {
    const [immh, immb] = [reading(row, 'immh'), reading(row, 'immb')];
    return integer({
      read: (word) => {
        const size = 8 << (31 - Math.clz32(immh(word)));
        const value = immh(word) * 8 + immb(word);
        return right ? 2 * size - value : value - size;
      },
      format: 'decimal',
      range: (reader) => {
        const size = 8 << (reader.get('esize') ?? 0);
        return right ? [1, size] : [0, size - 1];
      },
      write: (reader, amount) => {
        const size = 8 << (reader.get('esize') ?? 0);
        const value = right ? 2 * size - amount : size + amount;
        return reader.set('immh', value >> 3) && reader.set('immb', value & 7);
      },
    });
  };
}

/** The shift that SXTL and UXTL leave out. */
function noShift(): Operand {
  return {
    print: () => '',
    parse: (reader) => reader.set('immh', 1 << (reader.get('esize') ?? 0)) && reader.set('immb', 0),
  };
}

/** SHLL shifts by the element size. */
function wholeShift(row: Row): Operand {
  const size = reading(row, 'size');
  return integer({
    read: (word) => 8 << size(word),
    format: 'decimal',
    range: (reader) => [8 << (reader.get('size') ?? 0), 8 << (reader.get('size') ?? 0)],
    write: () => true,
  });
}

/** Fraction bits of a fixed-point number in a general register. */
function fractionBits(row: Row): Operand {
  const scale = reading(row, 'scale');
  return integer({
    read: (word) => 64 - scale(word),
    format: 'decimal',
    range: (reader) => [1, reader.get('sf') === 1 ? 64 : 32],
    write: (reader, value) => reader.set('scale', 64 - value),
  });
}

/** A rotation of complex numbers: `rot` times 90 degrees, or 90 and 270. */
function rotation(step: number, start: number): OperandMaker {
  return (row) => {
    const rot = reading(row, 'rot');
    return integer({
      read: (word) => start + rot(word) * step,
      format: 'decimal',
      range: () => [start, 270],
      write: (reader, value) =>
        (value - start) % step === 0
          ? reader.set('rot', (value - start) / step)
          : reader.reject(`a rotation, ${start} to 270 in steps of ${step}`),
    });
  };
}

function plain(name: string, format: 'decimal' | 'hex'): OperandMaker {
  return (row) => {
    const read = reading(row, name);
    const high = 2 ** (row.fields.find((field) => field.name === name)?.width ?? 0) - 1;
    return integer({
      read,
      format,
      range: (reader) => [0, name === 'imm4' && reader.get('Q') === 0 ? 7 : high],
      write: (reader, value) => reader.set(name, value),
    });
  };
}

/** Immediates of floating point and Advanced SIMD: name of the symbol to operand. */
export function simdImmediates(): Readonly<Record<string, OperandMaker>> {
  return {
    fimm8: float,
    fzero: zero('0.0'),
    zero: zero('0'),
    byte,
    bytes,
    byteshift: byteShift,
    ones,
    shr: shiftAmount(true),
    shl: shiftAmount(false),
    noshift: noShift,
    wholeshift: wholeShift,
    fbits: fractionBits,
    rot90: rotation(90, 0),
    rot180: rotation(180, 90),
    extbyte: plain('imm4', 'decimal'),
    xar: plain('imm6', 'decimal'),
  };
}
