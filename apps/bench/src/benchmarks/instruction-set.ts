import { assemble, decode, disassemble, encodeRow, opcodeOf, rowNamed } from '@quiesce/insn';
import { binutilsPresent, binutilsSeconds } from '../binutils.ts';
import type { Benchmark, Measurement, Scale } from '../benchmark.ts';
import { ratesOf, roundsOf } from '../clock.ts';
import { mixedWords } from '../word-mix.ts';

const group = 'instruction set';

/** Words in the mix; more than fit in the first-level cache. */
const mixed = 1 << 15;

/** Lines that as and objdump are given, so that their start does not matter. */
const linesForBinutils = 300_000;

function rate(name: string, millions: number, make: () => (i: number) => number): Benchmark {
  return {
    group,
    name,
    measure(scale): Measurement {
      const one = make();
      const work = (operations: number): number => {
        let sum = 0;
        for (let i = 0; i < operations; i++) sum ^= one(i & (mixed - 1));
        return sum;
      };
      const operations = Math.ceil(millions * 1e6 * (scale.quick ? 0.1 : 1));
      return { unit: 'M/s', values: ratesOf(scale, operations, work), note: '', details: { operations } };
    },
  };
}

/** The mix as source: one line a word, branches relative to themselves. */
function sourceOf(lines: number): string {
  const words = mixedWords(mixed);
  // ADRP to a place relative to itself is a relocation for GNU as, and objdump shows another operand.
  const texts = words.map(({ word, row }) => (row === 'adrp' ? 'adr x0, .+16' : disassemble(word)));
  return Array.from({ length: lines }, (_, i) => `${texts[i % mixed]}\n`).join('');
}

const assembling: Benchmark = {
  group,
  name: 'assemble, lines',
  measure(scale): Measurement {
    const lines = scale.quick ? 5_000 : mixed;
    const source = sourceOf(lines);
    const values = ratesOf(scale, lines, (count) => {
      const text = count === lines ? source : source.slice(0, source.indexOf('\n', source.length / 4) + 1);
      return assemble(text).symbols.size;
    });
    return { unit: 'M/s', values, note: 'all passes', details: { lines } };
  },
};

function peer(tool: 'as' | 'objdump', note: string): Benchmark {
  return {
    group,
    name: tool === 'as' ? 'GNU as, lines' : 'GNU objdump -d, lines',
    measure(scale: Scale): Measurement | undefined {
      if (!binutilsPresent()) return undefined;
      const lines = scale.quick ? linesForBinutils / 10 : linesForBinutils;
      const seconds = binutilsSeconds(sourceOf(lines), Math.min(roundsOf(scale), 3))[tool];
      return { unit: 'M/s', values: seconds.map((s) => lines / s / 1e6), note, details: { lines } };
    },
  };
}

/** Decoding, encoding and text on a mix of words like that of the kernel. */
export const instructionSetBenchmarks: readonly Benchmark[] = [
  rate('opcodeOf', 20, () => {
    const words = Int32Array.from(mixedWords(mixed), ({ word }) => word);
    return (i) => opcodeOf(words[i]);
  }),
  rate('decode', 10, () => {
    const words = Int32Array.from(mixedWords(mixed), ({ word }) => word);
    return (i) => decode(words[i]).row.index;
  }),
  rate('encode, checked fields', 2, () => {
    const words = mixedWords(mixed).map(({ row, fields }) => ({ row: rowNamed(row), fields }));
    return (i) => encodeRow(words[i].row, words[i].fields);
  }),
  rate('disassemble', 2, () => {
    const words = Int32Array.from(mixedWords(mixed), ({ word }) => word);
    return (i) => disassemble(words[i]).length;
  }),
  peer('objdump', 'start not counted'),
  assembling,
  peer('as', 'start not counted'),
];
