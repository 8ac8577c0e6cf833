import { TraceError, writeOne } from './trace-error.ts';

/** Longest text that is read, in characters. */
const longest = 1 << 28;

function lineAndColumn(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
}

/**
 * The value of a text in JSON.
 *
 * @throws {TraceError} with line and column where the engine says where: `not-json`, or `budget` for a text that is too long.
 */
export function jsonOf(text: string): unknown {
  if (text.length > longest) {
    throw new TraceError(
      'budget',
      '',
      `the text has ${text.length} characters; at most ${longest} are read`,
      'trace fewer steps',
    );
  }
  if (text.trim() === '') throw new TraceError('not-json', '', 'expected JSON, found nothing', writeOne);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // Engines say where in different words, or not at all.
    const message = error instanceof Error ? error.message : '';
    const end = text.trimEnd().length;
    const known = Number(/position (\d+)/.exec(message)?.[1] ?? NaN);
    const isEnd = known >= end || /end of JSON|unterminated|end of data/i.test(message);
    const at = isEnd ? end : known;
    throw new TraceError(
      'not-json',
      Number.isNaN(at) ? '' : lineAndColumn(text, at),
      isEnd
        ? 'the JSON ends here, in the middle'
        : `expected JSON, found ${JSON.stringify(text.slice(Number.isNaN(at) ? 0 : at).slice(0, 12))}`,
      isEnd ? 'copy the whole file' : writeOne,
    );
  }
}
