/** One line of assembly source. */
export interface SourceLine {
  /** Index into the lines of the source, from 0. */
  readonly line: number;
  /** The instruction, without indentation. */
  readonly instruction: string;
}

function isLabel(line: string): boolean {
  return /^[A-Za-z_]\w*:$/.test(line);
}

/** Walks over the lines with the section that each stands in. */
function* walk(source: string): Generator<{ line: number; text: string; section: string }> {
  let section = '.text';
  for (const [line, raw] of source.split('\n').entries()) {
    const text = raw.trim();
    const named = /^\.section (\S+?)(?:,|$)/.exec(text)?.[1];
    if (named !== undefined) section = named;
    else if (text === '.text' || text === '.data') section = text;
    else yield { line, text, section };
  }
}

/**
 * The lines of `.text` that hold an instruction, in order. A program still assembles when one of them is
 * replaced by an empty line.
 */
export function instructionLines(source: string): SourceLine[] {
  return [...walk(source)]
    .filter(({ text, section }) => section === '.text' && /^[a-z]/.test(text) && !isLabel(text))
    .map(({ line, text }) => ({ line, instruction: text }));
}

/** The source without the instruction on one line. */
export function withoutLine(source: string, line: number): string {
  return source
    .split('\n')
    .map((text, index) => (index === line ? '' : text))
    .join('\n');
}

/** The labels defined in a section, in order. */
export function labels(source: string, section: string): string[] {
  return [...walk(source)]
    .filter((entry) => entry.section === section && isLabel(entry.text))
    .map(({ text }) => text.slice(0, -1));
}
