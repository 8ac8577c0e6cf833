import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble, decode, disassemble, insnClass } from '@quiesce/insn';
import { assembleLines, missing, normalise, objdump } from './binutils.ts';
import { generator, rows, sampleWord, wordOf } from './sample.ts';

const record = join(import.meta.dirname, 'recorded', 'objdump.tsv');

/** Our text as objdump writes it: targets without 0x. */
function ours(word: number, address: number): string {
  const target = (a: number): string => BigInt.asUintN(64, BigInt(a)).toString(16);
  return normalise(disassemble(word, { address, target }));
}

/**
 * What objdump 2.40 says differently, and why we do not follow it. Everything else must be equal.
 */
function tolerated(word: number, gnu: string, mine: string): boolean {
  const { name } = decode(word).row;
  // Unallocated system space (op0 = 0) is written as if it were a register; the manual calls it unallocated.
  if (/^(?:msr|mrs \w+,) s0_/.test(gnu) && name === 'undefined') return true;
  // Newer than binutils 2.40: FEAT_CMPBR, TRCIT, TLBI ...nXS.
  if (/^cb(?:b|h|_reg|_imm)$/.test(name) && gnu.startsWith('.inst')) return true;
  if (name === 'sys' && /^(?:trcit|tlbi \w+nxs)/.test(mine) && gnu.startsWith('sys')) return true;
  // The manual's names: DGH is hint #6, CLRBHB was first called CLEARBHB.
  if (name === 'dgh' && gnu === 'hint #0x6') return true;
  if (name === 'clrbhb' && gnu === 'clearbhb') return true;
  // LD64B and its kin with an odd register, or one above x22, are UNDEFINED; objdump does not look.
  if (/^(?:ld|st)64b/.test(gnu) && name === 'undefined') return true;
  // LDARH with should-be-one bits at zero, which objdump accepts for LDARB and LDAR.
  if (name === 'ldar' && gnu.startsWith('.inst')) return true;
  // FMLAL and FMLSL with sz = 1 are unallocated; objdump does not look.
  if (/^fml[as]l2? /.test(gnu) && name === 'undefined') return true;
  return false;
}

/** SVE and SME by their place in the encoding: the table has few of them, the others are undefined here. */
function isLater(word: number): boolean {
  return /^(?:sve|unknown)$/.test(insnClass(word));
}

describe.skipIf(missing !== undefined)(
  `objdump as the judge${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('writes 300 words of every row as we do', () => {
      const random = generator(0x2021_1203);
      const words = rows.flatMap((row) => {
        const guarded = Array.from({ length: 20 }, () => wordOf(row, random)).filter((w) => w !== undefined);
        return [...guarded, ...Array.from({ length: 280 }, () => sampleWord(row, random))];
      });
      const different = objdump(words).flatMap((text, i) => {
        const [gnu, mine] = [normalise(text), ours(words[i], i * 4)];
        const unallocated = gnu.startsWith('.inst') && mine.startsWith('.word');
        return gnu === mine || unallocated || tolerated(words[i], gnu, mine)
          ? []
          : [`${words[i].toString(16)}: objdump '${gnu}', ours '${mine}'`];
      });
      expect(different.slice(0, 20)).toEqual([]);
    });

    it('agrees on what random words are', () => {
      const random = generator(7);
      const words = Array.from({ length: 60_000 }, random);
      const different = objdump(words).flatMap((text, i) => {
        const [gnu, mine] = [normalise(text), ours(words[i], i * 4)];
        const unallocated = gnu.startsWith('.inst') || isLater(words[i]);
        return gnu === mine || (unallocated && mine.startsWith('.word')) || tolerated(words[i], gnu, mine)
          ? []
          : [`${words[i].toString(16)}: objdump '${gnu}', ours '${mine}'`];
      });
      expect(different.slice(0, 20)).toEqual([]);
    });

    it('agrees on what words are that differ from a row in one fixed bit', () => {
      const random = generator(11);
      const words = rows.flatMap((row) => {
        const fixed = Array.from({ length: 32 }, (_none, bit) => 1 << bit).filter((bit) => row.mask & bit);
        return fixed.flatMap((bit) => [sampleWord(row, random) ^ bit, sampleWord(row, random) ^ bit]);
      });
      const different = objdump(words.map((word) => word >>> 0)).flatMap((text, i) => {
        const [gnu, mine] = [normalise(text), ours(words[i], i * 4)];
        const unallocated = gnu.startsWith('.inst') || isLater(words[i]);
        return gnu === mine || (unallocated && mine.startsWith('.word')) || tolerated(words[i], gnu, mine)
          ? []
          : [`${(words[i] >>> 0).toString(16)}: objdump '${gnu}', ours '${mine}'`];
      });
      expect(different.slice(0, 20)).toEqual([]);
    });

    it('and GNU as makes the same words of our text', () => {
      const random = generator(0x2026);
      const younger = /^(?:cb_reg|cb_imm|cbb|cbh|dgh|clrbhb|trcit|clearbhb)$/;
      const words = rows.flatMap((row) =>
        Array.from({ length: younger.test(row.name) ? 0 : 20 }, () => wordOf(row, random)).filter(
          (w) => w !== undefined && !/nxs|^trcit|^dgh|^clrbhb/.test(disassemble(w)),
        ),
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
    expect(encodings.filter((name) => !seen.has(name))).toEqual([
      'cb_reg',
      'cbb',
      'cbh',
      'cb_imm',
      'dgh',
      'clrbhb',
    ]);
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
