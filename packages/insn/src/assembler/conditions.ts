import { complaint } from './complaint.ts';
import { split } from './parameters.ts';
import type { Token } from './tokens.ts';

/** What a condition may ask. */
export type Known = {
  /** Whether a symbol or label is defined above. */
  readonly isDefined: (name: string) => boolean;
  /** The value of an expression of numbers and symbols known here; throws where it is none. */
  readonly number: (tokens: readonly Token[]) => bigint;
};

type Condition = (operands: readonly Token[], known: Known) => boolean;

function text(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join(' ');
}

const isBlank: Condition = (operands) => operands.length === 0;

const isDefined: Condition = ([name], known) => known.isDefined((name as Token | undefined)?.text ?? '');

/** `.ifc`: two texts, which a comma separates and quotes may enclose, are the same. */
const isSame: Condition = (operands) => {
  const [first = [], ...others] = split(operands);
  const unquoted = (tokens: readonly Token[]): string => text(tokens).replace(/^(["'])(.*)\1$/, '$2');
  return unquoted(first) === unquoted(others.flat());
};

const not =
  (condition: Condition): Condition =>
  (operands, known) =>
    !condition(operands, known);

const number =
  (test: (value: bigint) => boolean): Condition =>
  (operands, known) =>
    test(known.number(operands));

const conditions: Readonly<Partial<Record<string, Condition>>> = {
  '.if': number((value) => value !== 0n),
  '.ifne': number((value) => value !== 0n),
  '.ifeq': number((value) => value === 0n),
  '.ifgt': number((value) => value > 0n),
  '.ifge': number((value) => value >= 0n),
  '.iflt': number((value) => value < 0n),
  '.ifle': number((value) => value <= 0n),
  '.ifdef': isDefined,
  '.ifndef': not(isDefined),
  '.ifnotdef': not(isDefined),
  '.ifb': isBlank,
  '.ifnb': not(isBlank),
  '.ifc': isSame,
  '.ifnc': not(isSame),
  '.ifeqs': isSame,
  '.ifnes': not(isSame),
};

/** The directives that open a condition. */
export const conditionNames: readonly string[] = Object.keys(conditions);

/** Whether the condition that a directive opens holds; `.elseif` is taken as `.if`. */
export function holds(head: Token, operands: readonly Token[], known: Known): boolean {
  const condition = conditions[head.lower === '.elseif' ? '.if' : head.lower];
  if (condition === undefined) throw complaint(head, 'unknown-directive', 'a condition');
  return condition(operands, known);
}
