import type { Constant, Constants } from '../program/constants.ts';
import {
  type Word64,
  add,
  not,
  signExtended,
  subtract,
  truncate,
  unsigned,
  word64,
} from '../program/word64.ts';

/** What an expression computes from its operands. */
export type Operator =
  'constant' | 'read' | 'truncate' | 'sign-extend' | 'select' | 'bit' | BinaryOperator | ConditionOperator;

/** Operations on two integers. */
export type BinaryOperator =
  | 'add'
  | 'subtract'
  | 'and'
  | 'or'
  | 'xor'
  | 'and-not'
  | 'or-not'
  | 'xor-not'
  | 'shift-left'
  | 'shift-right'
  | 'shift-right-signed'
  | 'rotate-right'
  | 'multiply'
  | 'unsigned-divide'
  | 'signed-divide'
  | 'signed-maximum'
  | 'signed-minimum'
  | 'unsigned-maximum'
  | 'unsigned-minimum';

/** A condition code applied to the flags of an operation on two operands. */
export type ConditionOperator = 'condition-of-subtract' | 'condition-of-add' | 'condition-of-and';

/** A value that depends on what the events of a thread read. */
export interface Expression {
  readonly operator: Operator;
  /** The number of the constant; -1 where it is not known. */
  readonly constant: number;
  /** The index of the event whose value a `read` is. */
  readonly read: number;
  /** Width of the operation: 8, 16, 32 or 64. */
  readonly bits: number;
  /** The condition code; the bit that is tested; the width that is extended. */
  readonly detail: number;
  readonly operands: readonly Expression[];
}

/** Whether two expressions are the same computation, and so have the same value. */
export function sameExpression(a: Expression, b: Expression): boolean {
  return (
    a === b ||
    (a.operator === b.operator &&
      a.constant === b.constant &&
      a.read === b.read &&
      a.bits === b.bits &&
      a.detail === b.detail &&
      a.operands.length === b.operands.length &&
      a.operands.every((operand, i) => sameExpression(operand, b.operands[i])))
  );
}

const none: readonly Expression[] = [];

/** Makes expressions, and computes what can be computed at once. */
export class Expressions {
  readonly constants: Constants;
  readonly zero: Expression;
  readonly one: Expression;
  readonly #constants: Expression[] = [];

  constructor(constants: Constants) {
    this.constants = constants;
    this.zero = this.integer(0);
    this.one = this.integer(1);
  }

