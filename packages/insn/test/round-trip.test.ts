import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assemble,
  bits,
  decode,
  disassemble,
  encodeRow,
  fieldsOf,
  opcodeOf,
  rowNamed,
  rowOf,
  table,
} from '@quiesce/insn';
import type { DisassembleOptions } from '@quiesce/insn';
import { generator, rows, sampleWord, wordOf } from './sample.ts';

const at = -0x7fff_f000_0000;

/** What the assembler makes of one line at `at`. */
function assembled(text: string): number | undefined {
  return assemble(text, { bases: { '.text': at } }).wordAt(at);
}

describe('inverses', () => {
  it('decoding a word and encoding its fields gives the word, should-be bits apart', () => {
    const random = generator(1);
    for (const row of rows.filter(({ aliasOf }) => aliasOf === undefined)) {
      for (let i = 0; i < 50; i += 1) {
        const word = sampleWord(row, random);
        const decoded = decode(word);
        if (decoded.row.name === 'undefined') continue;
        const again = encodeRow(decoded.row, fieldsOf(decoded));
        const shouldBe = decoded.row.fields.reduce(
          (mask, f) => mask & ~((2 ** f.width - 1) << f.lo),
          ~decoded.row.mask,
        );
        expect((again ^ word) & ~shouldBe, decoded.row.name).toBe(0);
      }
    }
  });

  it('the text of a word assembles to a word of the same text, with and without aliases', () => {
    const random = generator(2);
    for (const row of rows) {
      for (let i = 0; i < 30; i += 1) {
        const word = sampleWord(row, random);
        for (const aliases of [true, false]) {
          const text = disassemble(word, { address: at, aliases });
          if (text.startsWith('.word')) continue;
          const again = assembled(text);
          if (again !== word) expect(disassemble(again ?? 0, { address: at, aliases }), text).toBe(text);
        }
      }
    }
  });

  it('the canonical word of a text is found again exactly', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (row, seed) => {
        const word = wordOf(row, generator(seed));
        if (word === undefined || opcodeOf(word) === 0) return;
        const first = assembled(disassemble(word, { address: at }));
        expect(assembled(disassemble(first ?? 0, { address: at }))).toBe(first);
      }),
      { numRuns: 3000, seed: 5 },
    );
  });
});

describe('a caller that formats', () => {
  const number = (value: bigint, radix: 10 | 16): string => `${radix === 16 ? 'h' : 'd'}${value}`;
  const target = (to: number): string => `there+${to}`;

  it('writes numbers and targets itself', () => {
    const texts = [
      0x91000420, 0xf9400c20, 0xa9bf7bfd, 0x924000ef, 0xd2a00020, 0x92800000, 0x14000002, 0xd4200080,
    ];
    expect(texts.map((word) => disassemble(word, { address: 0x1000, number, target }))).toEqual([
      'add x0, x1, #h1',
      'ldr x0, [x1, #d24]',
      'stp x29, x30, [sp, #d-16]!',
      'and x15, x7, #h1',
      'mov x0, #h65536',
      'mov x0, #h18446744073709551615',
      'b there+4104',
      'brk #h4',
    ]);
  });

  it('writes shifts, steps and options itself, but no lanes, no fractions and no numbers that name something', () => {
    const texts = [
      0x91400420, 0x8b224c20, 0xf8627820, 0xd50335df, 0x0cdf7000, 0x6f07e7e0, 0x4e1c0420, 0xd50330bf,
    ];
    expect(texts.map((word) => disassemble(word, { number }))).toEqual([
      'add x0, x1, #h1, lsl #d12',
      'add x0, x1, w2, uxtw #d3',
      'ldr x0, [x1, x2, lsl #d3]',
      'isb #h5',
      'ld1 {v0.8b}, [x0], #d8',
      'movi v0.2d, #h18446744073709551615',
      'dup v0.4s, v1.s[3]',
      'dmb #0x00',
    ]);
  });

  it('leaves the text as it is when it writes numbers as objdump does', () => {
    const plain = (value: bigint, radix: 10 | 16): string =>
      radix === 10 ? String(value) : value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
    const random = generator(21);
    for (const word of rows.flatMap((row) => Array.from({ length: 20 }, () => sampleWord(row, random)))) {
      expect(disassemble(word, { number: plain })).toBe(disassemble(word));
    }
  });
});

