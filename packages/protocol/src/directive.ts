import { Fault, type Place } from './error.ts';

/** One directive: `//@ WORD ARGUMENTS`, or the same without `//@` as a string in the section `.quiesce`. */
export interface Directive extends Place {
  readonly word: string;
  /** What follows the word. */
  readonly text: string;
  /** Column of the first character of {@link text}. */
  readonly textColumn: number;
}

const mark = '//@';

/** Directives in a file. */
const most = 1000;

/** Where the comment of a line begins, or -1: the first `//` that is not inside a string. */
function commentAt(line: string): number {
  let isInside = false;
  for (let i = 0; i < line.length; i++) {
    if (isInside && line[i] === '\\') i += 1;
    else if (line[i] === '"') isInside = !isInside;
    else if (!isInside && line.startsWith('//', i)) return i;
  }
  return -1;
}

/** One directive of its text; undefined where the text is empty. */
export function directiveOf(text: string, { line, column, offset }: Place): Directive | undefined {
  const [, before, word, between, rest] = /^(\s*)(\S+)(\s*)(.*?)\s*$/.exec(text) ?? [];
  // Groups that did not take part are undefined, whatever their type says.
  if ((word as string | undefined) === undefined) return undefined;
  const at = column + before.length;
  return {
    word,
    text: rest,
    line,
    column: at,
    textColumn: at + word.length + between.length,
    ...(offset === undefined ? {} : { offset: offset + before.length }),
  };
}

/** The directives in the comments of an assembly source, in order. */
export function directivesIn(source: string): Directive[] {
  const found: Directive[] = [];
  for (const [i, line] of source.split('\n').entries()) {
    const at = commentAt(line);
    if (at < 0 || !line.startsWith(mark, at)) continue;
    const place = { line: i + 1, column: at + mark.length + 1 };
    const directive = directiveOf(line.slice(at + mark.length).trimEnd(), place);
    if (directive !== undefined) found.push(directive);
    if (found.length > most) {
      throw new Fault(place, {
        code: 'budget',
        expected: `at most ${most} directives`,
        found: 'more',
        remedy: 'declare fewer sites, events and witnesses',
      });
    }
  }
  return found;
}
