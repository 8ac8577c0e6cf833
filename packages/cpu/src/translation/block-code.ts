import type { CacheType } from '@quiesce/memory';
import { cells } from '../cells.ts';
import type { Operation } from '../operation.ts';
import { Code, op, type } from './code.ts';

/** The locals of a translated block. The first two are its parameters; the rest is scratch of one instruction. */
export const local = {
  /** Where the state of the PE lies. */
  state: 0,
  /** How many instructions may be executed. */
  budget: 1,
  x64: 2,
  y64: 3,
  result64: 4,
  first: 5,
  second: 6,
  address: 7,
  x32: 8,
  y32: 9,
  result32: 10,
  host: 11,
} as const;

/** What {@link local} declares behind the parameters. */
export const declared: readonly (readonly [count: number, type: number])[] = [
  [6, type.i64],
  [4, type.i32],
];

/** Functions that blocks import, by their index. */
export const imported = { interpret: 0, written: 1 } as const;

/** The zero register's cell; and the cell that register 31 means where it is the stack pointer. */
export const ZR: number = cells.XZR;
export const stackPointer = (cell: number): number => (cell === ZR ? cells.SP_EL1 : cell);

/** The instruction side of the memory that blocks access: the clocks of its words, and the caches. */
export interface ClockedText {
  /**
   * How far behind a word its clock lies, in bytes of the shared memory. The clock cells of a PE (`clockCells` of
   * @quiesce/memory) lie behind its cells. A load of a word whose clock its PE has not learned from is interpreted, and so is a
   * store by a PE that has no clock.
   */
  readonly clocks: number;
  /** What it says of cleaning and invalidation: what does nothing is not interpreted. */
  readonly cache: CacheType;
}

/** What blocks find in the shared memory beside the states. */
export interface Surroundings {
  /** The place of the page table. */
  readonly pages: number;
  /** Undefined where a fetch gives the newest word, always. */
  readonly side: ClockedText | undefined;
}

/** What a comparison of this block left: its operands, which still are in locals. */
interface Compared {
  readonly isWide: boolean;
}

/** Conditions that are one comparison of the operands of a subtraction, by condition number with bit 0 clear. */
const comparisons: Readonly<Partial<Record<number, number>>> = {
  0: op.equal,
  2: op.atLeast,
  8: op.greater,
  10: op.atLeastSigned,
  12: op.greaterSigned,
};

/** The code of one block while it is written, one instruction after the other. */
export class BlockCode {
  readonly code: Code = new Code();
  /** Address of the instruction that is written now. */
  pc = 0;
  /** Instructions of the block before it. */
  position = 0;
  /** Set where the flags are those of a subtraction whose operands are in {@link local}.x64 and y64, or x32 and y32. */
  compared: Compared | undefined;
  readonly around: Surroundings;
  readonly #indexOf: (operation: Operation) => number;

  /** `indexOf` numbers the operations that are interpreted. */
  constructor(around: Surroundings, indexOf: (operation: Operation) => number) {
    this.around = around;
    this.#indexOf = indexOf;
  }

  /** Pushes a register, or its lower half. */
  read(cell: number, isWide: boolean): void {
    const { code } = this;
    if (cell === ZR) this.constant(0, 0, isWide);
    else code.get(local.state).access(isWide ? op.load64 : op.load32, 4 * cell);
  }

  /** Pushes a constant of two halves. */
  constant(low: number, high: number, isWide: boolean): void {
    if (isWide) this.code.constant64((BigInt(high) << 32n) | BigInt(low >>> 0));
    else this.code.constant32(low);
  }

  /** Sets a register to what `value` pushes; the upper half to 0 where that has 32 bits. */
  write(cell: number, isWide: boolean, value: () => void): void {
    if (cell === ZR) return;
    this.code.get(local.state);
    value();
    if (!isWide) this.code.put(op.extend);
    this.code.access(op.store64, 4 * cell);
  }

  /** Stores the program counter. */
  goTo(address: number): void {
    this.code
      .get(local.state)
      .constant64(BigInt(address))
      .access(op.store64, 4 * cells.PC);
  }

