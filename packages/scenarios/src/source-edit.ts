/** A change of a program's source that a scenario or a mutation makes: one instruction goes, or two change places. */
export interface SourceEdit {
  /** For people, for example `without the waiter's ISB`. */
  readonly what: string;
  apply(source: string): string;
}

const isInstruction = (line: string): boolean => /^\s+[a-z]/.test(line) && !/^\s+\./.test(line);

function lineAfter(lines: readonly string[], label: string, pattern: RegExp, occurrence: number): number {
  const start = lines.indexOf(`${label}:`);
  if (start < 0) throw new RangeError(`no label '${label}' on a line of its own`);
  let seen = 0;
  for (let i = start; i < lines.length; i++) {
    if (isInstruction(lines[i]) && pattern.test(lines[i].trim()) && ++seen === occurrence) return i;
  }
  throw new RangeError(`no instruction ${String(pattern)} after '${label}'`);
}

/** Deletes the first instruction after a label that matches (or the n-th). Throws RangeError if there is none. */
export function without(what: string, label: string, pattern: RegExp, occurrence = 1): SourceEdit {
  return {
    what,
    apply: (source) => {
      const lines = source.split('\n');
      lines[lineAfter(lines, label, pattern, occurrence)] = '';
      return lines.join('\n');
    },
  };
}

/** Deletes line `line` (from 1), which must hold an instruction. */
export function withoutLine(line: number): SourceEdit {
  return {
    what: `without line ${line}`,
    apply: (source) => {
      const lines = source.split('\n');
      if (!isInstruction(lines[line - 1] ?? '')) throw new RangeError(`line ${line} is not an instruction`);
      lines[line - 1] = '';
      return lines.join('\n');
    },
  };
}

/** Exchanges the instructions of two lines (from 1). */
export function exchanged(first: number, second: number): SourceEdit {
  return {
    what: `lines ${first} and ${second} exchanged`,
    apply: (source) => {
      const lines = source.split('\n');
      if (!isInstruction(lines[first - 1] ?? '') || !isInstruction(lines[second - 1] ?? '')) {
        throw new RangeError(`lines ${first} and ${second} are not both instructions`);
      }
      [lines[first - 1], lines[second - 1]] = [lines[second - 1], lines[first - 1]];
      return lines.join('\n');
    },
  };
}
