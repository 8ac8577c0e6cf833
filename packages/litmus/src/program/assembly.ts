import { AssemblyError, assemble } from '@quiesce/insn';
import { LitmusError } from '../error.ts';
import type { Line } from '../test.ts';

/** Words by text, for the tests of a run are written alike. Texts do not depend on where they stand. */
const known = new Map<string, number>();
const maximumKnown = 10_000;

/**
 * Assembles lines that are one instruction each, from `base` on, with the labels that they may use. Throws
 * {@link LitmusError} at the place of the line that is wrong.
 */
export function assembleLines(
  lines: readonly Line[],
  base: number,
  labels: ReadonlyMap<string, number>,
): number[] {
  const relative = lines.map(({ text, at }, i) => ({ text: relativeText(text, base + 4 * i, labels), at }));
  const missing = relative.filter(({ text }) => !known.has(text));
  if (missing.length > 0) {
    if (known.size > maximumKnown) {
      known.clear();
      return assembleLines(lines, base, labels);
    }
    const words = assembleTogether(missing);
    missing.forEach(({ text }, i) => known.set(text, words[i]));
  }
  return relative.map(({ text }) => known.get(text) ?? 0);
}

/** An instruction with its label as a distance: `B .+8`. An index that is extended from 32 bits is a W register. */
function relativeText(text: string, address: number, labels: ReadonlyMap<string, number>): string {
  const narrow = text.replace(/\bX(\d+|ZR)(?=\s*,\s*[US]XTW\b)/gi, 'W$1');
  return narrow.replace(/([\s,])([A-Za-z_][\w.]*)$/, (operand, before: string, name: string) => {
    const label = labels.get(name);
    if (label === undefined) return operand;
    const distance = label - address;
    return `${before}.${distance < 0 ? '-' : '+'}${Math.abs(distance)}`;
  });
}

/** Assembles lines that are one instruction each; complains at the place of the line. */
function assembleTogether(lines: readonly Line[]): number[] {
  try {
    const source = lines.map(({ text }) => text).join('\n');
    const section = assemble(source, { bases: { '.text': 0 } }).sections.get('.text');
    const bytes = section?.bytes ?? new Uint8Array(0);
    if (bytes.length === 4 * lines.length) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      return lines.map((_, i) => view.getUint32(4 * i, true));
    }
  } catch (error) {
    if (!(error instanceof AssemblyError)) throw error;
    const { at, text } = lines[Math.min(error.line, lines.length) - 1];
    const isUnknown = error.code === 'unknown-mnemonic' || error.code === 'unknown-directive';
    throw new LitmusError(
      { line: at.line, column: at.column + error.column - 1 },
      {
        code: isUnknown
          ? 'unsupported-instruction'
          : error.code === 'undefined-symbol'
            ? 'undefined-name'
            : 'operand',
        expected: isUnknown ? 'an A64 instruction' : error.expected,
        found: isUnknown ? `'${text}'` : error.found,
        remedy: error.remedy,
      },
    );
  }
  const odd = lines.find(({ text }) => /^\.|;|\/\//.test(text)) ?? lines[0];
  throw new LitmusError(odd.at, {
    code: 'syntax',
    expected: 'one instruction in a cell',
    found: `'${odd.text}'`,
    remedy: 'give every instruction a row',
  });
}
