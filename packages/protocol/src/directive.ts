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

/** What code is not: strings, comments up to the end of a line, comments between marks, lines that begin with `#`. */
const commentOrString = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\/|^[ \t]*#[^\n]*/gm;

/** A comment that looks like a directive and is none: spaces or another slash before the `@`. */
const nearly = /^\/\/[\s/!]+@\s*([A-Za-z][\w-]*)/;

/** Where statements that may be left out begin and end. */
const openingOrClosing = /(?:^|[;:])\s*\.(if\w*|endif|macro|endm|rept|irpc?|endr)\b/gi;

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

/** A line of a source: its code without comments and strings, and where the comment at its end is. */
interface Line {
  readonly code: string;
  readonly comment: string;
  /** Column of the comment, from 1. */
  readonly column: number;
}

function linesOf(source: string): Line[] {
  const comments = new Map<number, string>();
  const code = source.replaceAll(commentOrString, (found: string, at: number) => {
    if (found.startsWith('//')) comments.set(at, found);
    return found.replaceAll(/[^\n]/g, ' ');
  });
  const starts = [...comments.keys()];
  let [offset, next] = [0, 0];
  return code.split('\n').map((text) => {
    const end = offset + text.length;
    const at = next < starts.length && starts[next] <= end ? starts[next++] : end;
    const line = { code: text, comment: comments.get(at) ?? '', column: at - offset + 1 };
    offset = end + 1;
    return line;
  });
}

/**
 * The directives in the comments of an assembly source, in order.
 *
 * @param isWord Whether a word is one of a directive, or nearly one.
 * @throws {Fault} for what looks like a directive and is none, and for directives in statements that may be left out.
 */
export function directivesIn(source: string, isWord: (word: string) => boolean): Directive[] {
  const found: Directive[] = [];
  let depth = 0;
  for (const [i, { code, comment, column }] of linesOf(source).entries()) {
    for (const [, name] of code.matchAll(openingOrClosing)) {
      depth = Math.max(0, depth + (name.toLowerCase().startsWith('end') ? -1 : 1));
    }
    const place = { line: i + 1, column };
    const word = nearly.exec(comment)?.[1];
    if (word !== undefined && isWord(word)) {
      throw new Fault(place, {
        code: 'unknown-directive',
        expected: `'${mark}', where a directive begins`,
        found: `'${comment.slice(0, comment.indexOf('@') + 1)}' before '${word}'`,
        remedy: `write '${mark} ${word}', or another comment`,
      });
    }
    if (!comment.startsWith(mark)) continue;
    const from = { line: i + 1, column: column + mark.length };
    const directive = directiveOf(comment.slice(mark.length).trimEnd(), from);
    if (directive === undefined) {
      throw new Fault(from, {
        code: 'unknown-directive',
        expected: 'a directive',
        found: 'the end of the line',
        remedy: `write one behind '${mark}', or remove it`,
      });
    }
    if (depth > 0) {
      throw new Fault(directive, {
        code: 'unknown-directive',
        expected: 'directives outside .if, .macro and .rept',
        found: `'${directive.word}' inside`,
        remedy: 'move it out; to leave it out, remove the @',
      });
    }
    found.push(directive);
    if (found.length > most) {
      throw new Fault(from, {
        code: 'budget',
        expected: `at most ${most} directives`,
        found: 'more',
        remedy: 'declare fewer sites, events and witnesses',
      });
    }
  }
  return found;
}
