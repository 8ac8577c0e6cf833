import type { Operation, Run } from '../operation.ts';
import {
  addExtended,
  addImmediate,
  addShifted,
  compareImmediateIf,
  compareRegisterIf,
} from '../semantics/add-subtract.ts';
import { countLeading, multiplyAdd, shiftVariable } from '../semantics/data-processing.ts';
import { logicalImmediate, logicalShifted } from '../semantics/logical.ts';
import {
  bitfieldMove,
  conditionalSelect,
  formAddress,
  moveKeep,
  moveWide,
  unsignedBitfieldMove,
} from '../semantics/move.ts';
import { cells } from '../cells.ts';
import { type BlockCode, local, stackPointer } from './block-code.ts';
import { op, type } from './code.ts';

/** Writes what an operation does. Returns false where it has to be interpreted. */
export type Translate = (block: BlockCode, o: Operation) => boolean;

const isWide = (o: Operation): boolean => o.sf === 1;

/** Shifts by shift type; see `shift64` of the interpreter. */
const shifts = [op.shiftLeft, op.shiftRight, op.shiftRightSigned, op.rotateRight] as const;

/** Pushes a register, shifted as the operation says. */
function shifted(block: BlockCode, o: Operation): void {
  const wide = isWide(o);
  block.read(o.rm, wide);
  if (o.amount === 0) return;
  block.constant(o.amount, 0, wide);
  block.code.arithmetic(shifts[o.type], wide);
}

/** Pushes 64 bits of a register, extended as the option says and shifted. */
export function extended(block: BlockCode, rm: number, option: number, amount: number): void {
  const { code } = block;
  if ((option & 3) === 3) block.read(rm, true);
  else {
    const bits = 8 << (option & 3);
    block.read(rm, false);
    if (bits < 32)
      code
        .constant32(32 - bits)
        .put(op.shiftLeft)
        .constant32(32 - bits);
    if (bits < 32) code.put(option < 4 ? op.shiftRight : op.shiftRightSigned);
    code.put(option < 4 ? op.extend : op.extendSigned);
  }
  if (amount > 0) code.constant64(BigInt(amount)).arithmetic(op.shiftLeft, true);
}

/** A sum, or a difference where `carry` is 1, of what two functions push. */
function sum(block: BlockCode, o: Operation, rd: number, x: () => void, y: () => void): void {
  const { code } = block;
  const wide = isWide(o);
  const instruction = o.carry === 1 ? op.subtract : op.add;
  if (!o.flags) {
    block.write(rd, wide, () => {
      x();
      y();
      code.arithmetic(instruction, wide);
    });
    return;
  }
  compute(block, wide, instruction, x, y);
  block.setFlags(wide, o.carry === 1);
  block.write(rd, wide, () => code.get(wide ? local.result64 : local.result32));
}

/** Leaves operands and result in locals. */
function compute(block: BlockCode, wide: boolean, instruction: number, x: () => void, y: () => void): void {
  const [first, second, result] = wide
    ? [local.x64, local.y64, local.result64]
    : [local.x32, local.y32, local.result32];
  x();
  block.code.set(first);
  y();
  block.code.set(second);
  block.code.get(first).get(second).arithmetic(instruction, wide).set(result);
}

/** Pushes the immediate of an addition or subtraction, which is kept inverted for the latter. */
function addend(block: BlockCode, o: Operation): void {
  const invert = -o.carry;
  block.constant(o.low ^ invert, o.high ^ invert, isWide(o));
}

const translateAddImmediate: Translate = (block, o) => {
  const rd = o.flags ? o.rd : stackPointer(o.rd);
  const x = (): void => block.read(stackPointer(o.rn), isWide(o));
  sum(block, o, rd, x, () => addend(block, o));
  return true;
};

const translateAddShifted: Translate = (block, o) => {
  const x = (): void => block.read(o.rn, isWide(o));
  sum(block, o, o.rd, x, () => shifted(block, o));
  return true;
};

const translateAddExtended: Translate = (block, o) => {
  const rd = o.flags ? o.rd : stackPointer(o.rd);
  const x = (): void => block.read(stackPointer(o.rn), isWide(o));
  sum(block, o, rd, x, () => {
    extended(block, o.rm, o.type, o.amount);
    if (!isWide(o)) block.code.put(op.wrap);
  });
  return true;
};

/** AND, ORR, EOR, ANDS by operation code. */
const logical = [op.and, op.or, op.xor, op.and] as const;

function combine(block: BlockCode, o: Operation, rd: number, y: () => void): void {
  const { code } = block;
  const wide = isWide(o);
  const value = (): void => {
    block.read(o.rn, wide);
    y();
    code.arithmetic(logical[o.code], wide);
  };
  if (o.code !== 3) {
    block.write(rd, wide, value);
    return;
  }
  const result = wide ? local.result64 : local.result32;
  value();
  code.set(result);
  block.setLogicalFlags(wide);
  block.write(rd, wide, () => code.get(result));
}

const translateLogicalImmediate: Translate = (block, o) => {
  const rd = o.code === 3 ? o.rd : stackPointer(o.rd);
  combine(block, o, rd, () => block.constant(o.low, o.high, isWide(o)));
  return true;
};

const translateLogicalShifted: Translate = (block, o) => {
  const wide = isWide(o);
  combine(block, o, o.rd, () => {
    shifted(block, o);
    if (o.carry === 0) return;
    block.constant(-1, -1, wide);
    block.code.arithmetic(op.xor, wide);
  });
  return true;
};

