import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble, bits, decode, disassemble, opcodeOf } from '@quiesce/insn';
import { assembleLines, normalise } from './binutils.ts';
import { isObjdumps, ours } from './judge.ts';
import { llvmAssembled } from './llvm.ts';
import { normalForm } from './normal-form.ts';
import { answers, disagreements, missing } from './oracles.ts';
import { generator, rows, sampleWord, wordOf } from './sample.ts';

const record = join(import.meta.dirname, 'recorded', 'texts.tsv');
const encodings = rows.filter((row) => row.aliasOf === undefined);

/** Words whose text says all of them: should-be bits are not in the text. */
function canonical(words: readonly number[]): Uint32Array {
  return Uint32Array.from(words, (word) => assemble(disassemble(word)).wordAt(0) ?? 0);
}

/** `count` words of every row. */
function samples(count: number, seed: number): readonly number[] {
  const random = generator(seed);
  return rows.flatMap((row) =>
    Array.from({ length: count }, () => wordOf(row, random)).filter((word) => word !== undefined),
  );
}

describe.skipIf(missing !== undefined)(
  `objdump and LLVM as judges${missing === undefined ? '' : `: ${missing}`}`,
  { timeout: 600_000 },
  () => {
    it('write 1,000 words of every row as we do, one of them at least', () => {
      const random = generator(0x2021_1203);
      const words = rows.flatMap((row) => {
        const guarded = Array.from({ length: 40 }, () => wordOf(row, random)).filter((w) => w !== undefined);
        return [...guarded, ...Array.from({ length: 1000 - guarded.length }, () => sampleWord(row, random))];
      });
      expect(disagreements(Uint32Array.from(words))).toEqual([]);
    });

    it('every logical immediate, in both widths', () => {
      const words = Array.from(
        { length: 1 << 14 },
        (_none, code) => 0x12000000 + bits(code, 13, 1) * 2 ** 31 + bits(code, 0, 13) * 1024,
      );
      expect(disagreements(Uint32Array.from(words))).toEqual([]);
    });

    it('every system register, system operation, hint and barrier', () => {
      const every = (base: number, size: number): readonly number[] =>
        Array.from({ length: size / 32 }, (_none, i) => [base + i * 32, base + i * 32 + 31]).flat();
      // MSR (immediate), hints, barriers and SYS; SYSL; MSR; MRS; SYSP.
      const words = [
        [0xd5000000, 0x100000],
        [0xd5280000, 0x80000],
        [0xd5100000, 0x100000],
        [0xd5300000, 0x100000],
        [0xd5480000, 0x80000],
      ].flatMap(([base, size]) => every(base, size));
      expect(disagreements(Uint32Array.from(words))).toEqual([]);
    });

    it('a million random words', () => {
      expect(disagreements(Uint32Array.from({ length: 1_000_000 }, generator(7)))).toEqual([]);
    });

    it('words that differ from a row in one fixed bit', () => {
      const random = generator(11);
      const words = rows.flatMap((row) => {
        const fixed = Array.from({ length: 32 }, (_none, bit) => 1 << bit).filter((bit) => row.mask & bit);
        return fixed.flatMap((bit) => [sampleWord(row, random) ^ bit, sampleWord(row, random) ^ bit]);
      });
      expect(disagreements(Uint32Array.from(words))).toEqual([]);
    });

    it('and their assemblers make the same words of our text', () => {
      const words = canonical(samples(20, 0x2026));
      const judged = answers(words).map(([gnu], i) => ({
        word: words[i],
        text: disassemble(words[i]),
        gnu: isObjdumps(words[i], i * 4, gnu),
      }));
      const known = judged.filter(({ gnu }) => gnu);
      const younger = judged.filter(
        ({ gnu, word }) => !gnu && !/^(?:cb_reg|cb_imm|cbb|cbh)$/.test(decode(word).row.name),
      );
      expect(known.length).toBeGreaterThan(20_000);
      expect(younger.length).toBeGreaterThan(1000);
      const made = [
        assembleLines(known.map(({ text }) => text)),
        llvmAssembled(younger.map(({ text }) => text)),
      ];
      const different = [known, younger].flatMap((list, tool) =>
        list.flatMap(({ word, text }, i) =>
          made[tool][i] === word ? [] : [`${text}: ${word.toString(16)}, not ${made[tool][i].toString(16)}`],
        ),
      );
      expect(different.slice(0, 20)).toEqual([]);
    });

    it.runIf(process.env['QUIESCE_RECORD'] === '1')('are recorded for those who do not have them', () => {
      const words = Uint32Array.from(samples(4, 64));
      const lines = answers(words).flatMap(([gnu, llvm], i) => {
        const text = isObjdumps(words[i], i * 4, gnu) ? normalise(gnu) : normalForm(llvm);
        const right = text === ours(words[i], i * 4) || text === normalForm(ours(words[i], i * 4));
        return right ? [`${words[i].toString(16)}\t${(i * 4).toString(16)}\t${text}\n`] : [];
      });
      writeFileSync(record, lines.join(''));
    });
  },
);

describe('objdump 2.40 and LLVM 19 as recorded', () => {
  const lines = readFileSync(record, 'utf8').trimEnd().split('\n');

  it('have answers for every row but the youngest', () => {
    const seen = new Set(lines.map((line) => opcodeOf(Number.parseInt(line, 16))));
    const missed = encodings.filter((row) => !seen.has(row.index)).map((row) => row.name);
    expect(missed).toEqual(['cb_reg', 'cbb', 'cbh', 'cb_imm']);
  });

  it('are what we write', () => {
    const different = lines.flatMap((line) => {
      const [word = '', address = '', text = ''] = line.split('\t');
      const mine = ours(Number.parseInt(word, 16), Number.parseInt(address, 16));
      return mine === text || normalForm(mine) === text
        ? []
        : [`${word}: recorded '${text}', ours '${mine}'`];
    });
    expect(different).toEqual([]);
  });
});
