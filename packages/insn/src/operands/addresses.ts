import { formatAddress } from '../address.ts';
import { offsetReader } from '../target.ts';
import { integer, signed } from './immediates.ts';
import { decimal, has, reading, widthOf } from './operand.ts';
import type { Operand, OperandMaker, OperandReader } from './operand.ts';
import type { Row } from '../row.ts';

const page = 4096;

const shifts = ['lsl', 'lsr', 'asr', 'ror'] as const;
const extensions = ['uxtb', 'uxth', 'uxtw', 'uxtx', 'sxtb', 'sxth', 'sxtw', 'sxtx'] as const;

function indexIn(names: readonly string[], name: string | undefined): number {
  return name === undefined ? -1 : names.indexOf(name);
}

/** Access size in bytes as a shift: from `size`, 16 bytes where `q` says so, or 8 bytes for a prefetch. */
function scaleOf(row: Row): { read: (word: number) => number; get: (reader: OperandReader) => number } {
  if (has(row, 'q')) {
    const [q, size] = [reading(row, 'q'), reading(row, 'size')];
    return {
      read: (word) => (q(word) === 1 ? 4 : size(word)),
      get: (reader) => (reader.get('q') === 1 ? 4 : (reader.get('size') ?? 3)),
    };
  }
  if (!has(row, 'size')) return { read: () => 3, get: () => 3 };
  return { read: reading(row, 'size'), get: (reader) => reader.get('size') ?? 3 };
}

function shift(row: Row): Operand {
  const read = reading(row, 'shift');
  return {
    print: (word) => shifts[read(word)],
    parse: (reader) => {
      const found = indexIn(shifts, reader.name());
      return found < 0 ? reader.reject('lsl, lsr, asr or ror') : reader.set('shift', found);
    },
    isDefault: (word) => read(word) === 0,
    omit: (reader) => reader.set('shift', 0),
  };
}

function addShift(row: Row): Operand {
  const read = reading(row, 'sh');
  return {
    print: (_word, context) => `lsl #${decimal(12, context)}`,
    parse: (reader) => {
      const value = reader.take('lsl') ? reader.expression() : undefined;
      return value === 0n || value === 12n
        ? reader.set('sh', value === 12n ? 1 : 0)
        : reader.reject('lsl #0 or lsl #12');
    },
    isDefault: (word) => read(word) === 0,
    omit: (reader) => reader.set('sh', 0),
  };
}

/** Extended register of add and subtract. UXTX (UXTW for W) is written LSL when a register is the stack pointer. */
function extend(row: Row): Operand {
  const [option, imm3, sf] = [reading(row, 'option'), reading(row, 'imm3'), reading(row, 'sf')];
  const [Rn, Rd] = [reading(row, 'Rn'), reading(row, 'Rd')];
  const mayBeSp = row.template.includes('<Rd|SP>');
  const isLsl = (word: number): boolean =>
    option(word) === 2 + sf(word) && (Rn(word) === 31 || (mayBeSp && Rd(word) === 31));
  const plain = (reader: OperandReader): number => 2 + (reader.get('sf') ?? 1);
  return {
    print: (word, context) => {
      const amount = imm3(word);
      const name = isLsl(word) ? 'lsl' : extensions[option(word)];
      return amount === 0 && name !== 'lsl' ? name : `${name} #${decimal(amount, context)}`;
    },
    isDefault: (word) => isLsl(word) && imm3(word) === 0,
    omit: (reader) => {
      if (reader.get('Rm.is64') === reader.get('sf')) {
        return reader.set('option', plain(reader)) && reader.set('imm3', 0);
      }
      // Beside the stack pointer GNU as takes a W register alone for one that is zero-extended.
      const besideSp = reader.get('Rn') === 31 || (mayBeSp && reader.get('Rd') === 31);
      return reader.get('sf') === 1 && besideSp
        ? reader.set('option', 2) && reader.set('imm3', 0)
        : reader.reject('an extension of the W register');
    },
    parse: (reader) => {
      const name = reader.name();
      const found = name === 'lsl' ? plain(reader) : indexIn(extensions, name);
      const wanted = reader.get('sf') === 1 && (found & 3) === 3 ? 1 : 0;
      if (found < 0 || reader.get('Rm.is64') !== wanted) {
        return reader.reject(`uxtb to sxtx, or lsl, that fits the width of the register`);
      }
      const amount = reader.expression() ?? (name === 'lsl' ? undefined : 0n);
      if (amount === undefined || amount < 0n || amount > 4n) return reader.reject('a shift from 0 to 4');
      return reader.set('option', found) && reader.set('imm3', Number(amount));
    },
  };
}

