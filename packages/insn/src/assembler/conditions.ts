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

function isBlank(line: Line): boolean {
  return line.rest.trim() === '';
}

/** `.ifc`: two texts, which a comma separates, are the same; single quotes may enclose the first. */
function isSame(line: Line): boolean {
  const { text } = scrub(line.rest);
  const found = /^(?:'(?:[^']|'')*'|[^,]*)/.exec(text)?.[0] ?? '';
  if (text.charAt(found.length) !== ',')
    throw complaint(line.at, 'syntax', 'two texts and a comma between them');
  return found.trimEnd() === text.slice(found.length + 1);
}

/** `.ifeqs`: two quoted strings are the same. */
function isSameString(line: Line): boolean {
  const tokens: readonly Token[] = tokenise(line.rest, line.line);
  const [first, comma, second] = tokens as readonly (Token | undefined)[];
  if (first?.kind !== 'string' || comma?.text !== ',' || second?.kind !== 'string')
    throw complaint(line.at, 'syntax', 'two quoted strings and a comma between them');
  return first.text === second.text;
}

/** Whether a directive opens a condition. */
export function opensCondition(head: string): boolean {
  return /^\.if(?:eq|ne|gt|ge|lt|le|n?def|notdef|n?b|n?c|eqs|nes)?$/.test(head);
}

/** Whether the condition of a line, one that opens it or an `.elseif`, holds. */
export function holds(line: Line, { isDefined, number }: Known): boolean {
  switch (line.head) {
    case '.if':
    case '.elseif':
    case '.ifne':
      return number(line) !== 0n;
    case '.ifeq':
      return number(line) === 0n;
    case '.ifgt':
      return number(line) > 0n;
    case '.ifge':
      return number(line) >= 0n;
    case '.iflt':
      return number(line) < 0n;
    case '.ifle':
      return number(line) <= 0n;
    case '.ifdef':
      return isDefined(nameOn(line));
    case '.ifndef':
    case '.ifnotdef':
      return !isDefined(nameOn(line));
    case '.ifb':
      return isBlank(line);
    case '.ifnb':
      return !isBlank(line);
    case '.ifc':
      return isSame(line);
    case '.ifnc':
      return !isSame(line);
    case '.ifeqs':
      return isSameString(line);
    case '.ifnes':
      return !isSameString(line);
    default:
      throw complaint(line.at, 'unknown-directive', 'a condition');
  }
}

/** The symbol that a line names, in quotes or not. */
function nameOn(line: Line): string {
  return line.rest.trim().replace(/^"(.*)"$/, '$1');
}
