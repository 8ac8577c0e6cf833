import { describe, expect, it } from 'vitest';
import { AssemblyError, assemble, disassemble } from '@quiesce/insn';
import { known, missing } from './oracles.ts';
import { assembleEach } from './binutils.ts';
import { generator, rows, wordOf } from './sample.ts';

/** Steps past the limits of immediates, and over them. */
const steps = [1, -1, 2, 4, 8, 16, -16, 64, 4096, -4096, 65_536, 2 ** 31];

/** Texts that differ from one in a number, the width of a register, or an operand too few or too many. */
function mutants(text: string): readonly string[] {
  const numbers = [...text.matchAll(/(?<=#)-?(?:0x[0-9a-f]+|\d+)(?![\w.])/g)];
  const [head, tail] = [(i: number) => text.slice(0, i), (i: number) => text.slice(i)];
  return [
    ...numbers.flatMap(({ 0: number, index }) =>
      steps.map((step) => head(index) + String(Number(number) + step) + tail(index + number.length)),
    ),
    text.replace(/([wx])(\d+)/, (_all, letter: string) => (letter === 'w' ? 'x3' : 'w3')),
    text.replace(/[wx]\d+/, 'sp'),
    text.replace(/[wx]\d+/, 'xzr'),
    text.replace(/, [^,[\]{}]+$/, ''),
    `${text}, x1`,
    `${text}, #1`,
  ];
}

/** GNU as takes a register of the other width with some extensions, and LDPSW of one register twice. */
const tolerated = /^(?:add|sub|cmp|cmn)s? .*\b(?:x\d+, [us]xt[bhw]|wzr, [us]xtx)|^ldpsw (\w+), \1,/;

function ours(line: string): number | undefined {
  try {
    return assemble(line).wordAt(0);
  } catch (error) {
    if (error instanceof AssemblyError) return undefined;
    throw error;
  }
}

describe.skipIf(missing !== undefined)(
  `GNU as and wrong operands${missing === undefined ? '' : `: ${missing}`}`,
  { timeout: 300_000 },
  () => {
    it('takes and refuses what we do, and makes the same words', () => {
      const random = generator(99);
      const words = Uint32Array.from(
        rows.flatMap((row) =>
          Array.from({ length: 4 }, () => wordOf(row, random)).filter((w) => w !== undefined),
        ),
      );
      // What objdump does not know is younger than this GNU as.
      const texts = Array.from(known(words), (word) => disassemble(word)).filter(
        (text) => !/^\.word|\.[+-]\d/.test(text),
      );
      const lines = [...new Set(texts.flatMap(mutants))].filter((line) => !tolerated.test(line));
      const theirs = assembleEach(lines);
      const different = lines.flatMap((line, i) => {
        const mine = ours(line);
        return mine === theirs[i] ? [] : [`${line}: ours ${String(mine)}, GNU as ${String(theirs[i])}`];
      });
      expect(lines.length).toBeGreaterThan(20_000);
      expect(theirs.filter((word) => word !== undefined).length).toBeGreaterThan(5_000);
      expect(different.slice(0, 20)).toEqual([]);
    });
  },
);
