import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble, decode, disassemble } from '@quiesce/insn';
import { assembleLines, missing, normalise, objdump } from './binutils.ts';
import { differences, ours, tolerated, younger } from './judge.ts';
import { generator, rows, sampleWord, wordOf } from './sample.ts';

const record = join(import.meta.dirname, 'recorded', 'objdump.tsv');

describe.skipIf(missing !== undefined)(
  `objdump as the judge${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('writes 300 words of every row as we do', () => {
      const random = generator(0x2021_1203);
      const words = rows.flatMap((row) => {
        const guarded = Array.from({ length: 20 }, () => wordOf(row, random)).filter((w) => w !== undefined);
        return [...guarded, ...Array.from({ length: 280 }, () => sampleWord(row, random))];
      });
      const different = objdump(words).flatMap((text, i) => differences(text, words[i], i * 4));
      expect(different.slice(0, 20)).toEqual([]);
    });

    it('agrees on what random words are', () => {
      const random = generator(7);
      const words = Array.from({ length: 60_000 }, random);
      const different = objdump(words).flatMap((text, i) => differences(text, words[i], i * 4));
      expect(different.slice(0, 20)).toEqual([]);
    });

    it('agrees on what words are that differ from a row in one fixed bit', () => {
      const random = generator(11);
      const words = rows.flatMap((row) => {
        const fixed = Array.from({ length: 32 }, (_none, bit) => 1 << bit).filter((bit) => row.mask & bit);
        return fixed.flatMap((bit) => [sampleWord(row, random) ^ bit, sampleWord(row, random) ^ bit]);
      });
      const different = objdump(words.map((word) => word >>> 0)).flatMap((text, i) =>
        differences(text, words[i], i * 4),
      );
      expect(different.slice(0, 20)).toEqual([]);
    });

    it('and GNU as makes the same words of our text', () => {
      const random = generator(0x2026);
      const renamed = /^(?:dgh|clrbhb|trcit|clearbhb)$/;
      const words = rows.flatMap((row) =>
        Array.from({ length: younger.test(row.name) || renamed.test(row.name) ? 0 : 20 }, () =>
          wordOf(row, random),
        ).filter((w) => w !== undefined && !/nxs|^trcit|^dgh|^clrbhb/.test(disassemble(w))),
      );
      // Should-be bits are not in the text: what is compared is the canonical word.
      const canonical = words.flatMap((word) => {
        const again = word === undefined ? undefined : assemble(disassemble(word)).wordAt(0);
        return again === undefined ? [] : [again];
      });
      const gnu = assembleLines(canonical.map((word) => disassemble(word)));
      const different = canonical.flatMap((word, i) =>
        gnu[i] === word ? [] : [`${disassemble(word)}: ${word.toString(16)}, GNU as ${gnu[i].toString(16)}`],
      );
      expect(different.slice(0, 20)).toEqual([]);
    });

    it.runIf(process.env['QUIESCE_RECORD'] === '1')(
      'records its answers for those who do not have it',
      () => {
        const random = generator(64);
        const words = rows.flatMap((row) =>
          Array.from({ length: 4 }, () => wordOf(row, random)).filter((w) => w !== undefined),
        );
        const texts = objdump(words.flatMap((word) => [word])).map(normalise);
        const lines = words.flatMap((word, i) =>
          tolerated(word, texts[i], ours(word, i * 4))
            ? []
            : [`${word.toString(16)}\t${(i * 4).toString(16)}\t${texts[i]}\n`],
        );
        writeFileSync(record, lines.join(''));
      },
    );
  },
);

describe('objdump as recorded (binutils 2.40)', () => {
  const lines = readFileSync(record, 'utf8').trimEnd().split('\n');

  it('has answers for nearly every row', () => {
    const seen = new Set(lines.map((line) => decode(Number.parseInt(line, 16)).row.name));
    const encodings = rows.filter((row) => row.aliasOf === undefined).map((row) => row.name);
    const missed = encodings.filter((name) => !seen.has(name) && !younger.test(name));
    expect(missed).toEqual(['dgh', 'clrbhb']);
  });

  it('is what we write', () => {
    const different = lines.flatMap((line) => {
      const [word = '', address = '', text = ''] = line.split('\t');
      const mine = ours(Number.parseInt(word, 16), Number.parseInt(address, 16));
      return mine === text ? [] : [`${word}: recorded '${text}', ours '${mine}'`];
    });
    expect(different).toEqual([]);
  });
});
