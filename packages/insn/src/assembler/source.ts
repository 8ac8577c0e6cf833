import { Fault } from './error.ts';
import { Line } from './lines.ts';
import { maximumLine } from './tokens.ts';

const commentOrString = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*|^[ \t]*#[^\n]*/gm;

/** Replaces comments by spaces, so that columns stay what they were. */
function withoutComments(source: string): string {
  const parts: string[] = [];
  let done = 0;
  commentOrString.lastIndex = 0;
  for (let found = commentOrString.exec(source); found !== null; found = commentOrString.exec(source)) {
    const [text] = found;
    if (text.startsWith('"')) continue;
    const start = found.index;
    const close = text === '/*' ? source.indexOf('*/', start + 2) : start + text.length - 2;
    if (close < 0) throw unclosed(source, start);
    const end = close + 2;
    parts.push(source.slice(done, start), source.slice(start, end).replaceAll(/[^\n]/g, ' '));
    done = end;
    commentOrString.lastIndex = end;
  }
  return parts.join('') + source.slice(done);
}

function unclosed(source: string, at: number): Fault {
  const before = source.slice(0, at).split('\n');
  const column = before[before.length - 1].length + 1;
  const complaint = {
    code: 'syntax',
    expected: 'a comment that ends',
    found: "'/*'",
    remedy: 'close it with */',
  } as const;
  return new Fault({ line: before.length, column }, complaint);
}

function refuseLongLines(source: string): void {
  source.split('\n').forEach((text, index) => {
    if (text.length <= maximumLine) return;
    throw new Fault(
      { line: index + 1, column: 1 },
      {
        code: 'budget',
        expected: `lines of at most ${maximumLine} characters`,
        found: `${text.length}`,
        remedy: 'break the line',
      },
    );
  });
}

/** Splits a source into lines of one statement each, without comments. */
export function linesOf(source: string): readonly Line[] {
  refuseLongLines(source);
  const places = [{ from: 0, column: 1, fixed: false }];
  return withoutComments(source)
    .split('\n')
    .flatMap((text, index) => new Line(text, index + 1, places, undefined).statements);
}
