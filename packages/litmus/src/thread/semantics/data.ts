import { logicalImmediate } from '@quiesce/insn';
import type { BinaryOperator } from '../expression.ts';
import type { Operand } from '../state.ts';
import { type Outcome, type Step, immediate, next } from '../step.ts';
import { equal, union } from '../sources.ts';
import { word64 } from '../../program/word64.ts';
import { baseOf } from './accesses.ts';
import { type Fields, type Meaning, widthOf } from './meaning.ts';

const number = (step: Step, value: number): Operand => immediate(step.expressions.integer(value));

/** An operation of two operands, which may set the flags. */
function operate(
  step: Step,
  fields: Fields,
  operator: BinaryOperator,
  left: Operand,
  right: Operand,
  setsFlags: boolean,
): Outcome {
  const bits = widthOf(fields);
  if (setsFlags) {
    const isLogical = operator === 'and' || operator === 'and-not';
    const [l, r] =
      operator === 'and-not'
        ? [step.compute(operator, bits, [left, right]), number(step, -1)]
        : [left, right];
    step.setFlags(
      isLogical ? 'condition-of-and' : operator === 'add' ? 'condition-of-add' : 'condition-of-subtract',
      bits,
      l,
      r,
    );
    if (fields['Rd'] === 31) return next;
  } else if (fields['Rd'] === 31 && 'imm12' in fields) baseOf(step, 31);
  step.setRegister(fields['Rd'], step.compute(operator, bits, [left, right]));
  return next;
}

const withImmediate =
  (operator: BinaryOperator, setsFlags: boolean): Meaning =>
  (step, fields) => {
    const left = fields['Rn'] === 31 ? baseOf(step, 31) : step.register(fields['Rn'], widthOf(fields));
    return operate(
      step,
      fields,
      operator,
      left,
      number(step, fields['imm12'] << (12 * fields['sh'])),
      setsFlags,
    );
  };

const withBitmask =
  (operator: BinaryOperator, setsFlags: boolean): Meaning =>
  (step, fields) => {
    const bits = widthOf(fields);
    const mask = logicalImmediate(fields['N'], fields['immr'], fields['imms'], bits === 64);
    const right = immediate(step.expressions.word({ low: (mask?.lo ?? 0) | 0, high: (mask?.hi ?? 0) | 0 }));
    return operate(step, fields, operator, step.register(fields['Rn'], bits), right, setsFlags);
  };

const shifts: readonly BinaryOperator[] = ['shift-left', 'shift-right', 'shift-right-signed', 'rotate-right'];

const withShifted =
  (operator: BinaryOperator, setsFlags: boolean): Meaning =>
  (step, fields) => {
    const bits = widthOf(fields);
    const right = step.register(fields['Rm'], bits);
    const shifted =
      fields['imm6'] === 0
        ? right
        : step.compute(shifts[fields['shift']], bits, [right, number(step, fields['imm6'])]);
    return operate(step, fields, operator, step.register(fields['Rn'], bits), shifted, setsFlags);
  };

const withExtended =
  (operator: BinaryOperator, setsFlags: boolean): Meaning =>
  (step, fields) => {
    const bits = widthOf(fields);
    const option = fields['option'];
    const from = 8 << (option & 3);
    const index = step.register(fields['Rm'], from);
    const extended = option >= 4 && from < bits ? step.compute('sign-extend', bits, [index], from) : index;
    const right =
      fields['imm3'] === 0
        ? extended
        : step.compute('shift-left', bits, [extended, number(step, fields['imm3'])]);
    const left = fields['Rn'] === 31 ? baseOf(step, 31) : step.register(fields['Rn'], bits);
    return operate(step, fields, operator, left, right, setsFlags);
  };

const withVariable =
  (operator: BinaryOperator): Meaning =>
  (step, fields) => {
    const bits = widthOf(fields);
    return operate(
      step,
      fields,
      operator,
      step.register(fields['Rn'], bits),
      step.register(fields['Rm'], bits),
      false,
    );
  };