  constant(id: number): Expression {
    return (this.#constants[id] ??= {
      operator: 'constant',
      constant: id,
      read: -1,
      bits: 64,
      detail: 0,
      operands: none,
    });
  }

  integer(value: number): Expression {
    return this.word(word64(BigInt(value)));
  }

  word(word: Word64): Expression {
    return this.constant(this.constants.integer(word));
  }

  /** What event `index` of the thread reads, of which `bits` bits count. */
  read(index: number, bits: number): Expression {
    return { operator: 'read', constant: -1, read: index, bits, detail: 0, operands: none };
  }

  of(operator: Operator, bits: number, operands: readonly Expression[], detail = 0): Expression {
    const simple = this.#simplified(operator, bits, operands);
    if (simple !== undefined) return simple;
    const expression: Expression = { operator, constant: -1, read: -1, bits, detail, operands };
    if (operands.every(({ constant }) => constant >= 0)) {
      return this.constant(
        this.#apply(
          expression,
          operands.map(({ constant }) => constant),
        ),
      );
    }
    return expression;
  }

  /** The low `bits` bits of a register. */
  truncated(value: Expression, bits: number): Expression {
    if (bits >= 64 || (value.constant < 0 && value.operator !== 'select' && value.bits <= bits)) return value;
    return this.of('truncate', bits, [value]);
  }

  /** The constant that an expression is when event `i` reads constant `valueOf(i)`, negative where unknown; else -1. */
  evaluate(expression: Expression, valueOf: (event: number) => number): number {
    const { operator, constant, operands } = expression;
    if (constant >= 0) return constant;
    if (operator === 'read') {
      const value = valueOf(expression.read);
      return value < 0 ? -1 : this.#truncated(value, expression.bits);
    }
    if (operator === 'select') {
      const chosen = this.evaluate(operands[0], valueOf);
      return chosen < 0 ? -1 : this.evaluate(operands[chosen === this.one.constant ? 1 : 2], valueOf);
    }
    const left = this.evaluate(operands[0], valueOf);
    if (left < 0) return -1;
    if (operands.length === 1) return this.#apply(expression, [left]);
    const right = this.evaluate(operands[1], valueOf);
    return right < 0 ? -1 : this.#apply(expression, [left, right]);
  }

  /** Identities that hold whatever is read. */
  #simplified(operator: Operator, bits: number, operands: readonly Expression[]): Expression | undefined {
    const [left, right] = operands as readonly (Expression | undefined)[];
    const isZero = (e: Expression | undefined): boolean => e === this.zero;
    if (operator === 'select') {
      if (operands[1] === operands[2]) return operands[1];
      return operands[0].constant < 0 ? undefined : operands[operands[0] === this.one ? 1 : 2];
    }
    if ((operator === 'xor' || operator === 'subtract') && left === right) return this.zero;
    if (operator === 'and' && (isZero(left) || isZero(right))) return this.zero;
    const isNeutral = operator === 'or' || operator === 'add' || operator === 'xor';
    if (isNeutral && isZero(left) && right !== undefined) return this.truncated(right, bits);
    if (
      (isNeutral || operator === 'subtract' || operator === 'shift-left') &&
      isZero(right) &&
      left !== undefined
    ) {
      return this.truncated(left, bits);
    }
    return undefined;
  }

  #truncated(id: number, bits: number): number {
    const constant = this.constants.of(id);
    if (bits >= 64 || constant.kind !== 'integer') return id;
    return this.constants.integer(truncate(constant.word, bits));
  }

  #apply({ operator, bits, detail }: Expression, ids: readonly number[]): number {
    const [left, right] = ids.map((id) => this.constants.of(id)) as [Constant, Constant];
    switch (operator) {
      case 'truncate':
        return this.#truncated(ids[0], bits);
      case 'sign-extend':
        if (left.kind !== 'integer') return ids[0];
        return this.constants.integer(truncate(signExtended(left.word, detail), bits));
      case 'bit':
        if (left.kind !== 'integer') return this.#nothing('a bit of', left);
        return (detail < 32 ? left.word.low >>> detail : left.word.high >>> (detail - 32)) & 1
          ? this.one.constant
          : this.zero.constant;
      case 'condition-of-subtract':
      case 'condition-of-add':
      case 'condition-of-and':
        return this.#condition(operator, bits, detail, ids);
      case 'add':
      case 'subtract':
        if (left.kind !== 'integer' || right.kind !== 'integer') return this.#moved(operator, left, right);
        break;
    }
    for (const constant of [left, right]) {
      if (constant.kind === 'nothing') return this.constants.nothing(constant.why);
    }
    if (left.kind !== 'integer' || right.kind !== 'integer') {
      return this.#nothing(`'${operator}' of`, left.kind === 'integer' ? right : left);
    }
    // A select and a constant are never applied, so the rest are operations on integers.
    const word = binary(
      operator as BinaryOperator,
      truncate(left.word, bits),
      truncate(right.word, bits),
      bits,
    );
    return this.constants.integer(truncate(word, bits));
  }

  /** Adds a distance to an address, or takes the distance of two addresses of one object. */
  #moved(operator: 'add' | 'subtract', left: Constant, right: Constant): number {
    const distance = (constant: Constant): number | undefined => {
      if (constant.kind !== 'integer') return undefined;
      const signed = Number(BigInt.asIntN(64, unsigned(constant.word)));
      return operator === 'subtract' ? -signed : signed;
    };
    const isSwapped = operator === 'add' && left.kind === 'integer';
    const [base, by] = isSwapped ? [right, distance(left)] : [left, distance(right)];
    if (by !== undefined && base.kind === 'data') return this.constants.data(base.name, base.offset + by);
    if (by !== undefined && base.kind === 'code') return this.constants.code(base.address + by);
    if (
      left.kind === 'data' &&
      right.kind === 'data' &&
      left.name === right.name &&
      operator === 'subtract'
    ) {
      return this.integer(left.offset - right.offset).constant;
    }
    if (left.kind === 'code' && right.kind === 'code' && operator === 'subtract') {
      return this.integer(left.address - right.address).constant;
    }
    return this.#nothing(`'${operator}' of`, base);
  }

  #nothing(what: string, { kind }: Constant): number {
    const names = {
      integer: 'a number',
      data: 'an address',
      code: 'a place in the code',
      instruction: 'an instruction',
      nothing: 'nothing',
    };
    return this.constants.nothing(`${what} ${names[kind]}`);
  }

  #condition(
    operator: ConditionOperator,
    bits: number,
    condition: number,
    [l, r]: readonly number[],
  ): number {
    const [left, right] = [this.constants.of(l), this.constants.of(r)];
    const truth = (holds: boolean): number => (holds ? this.one.constant : this.zero.constant);
    if (left.kind === 'integer' && right.kind === 'integer') {
      const flags = flagsOf(operator, truncate(left.word, bits), truncate(right.word, bits), bits);
      return truth(conditionHolds(condition, flags));
    }
    // Constants of other kinds can only be equal or not.
    if (operator === 'condition-of-subtract' && condition === 0) return truth(l === r);
    if (operator === 'condition-of-subtract' && condition === 1) return truth(l !== r);
    return this.#nothing('the order of', left.kind === 'integer' ? right : left);
  }
}