describe('the text of a word', () => {
  it('does not depend on what was written before', () => {
    const random = generator(22);
    const words = [0, ...rows.flatMap((row) => Array.from({ length: 3 }, () => sampleWord(row, random)))];
    const write = (way: DisassembleOptions): string[] => words.map((word) => disassemble(word, way));
    const number = (value: bigint): string => `<${value}>`;
    const formatted = (texts: readonly string[]): number => texts.filter((text) => text.includes('<')).length;
    const plain = write({});
    expect(formatted(plain)).toBe(0);
    // Each way after the plain one, whose texts are kept, and the plain one after each way.
    const other: readonly DisassembleOptions[] = [{ number }, { aliases: false }, { address: at }];
    const texts = other.map((way) => {
      const written = write(way);
      expect(write({})).toEqual(plain);
      return written;
    });
    expect(formatted(texts[0])).toBeGreaterThan(500);
    // Texts that were kept where they must not be would be the same, but for a few that have lost their place.
    const differing = (written: readonly string[]): number =>
      written.filter((text, i) => text !== plain[i]).length;
    expect(differing(texts[1])).toBeGreaterThan(200);
    expect(differing(texts[2])).toBeGreaterThan(50);
    expect(other.map(write)).toEqual(texts);
  });
});

describe('any word', () => {
  it('decodes and prints without throwing', () => {
    const random = generator(3);
    const wrong: number[] = [];
    for (let i = 0; i < 300_000; i += 1) {
      const word = random();
      const { row } = decode(word);
      if ((word & row.mask) >>> 0 !== row.value) wrong.push(word);
      if (i % 3 === 0) disassemble(word);
    }
    expect(wrong).toEqual([]);
  });

  it('has the opcode that a linear search over the rows would find', () => {
    const ones = (mask: number): number => mask.toString(2).replaceAll('0', '').length;
    const encodings = table().filter((row) => row.aliasOf === undefined);
    const random = generator(4);
    const words = rows.flatMap((row) => Array.from({ length: 10 }, () => sampleWord(row, random)));
    for (const word of words) {
      const matching = encodings.filter(
        (row) => (word & row.mask) >>> 0 === row.value && row.when?.(word) !== false,
      );
      const best = Math.max(...matching.map((row) => ones(row.mask)));
      expect(ones(rowOf(word).mask)).toBe(best);
    }
  });
});

describe('every row', () => {
  it('is decoded, printed, parsed and encoded by some word', () => {
    const random = generator(6);
    const idle = rows.flatMap((row) => {
      const word = wordOf(row, random);
      if (word === undefined) return [`${row.name}: no word`];
      const fields = Object.fromEntries(row.fields.map((f) => [f.name, bits(word, f.lo, f.width)]));
      const shouldBe = row.fields.reduce((rest, f) => rest & ~((2 ** f.width - 1) << f.lo), ~row.mask);
      return ((encodeRow(row, fields) ^ word) & ~shouldBe) === 0 ? [] : [`${row.name}: does not encode`];
    });
    expect(idle).toEqual([]);
  });

  it('that is an alias names an encoding whose words contain its own', () => {
    for (const row of rows) {
      if (row.aliasOf === undefined) continue;
      const encoding = rowNamed(row.aliasOf);
      expect(encoding.aliasOf, row.name).toBeUndefined();
      expect((row.value & encoding.mask) >>> 0, row.name).toBe(encoding.value);
      expect((row.mask & encoding.mask) >>> 0, row.name).toBe(encoding.mask);
    }
  });

  it('has a name of its own', () => {
    expect(new Set(table().map((row) => row.name)).size).toBe(table().length);
  });

  it('is told from its peers: two encodings that overlap differ in fixed bits or by a guard', () => {
    const encodings = rows.filter((row) => row.aliasOf === undefined);
    const clashes = encodings.flatMap((a, i) =>
      encodings.slice(i + 1).flatMap((b) => {
        const overlap = ((a.value ^ b.value) & a.mask & b.mask) === 0;
        return overlap && a.mask === b.mask && a.when === undefined && b.when === undefined
          ? [`${a.name} ${b.name}`]
          : [];
      }),
    );
    expect(clashes).toEqual([]);
  });
});