const moveWide =
  (kind: 'zero' | 'invert' | 'keep'): Meaning =>
  (step, fields) => {
    const bits = widthOf(fields);
    const shift = 16 * fields['hw'];
    const part = step.expressions.of('shift-left', bits, [
      step.expressions.integer(fields['imm16']),
      step.expressions.integer(shift),
    ]);
    const all = step.expressions.integer(-1);
    if (kind === 'zero') step.setRegister(fields['Rd'], immediate(part));
    else if (kind === 'invert')
      step.setRegister(fields['Rd'], immediate(step.expressions.of('xor', bits, [part, all])));
    else {
      const hole = step.expressions.of('shift-left', bits, [
        step.expressions.integer(0xffff),
        step.expressions.integer(shift),
      ]);
      const kept = step.compute('and-not', bits, [step.register(fields['Rd'], bits), immediate(hole)]);
      step.setRegister(fields['Rd'], step.compute('or', bits, [kept, immediate(part)]));
    }
    return next;
  };

/** UBFM and SBFM: shifts, extensions and bit fields. */
const bitfield =
  (isSigned: boolean): Meaning =>
  (step, fields) => {
    const bits = widthOf(fields);
    const [immr, imms] = [fields['immr'], fields['imms']];
    const source = step.register(fields['Rn'], bits);
    const shift = (operator: BinaryOperator, operand: Operand, by: number): Operand =>
      by === 0 ? operand : step.compute(operator, bits, [operand, number(step, by)]);
    // The field is moved to the top, and then to its place.
    const top = shift('shift-left', source, bits - 1 - imms);
    const back = imms >= immr ? bits - 1 - imms + immr : bits - 1 - imms - (bits - immr);
    const right: BinaryOperator = isSigned ? 'shift-right-signed' : 'shift-right';
    if (back >= 0) step.setRegister(fields['Rd'], shift(right, top, back));
    else step.setRegister(fields['Rd'], shift('shift-left', shift(right, top, bits - 1 - imms), bits - immr));
    return next;
  };

/** BFM: a field of one register replaces one of another. */
const insert: Meaning = (step, fields) => {
  const bits = widthOf(fields);
  const [immr, imms] = [fields['immr'], fields['imms']];
  const [width, to, from] = imms >= immr ? [imms - immr + 1, 0, immr] : [imms + 1, bits - immr, 0];
  const source = step.register(fields['Rn'], bits);
  const mask = (2n ** BigInt(width) - 1n) << BigInt(to);
  const low = from === 0 ? source : step.compute('shift-right', bits, [source, number(step, from)]);
  const field = to === 0 ? low : step.compute('shift-left', bits, [low, number(step, to)]);
  const constant = immediate(step.expressions.word(word64(mask)));
  const inserted = step.compute('and', bits, [field, constant]);
  const kept = step.compute('and-not', bits, [step.register(fields['Rd'], bits), constant]);
  step.setRegister(fields['Rd'], step.compute('or', bits, [kept, inserted]));
  return next;
};

/** CSEL and its kin: the path divides, for the result depends on the operand that is chosen. */
const select =
  (other: 'same' | 'increment' | 'invert' | 'negate'): Meaning =>
  (step, fields) => {
    const { expressions } = step;
    const bits = widthOf(fields);
    const condition = step.condition(fields['cond']);
    const taken = step.register(fields['Rn'], bits);
    const source = step.register(fields['Rm'], bits);
    const operator = ({ same: 'or', increment: 'add', invert: 'xor', negate: 'subtract' } as const)[other];
    const constant = number(step, { same: 0, increment: 1, invert: -1, negate: 0 }[other]);
    const alternative = step.compute(
      operator,
      bits,
      other === 'negate' ? [constant, source] : [source, constant],
    );
    const choose = (chosen: Operand, value = chosen.value): Outcome => {
      step.setRegister(fields['Rd'], {
        value,
        from: chosen.from,
        picked: union(condition.picked, chosen.picked),
      });
      return next;
    };
    const isSame = equal(taken.from, alternative.from) && equal(taken.picked, alternative.picked);
    if (isSame)
      return choose(taken, expressions.of('select', bits, [condition.value, taken.value, alternative.value]));
    const known = step.known(condition.value);
    const { one, zero } = expressions;
    if (known < 0) return step.divide(condition.value, [one.constant, zero.constant]);
    return choose(known === one.constant ? taken : alternative);
  };

