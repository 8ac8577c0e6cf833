import { Fault } from './error.ts';
import { evaluate } from './expression.ts';
import type { Scope } from './expression.ts';
import type { Token } from './tokens.ts';

/** What an instruction becomes once the operator in its operand is resolved. */
export type Resolved = { readonly head: Token; readonly operands: readonly Token[] };

const group = /^abs_g([0-3])(_s|_nc)?$/;

/**
 * Resolves `:abs_g0:` to `:abs_g3:` of MOVZ, MOVN and MOVK, with `_s` and `_nc`, as the relocations R_AARCH64_MOVW_UABS_* and
 * R_AARCH64_MOVW_SABS_* of the ABI do, and `:pg_hi21:` of ADRP, which says what ADRP does anyway. Undefined for every other
 * instruction. Throws {@link Fault} for a value that the operator does not reach.
 */
export function resolved(head: Token, operands: readonly Token[], scope: Scope): Resolved | undefined {
  const at = operands[2]?.text === '#' ? 3 : 2;
  if (operands[at]?.text !== ':' || operands[at + 2]?.text !== ':') return undefined;
  const operator = operands[at + 1];
  if (head.lower === 'adrp' && /^pg_hi21(?:_nc)?$/.test(operator.lower))
    return { head, operands: [...operands.slice(0, 2), ...operands.slice(at + 3)] };
  const found = /^mov[znk]$/.test(head.lower) ? group.exec(operator.lower) : null;
  if (found === null) return undefined;
  const [, digit, suffix = '']: readonly string[] = found;
  const shift = 16 * Number(digit);
  const isSigned = suffix === '_s';
  if (isSigned && (head.lower === 'movk' || shift === 48))
    throw fault(operator, 'an operator of this instruction');
  const cursor = { tokens: operands, at: at + 3 };
  const exact = evaluate(cursor, scope);
  if (exact === undefined) throw fault(operands[at + 3] ?? operator, 'an expression');
  const value = isSigned ? BigInt.asIntN(64, exact) : exact;
  const limit = 1n << BigInt(shift + 16);
  const isUnchecked = suffix === '_nc' || shift === 48;
  if (!isUnchecked && (value >= limit || value < (isSigned ? -limit : 0n)))
    throw fault(operator, `a value of ${shift + 16} bits`, String(value));
  const isNegative = isSigned && value < 0n;
  const half = ((isNegative ? ~value : value) >> BigInt(shift)) & 0xffffn;
  const name = isSigned ? (isNegative ? 'movn' : 'movz') : head.lower;
  const put = (kind: Token['kind'], text: string): Token => ({ ...operator, kind, text, lower: text });
  const shifted = [put('punctuation', ','), put('name', 'lsl'), put('number', String(shift))];
  return {
    head: { ...head, lower: name },
    operands: [
      ...operands.slice(0, 2),
      put('number', String(half)),
      ...shifted,
      ...operands.slice(cursor.at),
    ],
  };
}

function fault(at: Token, expected: string, found = `'${at.text}'`): Fault {
  const remedy = 'choose the operator by the width of the value';
  return new Fault(at, { code: 'operand', expected, found, remedy });
}
