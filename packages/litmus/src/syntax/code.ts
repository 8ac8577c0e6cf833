import type { Code, Line } from '../test.ts';
import type { Position } from '../error.ts';
import type { Source } from './scanner.ts';

/** The columns of code under their headings. */
export interface Table {
  readonly threads: readonly Code[];
  readonly handlers: ReadonlyMap<number, Code>;
  /** Where the text behind the table begins. */
  readonly end: number;
}

interface Column {
  readonly thread: number;
  readonly handler: boolean;
  readonly lines: Line[];
  readonly labels: Map<string, { line: number; at: Position }>;
}

const sections = /\s*(?:locations\b|filter\b|exists\b|forall\b|final\b|observed\b|~\s*exists\b|\(|$)/y;

/** Threads of a test. */
const maximumThreads = 64;

/** Reads the table of code: a row of headings `P0 | P1 | P1.F ;`, then rows of cells up to the condition. */
export function codeTable(source: Source, start: number): Table {
  const columns: Column[] = [];
  let offset = start;
  let isHeading = true;
  for (;;) {
    sections.lastIndex = offset;
    if (sections.test(source.text)) break;
    const end = source.text.indexOf(';', offset);
    if (end < 0) {
      throw source.error(skipBlank(source, offset), {
        code: 'syntax',
        expected: "';' at the end of the row",
        found: 'the end',
        remedy: 'end every row of code with a semicolon',
      });
    }
    row(source, offset, end, columns, isHeading);
    isHeading = false;
    offset = end + 1;
  }
  return { ...sorted(source, columns, start), end: offset };
}

function skipBlank(source: Source, offset: number): number {
  let at = offset;
  while (/\s/.test(source.text.charAt(at))) at += 1;
  return at;
}

function row(source: Source, start: number, end: number, columns: Column[], isHeading: boolean): void {
  let from = start;
  let column = 0;
  for (const cell of source.text.slice(start, end).split('|')) {
    const at = skipBlank(source, from);
    const text = cell.trim();
    from += cell.length + 1;
    if (isHeading) columns.push(heading(source, text, at));
    else if (column < columns.length) read(source, text, at, columns[column]);
    else if (text !== '') {
      throw source.error(at, {
        code: 'syntax',
        expected: `${columns.length} cells, as in the first row`,
        found: `a cell more, '${text}'`,
        remedy: 'give every thread a heading',
      });
    }
    column += 1;
  }
}

function heading(source: Source, text: string, at: number): Column {
  const parts = /^P(\d{1,3})(\.F)?$/.exec(text);
  if (parts === null) {
    throw source.error(at, {
      code: 'syntax',
      expected: 'a thread, P0, or its fault handler, P0.F',
      found: `'${text}'`,
      remedy: 'begin the code with a row such as  P0 | P1 ;',
    });
  }
  return { thread: Number(parts[1]), handler: text.endsWith('.F'), lines: [], labels: new Map() };
}

/** A cell holds labels and at most one instruction. */
function read(source: Source, text: string, start: number, { lines, labels }: Column): void {
  let rest = text;
  let at = start;
  for (
    let label = /^([A-Za-z_][\w.]*)\s*:\s*/.exec(rest);
    label !== null;
    label = /^([A-Za-z_][\w.]*)\s*:\s*/.exec(rest)
  ) {
    if (labels.has(label[1])) {
      throw source.error(at, {
        code: 'duplicate-name',
        expected: 'labels that differ',
        found: `'${label[1]}' again`,
        remedy: 'rename one of the labels',
      });
    }
    labels.set(label[1], { line: lines.length, at: source.position(at) });
    rest = rest.slice(label[0].length);
    at += label[0].length;
  }
  if (rest !== '') lines.push({ text: rest.replaceAll(/\s+/g, ' '), at: source.position(at) });
}

function sorted(source: Source, columns: readonly Column[], start: number): Omit<Table, 'end'> {
  const complain = (expected: string, found: string): Error =>
    source.error(skipBlank(source, start), {
      code: 'syntax',
      expected,
      found,
      remedy: 'number the threads P0, P1, ... without gaps',
    });
  const threads: Code[] = [];
  const handlers = new Map<number, Code>();
  for (const { thread, handler, lines, labels } of columns) {
    const code: Code = { lines, labels };
    if (handler ? handlers.has(thread) : (threads[thread] as Code | undefined))
      throw complain('threads that differ', `P${thread} again`);
    if (handler) handlers.set(thread, code);
    else threads[thread] = code;
  }
  const count = threads.length;
  if (count === 0) throw complain('a thread', 'none');
  if (count > maximumThreads) throw complain(`at most ${maximumThreads} threads`, `P${count - 1}`);
  for (let thread = 0; thread < count; thread += 1) {
    if (!(thread in threads)) throw complain(`P${thread}`, `only P${count - 1}`);
  }
  for (const thread of handlers.keys()) {
    if (thread >= count) throw complain(`P${thread} beside P${thread}.F`, 'none');
  }
  return { threads, handlers };
}
