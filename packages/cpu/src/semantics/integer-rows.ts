import type { RowName } from '@quiesce/insn';
import type { Bind, Meaning, Operation, Run } from '../operation.ts';
import {
  addExtended,
  addImmediate,
  addShifted,
  addWithCarry,
  compareImmediateIf,
  compareRegisterIf,
} from './add-subtract.ts';
import { result, shift64 } from '../integer.ts';
import {
  countLeading,
  cyclicRedundancy,
  divide,
  multiplyAdd,
  multiplyAddLong,
  multiplyHigh,
  reverse,
  shiftVariable,
} from './data-processing.ts';
import { type Get, bindLogicalImmediate, immediate, registers, signed, sizeOf } from './fields.ts';
import { logicalImmediate, logicalShifted } from './logical.ts';
import {
  bitfieldMove,
  conditionalSelect,
  extract,
  formAddress,
  moveKeep,
  moveWide,
  unsignedBitfieldMove,
} from './move.ts';

/** Constants that a row gives its operation before its fields are read. */
type Constants = Partial<Pick<Operation, 'code' | 'carry' | 'flags' | 'type' | 'sf'>>;

function meaning(run: Run, constants: Constants, bind: Bind): Meaning {
  return {
    run,
    bind: (o, get) => {
      Object.assign(o, constants);
      bind(o, get);
    },
  };
}

const three: Bind = (o, get) => registers(o, get, { rd: 'Rd', rn: 'Rn', rm: 'Rm', sf: 'sf' });
const two: Bind = (o, get) => registers(o, get, { rd: 'Rd', rn: 'Rn', sf: 'sf' });
const long: Bind = (o, get) => registers(o, get, { rd: 'Rd', rn: 'Rn', rm: 'Rm' });
const four: Bind = (o, get) => {
  three(o, get);
  o.ra = 2 * get('Ra');
};
const longFour: Bind = (o, get) => {
  long(o, get);
  o.ra = 2 * get('Ra');
};

const addSubtractImmediate = (carry: 0 | 1, flags: boolean): Meaning =>
  meaning(addImmediate, { carry, flags }, (o, get) => {
    two(o, get);
    immediate(o, get('imm12') << (12 * get('sh')), 0);
  });

const addSubtractShifted = (carry: 0 | 1, flags: boolean): Meaning =>
  meaning(addShifted, { carry, flags }, (o, get) => {
    three(o, get);
    o.type = get('shift');
    o.amount = get('imm6');
  });

const addSubtractExtended = (carry: 0 | 1, flags: boolean): Meaning =>
  meaning(addExtended, { carry, flags }, (o, get) => {
    three(o, get);
    o.type = get('option');
    o.amount = get('imm3');
  });

const shiftedLogical = (code: number, carry: 0 | 1): Meaning =>
  meaning(logicalShifted, { code, carry }, (o, get) => {
    three(o, get);
    o.type = get('shift');
    o.amount = get('imm6');
  });

const maskedLogical = (code: number): Meaning => meaning(logicalImmediate, { code }, bindLogicalImmediate);

const select = (code: number): Meaning =>
  meaning(conditionalSelect, { code }, (o, get) => {
    three(o, get);
    o.condition = get('cond');
  });

const bitfield = (code: number): Meaning =>
  meaning(bitfieldMove, { code }, (o, get) => {
    two(o, get);
    o.amount = get('immr');
    o.imms = get('imms');
  });

/** The mask of UBFM: where the field ends up. */
const unsignedBitfield: Meaning = meaning(unsignedBitfieldMove, {}, (o, get) => {
  two(o, get);
  o.amount = get('immr');
  const imms = get('imms');
  const down = imms >= o.amount;
  shift64(-1, -1, 1, down ? 63 - imms + o.amount : 63 - imms);
  shift64(result.low, result.high, 0, down ? 0 : (o.sf === 1 ? 64 : 32) - o.amount);
  o.low = result.low;
  o.high = result.high;
});

/** Puts the 16 bits of a wide move at their position. */
function wide(o: Operation, get: Get, invert: boolean): void {
  registers(o, get, { rd: 'Rd', sf: 'sf' });
  const position = 16 * get('hw');
  const low = position < 32 ? get('imm16') << position : 0;
  const high = position < 32 ? 0 : get('imm16') << (position - 32);
  o.low = invert ? ~low : low;
  o.high = o.sf === 0 ? 0 : invert ? ~high : high;
}

const pcRelative = (code: number): Meaning =>
  meaning(formAddress, { code }, (o, get) => {
    registers(o, get, { rd: 'Rd' });
    o.offset = signed(get('immhi') * 4 + get('immlo'), 21) * (code === 1 ? 4096 : 1);
  });

/** CCMN and CCMP: compares, or sets the flags that the instruction holds. */
const compareIf = (carry: 0 | 1, immediateOperand: boolean): Meaning =>
  meaning(immediateOperand ? compareImmediateIf : compareRegisterIf, { carry }, (o, get) => {
    registers(o, get, { rn: 'Rn', sf: 'sf', ...(immediateOperand ? {} : { rm: 'Rm' }) });
    if (immediateOperand) o.low = get('imm5');
    o.condition = get('cond');
    o.amount = get('nzcv') << 28;
  });