  /** Leaves the code around where what the instructions push is not 0. */
  leaveIf(...condition: readonly number[]): void {
    this.code.put(...condition, op.branchIf, 0);
  }

  /** Has the PE execute the instruction itself, and leaves the block unless it comes to the next one. */
  interpret(operation: Operation): void {
    this.goTo(this.pc);
    this.code.constant32(this.#indexOf(operation)).put(op.call).unsigned(imported.interpret);
    this.code.put(op.if, type.none);
    this.leave(this.position + 1);
    this.code.put(op.end);
  }

  /** Ends the block and the run of blocks after so many of its instructions. */
  leave(executed: number): void {
    const { code } = this;
    code.get(local.budget).constant32(executed).put(op.subtract).constant32(-1).put(op.xor, op.return);
  }

  /** Pushes the flags of the operands and the result in locals, as NZCV has them, and stores them. */
  setFlags(isWide: boolean, subtracts: boolean): void {
    const { code } = this;
    const [x, y, result] = isWide
      ? [local.x64, local.y64, local.result64]
      : [local.x32, local.y32, local.result32];
    const signs = (): void => {
      // Overflow is in the sign: of operands that differ where they must not, and of a result that differs from the first.
      code
        .get(x)
        .get(subtracts ? y : result)
        .arithmetic(op.xor, isWide);
      code
        .get(subtracts ? x : y)
        .get(result)
        .arithmetic(op.xor, isWide);
      code.arithmetic(op.and, isWide);
    };
    code.get(local.state);
    this.#negativeAndZero(isWide, result);
    if (subtracts) code.get(x).get(y).arithmetic(op.atLeast, isWide);
    else code.get(result).get(x).arithmetic(op.less, isWide);
    code.constant32(29).put(op.shiftLeft, op.or);
    signs();
    this.#sign(isWide);
    code.constant32(28).put(op.shiftLeft, op.or);
    code.access(op.store32, 4 * cells.NZCV);
    this.compared = subtracts ? { isWide } : undefined;
  }

  /** Stores N and Z of the result in its local; C and V are 0. */
  setLogicalFlags(isWide: boolean): void {
    this.code.get(local.state);
    this.#negativeAndZero(isWide, isWide ? local.result64 : local.result32);
    this.code.access(op.store32, 4 * cells.NZCV);
    this.compared = undefined;
  }

  #negativeAndZero(isWide: boolean, result: number): void {
    const { code } = this;
    code.get(result);
    this.#sign(isWide);
    code.constant32(31).put(op.shiftLeft);
    code.get(result).arithmetic(op.isZero, isWide).constant32(30).put(op.shiftLeft, op.or);
  }

  /** Replaces a value by its sign, 0 or 1. */
  #sign(isWide: boolean): void {
    this.constant(isWide ? 63 : 31, 0, isWide);
    this.code.arithmetic(op.shiftRight, isWide);
    if (isWide) this.code.put(op.wrap);
  }

  /** Pushes 1 where a condition holds, else 0. */
  condition(condition: number): void {
    const { code } = this;
    const kind = condition & ~1;
    if (kind === 14) {
      code.constant32(1);
      return;
    }
    const comparison = comparisons[kind];
    if (this.compared !== undefined && comparison !== undefined) {
      const { isWide } = this.compared;
      code.get(isWide ? local.x64 : local.x32).get(isWide ? local.y64 : local.y32);
      code.arithmetic(comparison, isWide);
    } else this.#ofFlags(kind);
    if ((condition & 1) === 1) code.put(op.isZero);
  }

  #flag(bit: number): Code {
    const { code } = this;
    code.get(local.state).access(op.load32, 4 * cells.NZCV);
    return code.constant32(bit).put(op.shiftRight).constant32(1).put(op.and);
  }

  #ofFlags(kind: number): void {
    const simple: Readonly<Partial<Record<number, number>>> = { 0: 30, 2: 29, 4: 31, 6: 28 };
    const bit = simple[kind];
    if (bit !== undefined) this.#flag(bit);
    else if (kind === 8) {
      this.#flag(29);
      this.#flag(30).put(op.greater);
    } else {
      this.#flag(31);
      this.#flag(28).put(op.equal);
      if (kind === 12) this.#flag(30).put(op.greater);
    }
  }
}