/** Extended register of a load or store: the amount is 0 or the access size. */
function loadExtend(row: Row): Operand {
  const [option, S] = [reading(row, 'option'), reading(row, 'S')];
  const scale = scaleOf(row);
  return {
    print: (word, context) => {
      const name = option(word) === 3 ? 'lsl' : extensions[option(word)];
      return S(word) === 1 ? `${name} #${decimal(scale.read(word), context)}` : name;
    },
    isDefault: (word) => option(word) === 3 && S(word) === 0,
    omit: (reader) => {
      if (reader.get('Rm.is64') !== 1) return reader.reject('an X register, or uxtw or sxtw');
      return reader.set('option', 3) && reader.set('S', 0);
    },
    parse: (reader) => {
      const name = reader.name();
      const found = name === 'lsl' ? 3 : indexIn(extensions, name);
      if (found < 0 || (found & 2) === 0 || name === 'uxtx' || reader.get('Rm.is64') !== (found & 1)) {
        return reader.reject('lsl, uxtw, sxtw or sxtx that fits the width of the register');
      }
      const size = scale.get(reader);
      const amount = reader.expression();
      if (amount === undefined && name === 'lsl') return reader.reject(`a shift of 0 or ${size}`);
      if (amount !== undefined && amount !== 0n && amount !== BigInt(size)) {
        return reader.reject(`a shift of 0 or ${size}`);
      }
      const shifted = amount !== undefined && amount === BigInt(size);
      return reader.set('option', found) && reader.set('S', Number(shifted));
    },
  };
}

function scaledOffset(row: Row): Operand {
  const imm12 = reading(row, 'imm12');
  const scale = scaleOf(row);
  return {
    ...integer({
      read: (word) => imm12(word) * 2 ** scale.read(word),
      format: 'decimal',
      range: () => [0, 0],
      write: () => false,
    }),
    parse: (reader) => {
      const step = 2 ** scale.get(reader);
      const value = reader.expression();
      const expected = `an offset from 0 to ${4095 * step}, a multiple of ${step}`;
      if (value === undefined || value < 0n || value > 4095 * step) return reader.reject(expected);
      const units = Number(value) / step;
      return Number.isInteger(units) ? reader.set('imm12', units) : reader.reject(expected);
    },
    isDefault: (word) => imm12(word) === 0,
    omit: (reader) => reader.set('imm12', 0),
  };
}

/** Pairs of S, D or Q registers. */
function fpPairOffset(row: Row): Operand {
  const scaled = [4, 8, 16, 16].map((bytes) => signed(row, 'imm7', bytes));
  const [opc, imm7] = [reading(row, 'opc'), reading(row, 'imm7')];
  return {
    print: (word, context) => scaled[opc(word)].print(word, context),
    parse: (reader) => scaled[reader.get('opc') ?? 0].parse(reader),
    isDefault: (word) => imm7(word) === 0,
    omit: (reader) => reader.set('imm7', 0),
  };
}

function pairOffset(row: Row): Operand {
  if (row.name.startsWith('stgp')) return signed(row, 'imm7', 16);
  if (has(row, 'opc')) return fpPairOffset(row);
  if (!has(row, 'sf')) return signed(row, 'imm7', 4);
  const [word32, word64] = [signed(row, 'imm7', 4), signed(row, 'imm7', 8)];
  const sf = reading(row, 'sf');
  return {
    print: (word, context) => (sf(word) === 1 ? word64 : word32).print(word, context),
    parse: (reader) => (reader.get('sf') === 1 ? word64 : word32).parse(reader),
    isDefault: (word) => reading(row, 'imm7')(word) === 0,
    omit: (reader) => reader.set('imm7', 0),
  };
}

/** LDRAA and LDRAB: ten bits, `S:imm9`, times 8. */
function authOffset(row: Row): Operand {
  const [S, imm9] = [reading(row, 'S'), reading(row, 'imm9')];
  return integer({
    read: (word) => (imm9(word) - S(word) * 512) * 8,
    format: 'decimal',
    range: () => [-4096, 4088],
    step: 8,
    write: (reader, value) => reader.set('S', value < 0 ? 1 : 0) && reader.set('imm9', (value / 8) & 511),
    fallback: 0,
  });
}

function printTarget(row: Row): Operand['print'] {
  const offset = offsetReader(row);
  if (offset === undefined) throw new Error(`row '${row.name}' has no target`);
  const isPage = row.name === 'adrp';
  return (word, { address, target }) => {
    const distant = offset(word);
    if (address === undefined) return distant < 0 ? `.-${-distant}` : `.+${distant}`;
    const at = (isPage ? Math.floor(address / page) * page : address) + distant;
    return target === undefined ? formatAddress(at) : target(at);
  };
}