const crc = (code: number): Meaning =>
  meaning(cyclicRedundancy, { code }, (o, get) => {
    long(o, get);
    o.size = sizeOf(get('sz'));
    o.sf = 0;
  });

/** Integer data processing, by row. */
export const integerRows: readonly (readonly [RowName, Meaning])[] = [
  ['adr', pcRelative(0)],
  ['adrp', pcRelative(1)],
  ['add_imm', addSubtractImmediate(0, false)],
  ['adds_imm', addSubtractImmediate(0, true)],
  ['sub_imm', addSubtractImmediate(1, false)],
  ['subs_imm', addSubtractImmediate(1, true)],
  ['and_imm', maskedLogical(0)],
  ['orr_imm', maskedLogical(1)],
  ['eor_imm', maskedLogical(2)],
  ['ands_imm', maskedLogical(3)],
  ['movn', meaning(moveWide, {}, (o, get) => wide(o, get, true))],
  ['movz', meaning(moveWide, {}, (o, get) => wide(o, get, false))],
  [
    'movk',
    meaning(moveKeep, {}, (o, get) => {
      registers(o, get, { rd: 'Rd', sf: 'sf' });
      o.low = get('imm16');
      o.amount = 16 * get('hw');
    }),
  ],
  ['sbfm', bitfield(0)],
  ['bfm', bitfield(1)],
  ['ubfm', unsignedBitfield],
  [
    'extr',
    meaning(extract, {}, (o, get) => {
      three(o, get);
      o.amount = get('imms');
    }),
  ],
  ['udiv', meaning(divide, { code: 0 }, three)],
  ['sdiv', meaning(divide, { code: 1 }, three)],
  ['lslv', meaning(shiftVariable, { type: 0 }, three)],
  ['lsrv', meaning(shiftVariable, { type: 1 }, three)],
  ['asrv', meaning(shiftVariable, { type: 2 }, three)],
  ['rorv', meaning(shiftVariable, { type: 3 }, three)],
  ['crc32', crc(0)],
  ['crc32c', crc(1)],
  ['rbit', meaning(reverse, { code: 0 }, two)],
  ['rev16', meaning(reverse, { code: 1 }, two)],
  ['rev32', meaning(reverse, { code: 2 }, (o, get) => registers(o, get, { rd: 'Rd', rn: 'Rn' }))],
  ['rev', meaning(reverse, { code: 3 }, two)],
  ['clz', meaning(countLeading, { code: 0 }, two)],
  ['cls', meaning(countLeading, { code: 1 }, two)],
  ['and_shift', shiftedLogical(0, 0)],
  ['bic_shift', shiftedLogical(0, 1)],
  ['orr_shift', shiftedLogical(1, 0)],
  ['orn_shift', shiftedLogical(1, 1)],
  ['eor_shift', shiftedLogical(2, 0)],
  ['eon_shift', shiftedLogical(2, 1)],
  ['ands_shift', shiftedLogical(3, 0)],
  ['bics_shift', shiftedLogical(3, 1)],
  ['add_shift', addSubtractShifted(0, false)],
  ['adds_shift', addSubtractShifted(0, true)],
  ['sub_shift', addSubtractShifted(1, false)],
  ['subs_shift', addSubtractShifted(1, true)],
  ['add_ext', addSubtractExtended(0, false)],
  ['adds_ext', addSubtractExtended(0, true)],
  ['sub_ext', addSubtractExtended(1, false)],
  ['subs_ext', addSubtractExtended(1, true)],
  ['adc', meaning(addWithCarry, { carry: 0 }, three)],
  ['adcs', meaning(addWithCarry, { carry: 0, flags: true }, three)],
  ['sbc', meaning(addWithCarry, { carry: 1 }, three)],
  ['sbcs', meaning(addWithCarry, { carry: 1, flags: true }, three)],
  ['ccmn_reg', compareIf(0, false)],
  ['ccmp_reg', compareIf(1, false)],
  ['ccmn_imm', compareIf(0, true)],
  ['ccmp_imm', compareIf(1, true)],
  ['csel', select(0)],
  ['csinc', select(1)],
  ['csinv', select(2)],
  ['csneg', select(3)],
  ['madd', meaning(multiplyAdd, { code: 0 }, four)],
  ['msub', meaning(multiplyAdd, { code: 1 }, four)],
  ['smaddl', meaning(multiplyAddLong, { code: 0, type: 1 }, longFour)],
  ['smsubl', meaning(multiplyAddLong, { code: 1, type: 1 }, longFour)],
  ['umaddl', meaning(multiplyAddLong, { code: 0, type: 0 }, longFour)],
  ['umsubl', meaning(multiplyAddLong, { code: 1, type: 0 }, longFour)],
  ['smulh', meaning(multiplyHigh, { type: 1 }, long)],
  ['umulh', meaning(multiplyHigh, { type: 0 }, long)],
];
