import { cells } from '../cells.ts';
import { addWithCarry32, addWithCarry64, conditionHolds, result, shift32, shift64 } from '../integer.ts';
import type { Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';

const ZR = cells.XZR;

/** Writes the sum in `result` to a register that may be SP (register 31 of ADD and SUB without flags). */
function writeSum(pe: Pe, o: Operation): void {
  const d = o.rd === ZR ? pe.sp : o.rd;
  pe.state[d] = result.low;
  pe.state[d + 1] = result.high;
}

/** Adds `y` and `carry` to register `x` (a cell); flags and destination as the operation says. */
function add(pe: Pe, o: Operation, x: number, low: number, high: number, carry: number): void {
  const state = pe.state;
  if (o.sf === 1) addWithCarry64(state[x], state[x + 1], low, high, carry);
  else {
    result.low = addWithCarry32(state[x], low, carry);
    result.high = 0;
  }
  if (o.flags) {
    state[cells.NZCV] = result.flags;
    if (o.rd !== ZR) {
      state[o.rd] = result.low;
      state[o.rd + 1] = result.high;
    }
  } else writeSum(pe, o);
}

/** ADD, ADDS, SUB, SUBS (immediate): `low`, `high` hold the addend, inverted for a subtraction. */
export function addImmediate(pe: Pe, o: Operation): void {
  if (o.sf === 1 && !o.flags && o.rn !== ZR && o.rd !== ZR) {
    // The commonest instruction of all: no flags, no stack pointer.
    const state = pe.state;
    const low = (state[o.rn] >>> 0) + (o.low >>> 0) + o.carry;
    state[o.rd + 1] = (state[o.rn + 1] + o.high + (low > 0xffff_ffff ? 1 : 0)) | 0;
    state[o.rd] = low | 0;
    return;
  }
  add(pe, o, o.rn === ZR ? pe.sp : o.rn, o.low, o.high, o.carry);
}

/** ADD, ADDS, SUB, SUBS (shifted register). Register 31 is the zero register. */
export function addShifted(pe: Pe, o: Operation): void {
  const state = pe.state;
  let low = state[o.rm];
  let high = state[o.rm + 1];
  if (o.amount !== 0) {
    if (o.sf === 1) shift64(low, high, o.type, o.amount);
    else result.low = shift32(low, o.type, o.amount);
    low = result.low;
    high = result.high;
  }
  const invert = -o.carry;
  low ^= invert;
  high ^= invert;
  if (o.sf === 1) addWithCarry64(state[o.rn], state[o.rn + 1], low, high, o.carry);
  else {
    result.low = addWithCarry32(state[o.rn], low, o.carry);
    result.high = 0;
  }
  if (o.flags) state[cells.NZCV] = result.flags;
  if (o.rd !== ZR) {
    state[o.rd] = result.low;
    state[o.rd + 1] = result.high;
  }
}

/** ExtendReg() of the Arm ARM, into `result`: `option` as the instruction holds it, then a left shift. */
export function extend(pe: Pe, rm: number, option: number, amount: number): void {
  const low = pe.state[rm];
  let l = low;
  let h = 0;
  switch (option) {
    case 0:
      l = low & 0xff;
      break;
    case 1:
      l = low & 0xffff;
      break;
    case 2:
      break;
    case 3:
    case 7:
      h = pe.state[rm + 1];
      break;
    case 4:
      l = (low << 24) >> 24;
      h = l >> 31;
      break;
    case 5:
      l = (low << 16) >> 16;
      h = l >> 31;
      break;
    default:
      h = low >> 31;
  }
  shift64(l, h, 0, amount);
}

/** ADD, ADDS, SUB, SUBS (extended register). Register 31 is SP, except as the destination when flags are set. */
export function addExtended(pe: Pe, o: Operation): void {
  extend(pe, o.rm, o.type, o.amount);
  const invert = -o.carry;
  add(pe, o, o.rn === ZR ? pe.sp : o.rn, result.low ^ invert, result.high ^ invert, o.carry);
}

/** ADC, ADCS, SBC, SBCS: `carry` is 1 for the subtractions. */
export function addWithCarry(pe: Pe, o: Operation): void {
  const state = pe.state;
  const invert = -o.carry;
  const carryIn = (state[cells.NZCV] >>> 29) & 1;
  if (o.sf === 1) {
    addWithCarry64(state[o.rn], state[o.rn + 1], state[o.rm] ^ invert, state[o.rm + 1] ^ invert, carryIn);
  } else {
    result.low = addWithCarry32(state[o.rn], state[o.rm] ^ invert, carryIn);
    result.high = 0;
  }
  if (o.flags) state[cells.NZCV] = result.flags;
  if (o.rd !== ZR) {
    state[o.rd] = result.low;
    state[o.rd + 1] = result.high;
  }
}

/** CCMN, CCMP with an operand: `amount` holds the flags if the condition fails. */
function compareIf(pe: Pe, o: Operation, low: number, high: number): void {
  const state = pe.state;
  if (!conditionHolds(o.condition, state[cells.NZCV])) {
    state[cells.NZCV] = o.amount;
    return;
  }
  const invert = -o.carry;
  if (o.sf === 1) addWithCarry64(state[o.rn], state[o.rn + 1], low ^ invert, high ^ invert, o.carry);
  else addWithCarry32(state[o.rn], low ^ invert, o.carry);
  state[cells.NZCV] = result.flags;
}

/** CCMN, CCMP (immediate): `low` holds the operand. */
export function compareImmediateIf(pe: Pe, o: Operation): void {
  compareIf(pe, o, o.low, 0);
}

/** CCMN, CCMP (register). */
export function compareRegisterIf(pe: Pe, o: Operation): void {
  compareIf(pe, o, pe.state[o.rm], pe.state[o.rm + 1]);
}
