import { lazy } from '../lazy.ts';
import { registerNamed } from '../operands/registers.ts';
import { Fault } from './error.ts';
import { bytesOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/** What an expression may refer to. */
export type Scope = {
  /** The value of a symbol, `.` or a local label such as `1f`; throws {@link Fault} when it has none. */
  readonly value: (token: Token) => bigint;
};

/** A place in a list of tokens. */
export type Cursor = { readonly tokens: readonly Token[]; at: number };

type Operator = { readonly rank: number; readonly apply: (a: bigint, b: bigint) => bigint };

/** Comparisons are -1 when they hold, && and || are 1. */
function truth(value: boolean): bigint {
  return value ? -1n : 0n;
}

/** `>>` is logical on 64 bits; its result is signed like every value. */
function shiftedRight(value: bigint, by: bigint): bigint {
  return BigInt.asIntN(64, BigInt.asUintN(64, value) >> by);
}

/** GNU as: multiplication and shifts bind tightest, then the bitwise operators, then addition, then comparison. */
function allOperators(): ReadonlyMap<string, Operator> {
  return new Map(
    Object.entries<Operator>({
      '*': { rank: 6, apply: (a, b) => a * b },
      '/': { rank: 6, apply: (a, b) => a / b },
      '%': { rank: 6, apply: (a, b) => a % b },
      '<<': { rank: 6, apply: (a, b) => (b < 0n || b > 63n ? 0n : a << b) },
      '>>': { rank: 6, apply: (a, b) => (b < 0n || b > 63n ? 0n : shiftedRight(a, b)) },
      '|': { rank: 5, apply: (a, b) => a | b },
      '^': { rank: 5, apply: (a, b) => a ^ b },
      '&': { rank: 5, apply: (a, b) => a & b },
      '+': { rank: 4, apply: (a, b) => a + b },
      '-': { rank: 4, apply: (a, b) => a - b },
      '==': { rank: 3, apply: (a, b) => truth(a === b) },
      '!=': { rank: 3, apply: (a, b) => truth(a !== b) },
      '<': { rank: 3, apply: (a, b) => truth(a < b) },
      '>': { rank: 3, apply: (a, b) => truth(a > b) },
      '<=': { rank: 3, apply: (a, b) => truth(a <= b) },
      '>=': { rank: 3, apply: (a, b) => truth(a >= b) },
      '&&': { rank: 2, apply: (a, b) => (a !== 0n && b !== 0n ? 1n : 0n) },
      '||': { rank: 1, apply: (a, b) => (a !== 0n || b !== 0n ? 1n : 0n) },
    }),
  );
}

const operators = lazy(allOperators);

/** Nested parentheses and signs allowed. */
const maximumDepth = 100;

/**
 * Evaluates the expression at the cursor and moves behind it. Undefined, with the cursor where it was, when no expression
 * starts there. Values are exact inside; the result may have more than 64 bits, and its user checks the range. Throws
 * {@link Fault} for what is wrong inside.
 */
export function evaluate(cursor: Cursor, scope: Scope): bigint | undefined {
  const { tokens } = cursor;

  const fault = (
    at: number,
    expected: string,
    code: 'syntax' | 'budget' | 'out-of-range' = 'syntax',
  ): Fault => {
    const token = tokens[at] as Token | undefined;
    const last = tokens[tokens.length - 1];
    return new Fault(token ?? { line: last.line, column: last.column + last.text.length }, {
      code,
      expected,
      found: token === undefined ? 'the end of the statement' : `'${token.text}'`,
      remedy: 'write the operand as an expression of numbers and symbols',
    });
  };

  const primary = (depth: number): bigint | undefined => {
    const token = tokens[cursor.at] as Token | undefined;
    if (token === undefined) return undefined;
    if (depth > maximumDepth)
      throw fault(cursor.at, `at most ${maximumDepth} nested parentheses and signs`, 'budget');
    if (token.kind === 'punctuation') return prefixed(token, depth);
    if (token.kind === 'string') return undefined;
    if (token.kind === 'name' && registerNamed(token.lower) !== undefined) return undefined;
    cursor.at += 1;
    return token.kind === 'number' ? numberOf(token) : scope.value(token);
  };

  const prefixed = (token: Token, depth: number): bigint | undefined => {
    const start = cursor.at;
    if (token.text === '(') {
      cursor.at += 1;
      const inner = binary(1, depth + 1);
      if (inner === undefined) throw fault(cursor.at, 'an expression');
      if ((tokens[cursor.at] as Token | undefined)?.text !== ')') throw fault(cursor.at, "')'");
      cursor.at += 1;
      return inner;
    }
    if (token.text === ':' && (tokens[start + 2] as Token | undefined)?.text === ':') {
      cursor.at += 3;
      const inner = binary(1, depth + 1);
      if (inner === undefined || tokens[start + 1].lower !== 'lo12')
        throw fault(start + 1, ':lo12: and an expression');
      return inner & 0xfffn;
    }
    if (!['-', '~', '+', '!'].includes(token.text)) return undefined;
    cursor.at += 1;
    const inner = primary(depth + 1);
    if (inner === undefined) {
      cursor.at = start;
      return undefined;
    }
    if (token.text === '-') return -inner;
    if (token.text === '+') return inner;
    return token.text === '~' ? ~inner : inner === 0n ? 1n : 0n;
  };

  const binary = (rank: number, depth: number): bigint | undefined => {
    let left = primary(depth);
    if (left === undefined) return undefined;
    for (;;) {
      const token = tokens[cursor.at] as Token | undefined;
      const operator = token?.kind === 'punctuation' ? operators().get(token.text) : undefined;
      if (operator === undefined || operator.rank < rank) return left;
      const start = cursor.at;
      cursor.at += 1;
      const right = binary(operator.rank + 1, depth + 1);
      if (right === undefined) throw fault(cursor.at, 'an expression');
      if (right === 0n && (token?.text === '/' || token?.text === '%'))
        throw fault(start, 'a divisor other than 0');
      left = operator.apply(left, right);
      if (left > limit || left < -limit) throw fault(start, 'a value of at most 128 bits', 'out-of-range');
    }
  };

  return binary(1, 0);
}

const limit = 1n << 128n;

/** The value of a number token: decimal, `0x`, `0b`, octal with a leading 0, or a character. */
function numberOf(token: Token): bigint {
  const { text } = token;
  if (text.startsWith("'")) return BigInt(bytesOf(token)[0] ?? 0);
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  if (text.length > 64) {
    throw new Fault(token, {
      code: 'out-of-range',
      expected: 'a number of at most 64 digits',
      found: `${text.length} digits`,
      remedy: 'write a value of at most 64 bits',
    });
  }
  return BigInt(text.replace(/^0(?=\d)/, ''));
}
