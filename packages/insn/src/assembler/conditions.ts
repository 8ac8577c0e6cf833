import { complaint } from './complaint.ts';
import type { Line } from './lines.ts';
import { scrub } from './scrub.ts';
import type { Token } from './tokens.ts';
import { tokenise } from './tokens.ts';

/** What a condition may ask. */
export type Known = {
  /** Whether a symbol or label is defined above. */
  readonly isDefined: (name: string) => boolean;
  /** The value of an expression that stands on a line; throws where it is none. */
  readonly number: (line: Line) => bigint;
};

type Condition = (line: Line, known: Known) => boolean;

const isBlank: Condition = (line) => line.rest.trim() === '';

const isDefined: Condition = (line, known) => known.isDefined(line.rest.trim().replace(/^"(.*)"$/, '$1'));

/** `.ifc`: two texts, which a comma separates, are the same; single quotes may enclose the first. */
const isSame: Condition = (line) => {
  const { text } = scrub(line.rest);
  const found = /^(?:'(?:[^']|'')*'|[^,]*)/.exec(text)?.[0] ?? '';
  if (text.charAt(found.length) !== ',')
    throw complaint(line.at, 'syntax', 'two texts and a comma between them');
  return found.trimEnd() === text.slice(found.length + 1);
};

/** `.ifeqs`: two quoted strings are the same. */
const isSameString: Condition = (line) => {
  const tokens: readonly Token[] = tokenise(line.rest, line.line);
  const [first, comma, second] = tokens as readonly (Token | undefined)[];
  if (first?.kind !== 'string' || comma?.text !== ',' || second?.kind !== 'string')
    throw complaint(line.at, 'syntax', 'two quoted strings and a comma between them');
  return first.text === second.text;
};

const not =
  (condition: Condition): Condition =>
  (line, known) =>
    !condition(line, known);

const number =
  (test: (value: bigint) => boolean): Condition =>
  (line, known) =>
    test(known.number(line));

const conditions: ReadonlyMap<string, Condition> = new Map([
  ['.if', number((value) => value !== 0n)],
  ['.elseif', number((value) => value !== 0n)],
  ['.ifne', number((value) => value !== 0n)],
  ['.ifeq', number((value) => value === 0n)],
  ['.ifgt', number((value) => value > 0n)],
  ['.ifge', number((value) => value >= 0n)],
  ['.iflt', number((value) => value < 0n)],
  ['.ifle', number((value) => value <= 0n)],
  ['.ifdef', isDefined],
  ['.ifndef', not(isDefined)],
  ['.ifnotdef', not(isDefined)],
  ['.ifb', isBlank],
  ['.ifnb', not(isBlank)],
  ['.ifc', isSame],
  ['.ifnc', not(isSame)],
  ['.ifeqs', isSameString],
  ['.ifnes', not(isSameString)],
]);

/** The directives that open a condition. */
export const conditionNames: readonly string[] = [...conditions.keys()].filter((name) => name !== '.elseif');

/** Whether the condition that a line opens holds. */
export function holds(line: Line, known: Known): boolean {
  const condition = conditions.get(line.head);
  if (condition === undefined) throw complaint(line.at, 'unknown-directive', 'a condition');
  return condition(line, known);
}