const multiplyAdd =
  (operator: 'add' | 'subtract'): Meaning =>
  (step, fields) => {
    const bits = widthOf(fields);
    const product = step.compute('multiply', bits, [
      step.register(fields['Rn'], bits),
      step.register(fields['Rm'], bits),
    ]);
    return operate(step, fields, operator, step.register(fields['Ra'], bits), product, false);
  };

/** SMADDL, UMADDL and their negations: 32 bits times 32 bits. */
const multiplyLong =
  (operator: 'add' | 'subtract', isSigned: boolean): Meaning =>
  (step, fields) => {
    const factor = (field: string): Operand => {
      const word = step.register(fields[field], 32);
      return isSigned ? step.compute('sign-extend', 64, [word], 32) : word;
    };
    const product = step.compute('multiply', 64, [factor('Rn'), factor('Rm')]);
    step.setRegister(fields['Rd'], step.compute(operator, 64, [step.register(fields['Ra']), product]));
    return next;
  };

/** EXTR: bits from the middle of two registers. */
const extract: Meaning = (step, fields) => {
  const bits = widthOf(fields);
  const lowest = fields['imms'];
  const [high, low] = [step.register(fields['Rn'], bits), step.register(fields['Rm'], bits)];
  if (lowest === 0) {
    // The bits are those of the low register, but both registers are read for them.
    step.setRegister(fields['Rd'], { ...step.compute('or', bits, [high, low]), value: low.value });
  } else {
    const above = step.compute('shift-left', bits, [high, number(step, bits - lowest)]);
    const below = step.compute('shift-right', bits, [low, number(step, lowest)]);
    step.setRegister(fields['Rd'], step.compute('or', bits, [above, below]));
  }
  return next;
};

const address: Meaning = (step, fields) => {
  const offset = (((fields['immhi'] << 2) | fields['immlo']) << 11) >> 11;
  const target = step.state.pc + offset;
  step.setRegister(fields['Rd'], immediate(step.expressions.constant(step.program.constants.code(target))));
  return next;
};

/** Data processing. */
export const dataProcessing: Readonly<Record<string, Meaning>> = {
  add_imm: withImmediate('add', false),
  adds_imm: withImmediate('add', true),
  sub_imm: withImmediate('subtract', false),
  subs_imm: withImmediate('subtract', true),
  add_shift: withShifted('add', false),
  adds_shift: withShifted('add', true),
  sub_shift: withShifted('subtract', false),
  subs_shift: withShifted('subtract', true),
  add_ext: withExtended('add', false),
  adds_ext: withExtended('add', true),
  sub_ext: withExtended('subtract', false),
  subs_ext: withExtended('subtract', true),
  and_imm: withBitmask('and', false),
  ands_imm: withBitmask('and', true),
  orr_imm: withBitmask('or', false),
  eor_imm: withBitmask('xor', false),
  and_shift: withShifted('and', false),
  ands_shift: withShifted('and', true),
  bic_shift: withShifted('and-not', false),
  bics_shift: withShifted('and-not', true),
  orr_shift: withShifted('or', false),
  orn_shift: withShifted('or-not', false),
  eor_shift: withShifted('xor', false),
  eon_shift: withShifted('xor-not', false),
  lslv: withVariable('shift-left'),
  lsrv: withVariable('shift-right'),
  asrv: withVariable('shift-right-signed'),
  rorv: withVariable('rotate-right'),
  madd: multiplyAdd('add'),
  msub: multiplyAdd('subtract'),
  smaddl: multiplyLong('add', true),
  smsubl: multiplyLong('subtract', true),
  umaddl: multiplyLong('add', false),
  umsubl: multiplyLong('subtract', false),
  udiv: withVariable('unsigned-divide'),
  sdiv: withVariable('signed-divide'),
  extr: extract,
  movz: moveWide('zero'),
  movn: moveWide('invert'),
  movk: moveWide('keep'),
  ubfm: bitfield(false),
  sbfm: bitfield(true),
  bfm: insert,
  csel: select('same'),
  csinc: select('increment'),
  csinv: select('invert'),
  csneg: select('negate'),
  adr: address,
};