function binary(operator: BinaryOperator, a: Word64, b: Word64, bits: number): Word64 {
  switch (operator) {
    case 'add':
      return add(a, b);
    case 'subtract':
      return subtract(a, b);
    case 'and':
      return { low: a.low & b.low, high: a.high & b.high };
    case 'or':
      return { low: a.low | b.low, high: a.high | b.high };
    case 'xor':
      return { low: a.low ^ b.low, high: a.high ^ b.high };
    case 'and-not':
      return binary('and', a, not(b), bits);
    case 'or-not':
      return binary('or', a, not(b), bits);
    case 'xor-not':
      return binary('xor', a, not(b), bits);
    default:
      return word64(wide(operator, unsigned(a), unsigned(b), bits));
  }
}

/** The rarer operations, on integers of any size. */
function wide(operator: BinaryOperator, a: bigint, b: bigint, bits: number): bigint {
  const signed = (x: bigint): bigint => BigInt.asIntN(bits, x);
  const amount = b % BigInt(bits);
  switch (operator) {
    case 'shift-left':
      return a << amount;
    case 'shift-right':
      return a >> amount;
    case 'shift-right-signed':
      return signed(a) >> amount;
    case 'rotate-right':
      return (a >> amount) | (a << (BigInt(bits) - amount));
    case 'multiply':
      return a * b;
    case 'unsigned-divide':
      return b === 0n ? 0n : a / b;
    case 'signed-divide':
      return b === 0n ? 0n : signed(a) / signed(b);
    case 'signed-maximum':
      return signed(a) > signed(b) ? a : b;
    case 'signed-minimum':
      return signed(a) < signed(b) ? a : b;
    case 'unsigned-maximum':
      return a > b ? a : b;
    default:
      return a < b ? a : b;
  }
}

interface Flags {
  readonly N: boolean;
  readonly Z: boolean;
  readonly C: boolean;
  readonly V: boolean;
}

function flagsOf(operator: ConditionOperator, a: Word64, b: Word64, bits: number): Flags {
  const [left, right] = [unsigned(a), unsigned(b)];
  const second = operator === 'condition-of-subtract' ? BigInt.asUintN(bits, ~right) + 1n : right;
  const wideResult = operator === 'condition-of-and' ? left & right : left + second;
  const result = BigInt.asUintN(bits, wideResult);
  const sign = (x: bigint): boolean => BigInt.asIntN(bits, x) < 0n;
  const isArithmetic = operator !== 'condition-of-and';
  const isSubtract = operator === 'condition-of-subtract';
  return {
    N: sign(result),
    Z: result === 0n,
    C: isArithmetic && (isSubtract ? left >= right : wideResult >> BigInt(bits) !== 0n),
    V: isArithmetic && sign(left) !== sign(result) && (sign(left) === sign(right)) !== isSubtract,
  };
}

/** ConditionHolds() of the Arm ARM. */
function conditionHolds(condition: number, { N, Z, C, V }: Flags): boolean {
  const base = [Z, C, N, V, C && !Z, N === V, N === V && !Z, true][condition >> 1];
  return (condition & 1) === 1 && condition !== 15 ? !base : base;
}