const translateMoveWide: Translate = (block, o) => {
  block.write(o.rd, true, () => block.constant(o.low, o.high, true));
  return true;
};

const translateMoveKeep: Translate = (block, o) => {
  const at = BigInt(o.amount);
  block.write(o.rd, true, () => {
    block.read(o.rd, isWide(o));
    if (!isWide(o)) block.code.put(op.extend);
    block.code.constant64(~(0xffffn << at)).arithmetic(op.and, true);
    block.code.constant64(BigInt(o.low) << at).arithmetic(op.or, true);
  });
  return true;
};

const translateFormAddress: Translate = (block, o) => {
  const base = o.code === 1 ? Math.floor(block.pc / 4096) * 4096 : block.pc;
  block.write(o.rd, true, () => block.code.constant64(BigInt(base + o.offset)));
  return true;
};

const translateSelect: Translate = (block, o) => {
  const { code } = block;
  const wide = isWide(o);
  block.write(o.rd, wide, () => {
    block.read(o.rn, wide);
    block.read(o.rm, wide);
    if (o.code >= 2) {
      block.constant(-1, -1, wide);
      code.arithmetic(op.xor, wide);
    }
    if (o.code === 1 || o.code === 3) {
      block.constant(1, 0, wide);
      code.arithmetic(op.add, wide);
    }
    block.condition(o.condition);
    code.put(op.select);
  });
  return true;
};

const translateUnsignedBitfield: Translate = (block, o) => {
  const wide = isWide(o);
  block.write(o.rd, wide, () => {
    block.read(o.rn, wide);
    block.constant(o.amount, 0, wide);
    block.code.arithmetic(op.rotateRight, wide);
    block.constant(o.low, o.high, wide);
    block.code.arithmetic(op.and, wide);
  });
  return true;
};

/** SBFM; BFM is interpreted. */
const translateBitfield: Translate = (block, o) => {
  if (o.code !== 0) return false;
  const { code } = block;
  const wide = isWide(o);
  const width = wide ? 64 : 32;
  const isDown = o.imms >= o.amount;
  const shift = (instruction: number, by: number): void => {
    if (by === 0) return;
    block.constant(by, 0, wide);
    code.arithmetic(instruction, wide);
  };
  block.write(o.rd, wide, () => {
    block.read(o.rn, wide);
    shift(op.shiftLeft, width - 1 - o.imms);
    shift(op.shiftRightSigned, width - 1 - o.imms + (isDown ? o.amount : 0));
    shift(op.shiftLeft, isDown ? 0 : width - o.amount);
  });
  return true;
};

const translateShift: Translate = (block, o) => {
  const wide = isWide(o);
  block.write(o.rd, wide, () => {
    block.read(o.rn, wide);
    block.read(o.rm, wide);
    block.code.arithmetic(shifts[o.type], wide);
  });
  return true;
};

const translateMultiply: Translate = (block, o) => {
  const wide = isWide(o);
  block.write(o.rd, wide, () => {
    block.read(o.ra, wide);
    block.read(o.rn, wide);
    block.read(o.rm, wide);
    block.code.arithmetic(op.multiply, wide).arithmetic(o.code === 0 ? op.add : op.subtract, wide);
  });
  return true;
};

/** CLZ; CLS is interpreted. */
const translateLeadingZeros: Translate = (block, o) => {
  if (o.code !== 0) return false;
  const wide = isWide(o);
  block.write(o.rd, wide, () => {
    block.read(o.rn, wide);
    block.code.arithmetic(op.leadingZeros, wide);
  });
  return true;
};

/** CCMN, CCMP: the flags of a comparison where the condition holds, else those that the instruction holds. */
const compareIf =
  (y: (block: BlockCode, o: Operation) => void): Translate =>
  (block, o) => {
    const { code } = block;
    const wide = isWide(o);
    block.condition(o.condition);
    code.put(op.if, type.none);
    const x = (): void => block.read(o.rn, wide);
    compute(block, wide, o.carry === 1 ? op.subtract : op.add, x, () => y(block, o));
    block.setFlags(wide, o.carry === 1);
    code
      .put(op.else)
      .get(local.state)
      .constant32(o.amount)
      .access(op.store32, 4 * cells.NZCV)
      .put(op.end);
    block.compared = undefined;
    return true;
  };

/** Integer data processing: the operations that are translated, by what interprets them. */
export const integerCode: readonly (readonly [Run, Translate])[] = [
  [addImmediate, translateAddImmediate],
  [addShifted, translateAddShifted],
  [addExtended, translateAddExtended],
  [logicalImmediate, translateLogicalImmediate],
  [logicalShifted, translateLogicalShifted],
  [moveWide, translateMoveWide],
  [moveKeep, translateMoveKeep],
  [formAddress, translateFormAddress],
  [conditionalSelect, translateSelect],
  [unsignedBitfieldMove, translateUnsignedBitfield],
  [bitfieldMove, translateBitfield],
  [shiftVariable, translateShift],
  [multiplyAdd, translateMultiply],
  [countLeading, translateLeadingZeros],
  [compareImmediateIf, compareIf((block, o) => block.constant(o.low, 0, isWide(o)))],
  [compareRegisterIf, compareIf((block, o) => block.read(o.rm, isWide(o)))],
];