/** The distance to a target in `step` bytes, checked against a signed field. */
function distance(reader: OperandReader, from: number, width: number, step: number): number | undefined {
  const target = reader.target();
  const half = 2 ** (width - 1);
  const offset = target === undefined ? undefined : Number(BigInt.asIntN(64, target)) - from;
  const low = -half * step;
  const high = (half - 1) * step;
  if (offset === undefined || offset < low || offset > high || offset % step !== 0) {
    const multiple = step === 1 ? '' : `, a multiple of ${step}`;
    const distant = offset === undefined ? '' : ` (this one is ${offset} away)`;
    reader.reject(`a target ${low} to ${high} bytes away${multiple}${distant}`);
    return undefined;
  }
  return (offset / step) & (2 ** width - 1);
}

function label(row: Row): Operand {
  const name = ['imm26', 'imm19', 'imm14', 'imm9'].find((n) => has(row, n)) ?? 'imm26';
  const width = widthOf(row, name);
  return {
    print: printTarget(row),
    parse: (reader) => {
      const units = distance(reader, reader.address, width, 4);
      return units !== undefined && reader.set(name, units);
    },
  };
}

/** ADR counts bytes from the instruction, ADRP pages from its page. */
function adr(row: Row): Operand {
  return {
    print: printTarget(row),
    parse: (reader) => {
      const units = distance(reader, reader.address, 21, 1);
      return units !== undefined && reader.set('immlo', units & 3) && reader.set('immhi', units >> 2);
    },
  };
}

function adrp(row: Row): Operand {
  return {
    print: printTarget(row),
    parse: (reader) => {
      const target = reader.target();
      const expected = 'a target at most 4 GiB away';
      if (target === undefined) return reader.reject(expected);
      const to = Math.floor(Number(BigInt.asIntN(64, target)) / page);
      const pages = to - Math.floor(reader.address / page);
      if (pages < -(2 ** 20) || pages >= 2 ** 20) return reader.reject(expected);
      const units = pages & 0x1fffff;
      return reader.set('immlo', units & 3) && reader.set('immhi', units >> 2);
    },
  };
}

/** The place of the signing instruction, at most 65,535 words before: RETAASPPC, AUTIASPPC and their kin. */
function backward(row: Row): Operand {
  const imm16 = reading(row, 'imm16');
  return {
    print: (word, { address, target }) => {
      const distant = imm16(word) * 4;
      if (address === undefined) return `.-${distant}`;
      return target === undefined ? formatAddress(address - distant) : target(address - distant);
    },
    parse: (reader) => {
      const target = reader.target();
      const distant = target === undefined ? undefined : reader.address - Number(BigInt.asIntN(64, target));
      return distant !== undefined && distant >= 0 && distant <= 65_535 * 4 && distant % 4 === 0
        ? reader.set('imm16', distant / 4)
        : reader.reject('an address 0 to 262140 bytes before this one, a multiple of 4');
    },
  };
}

/** Bit number of TBZ and TBNZ, `b5:b40`; a W register reaches bits 0 to 31. */
function bit(row: Row): Operand {
  const [b5, b40] = [reading(row, 'b5'), reading(row, 'b40')];
  return integer({
    read: (word) => b5(word) * 32 + b40(word),
    format: 'decimal',
    range: (reader) => [0, reader.get('Rt.is64') === 1 ? 63 : 31],
    write: (reader, value) => reader.set('b5', value >> 5) && reader.set('b40', value & 31),
  });
}

/** The offset or shift of instructions that have none. */
function noOffset(): Operand {
  return {
    print: () => '0',
    parse: (reader) =>
      reader.expression() === 0n || reader.reject('#0, which is all that the instruction has'),
    isDefault: () => true,
    omit: () => true,
  };
}

/** The step by which a base is written back: the bytes of one or two registers, up or down. */
function step(registers: 1 | 2, sign: 1 | -1): OperandMaker {
  return (row) => {
    const sz = reading(row, 'sz');
    const bytes = (wide: number): number => sign * registers * (wide === 1 ? 8 : 4);
    return integer({
      read: (word) => bytes(sz(word)),
      format: 'decimal',
      range: (reader) => [bytes(reader.get('sz') ?? 0), bytes(reader.get('sz') ?? 0)],
      write: () => true,
    });
  };
}

/** Whether a row's text depends on where the word is: whether its template has a symbol of a target. */
export function isRelative({ template }: Row): boolean {
  return /<(?:label|adrp?|backward)>/.test(template);
}

/** Shifts, extensions, offsets and PC-relative targets: name of the symbol to operand. */
export function addresses(): Readonly<Record<string, OperandMaker>> {
  return {
    shift,
    sh: addShift,
    extend,
    ldext: loadExtend,
    pimm: scaledOffset,
    simm7: pairOffset,
    simm9: (row) => signed(row, 'imm9', 1),
    simm9g: (row) => signed(row, 'imm9', 16),
    simm10: authOffset,
    nooffset: noOffset,
    one: step(1, 1),
    two: step(2, 1),
    minusone: step(1, -1),
    minustwo: step(2, -1),
    label,
    adr,
    adrp,
    backward,
    bit,
  };
}
