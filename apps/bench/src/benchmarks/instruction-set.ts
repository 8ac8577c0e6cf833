import { assemble, decode, disassemble, encode, opcodeOf } from '@quiesce/insn';
import { capstoneSeconds } from '../capstone.ts';
import { binutilsPresent, binutilsSeconds } from '../binutils.ts';
import type { Benchmark, Measurement, Scale } from '../benchmark.ts';
import { ratesOf, roundsOf } from '../clock.ts';
import { kernelText } from '../kernel-text.ts';
import { loadMilliseconds } from '../loading.ts';
import { medianOf } from '../result.ts';
import { mixedWords } from '../word-mix.ts';

const group = 'instruction set';

/** Words in the mix; more than fit in the first-level cache. */
const mixed = 1 << 15;

/** Sets of fields to encode: a caller has just made what it passes, so they are few enough to be in the cache. */
const justMade = 1 << 11;

/** Lines that as and objdump are given, so that their start does not matter. */
const linesForBinutils = 300_000;

function rate(
  name: string,
  millions: number,
  limit: number | undefined,
  make: () => (i: number) => number,
): Benchmark {
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
      return {
        unit: 'M/s',
        values: ratesOf(scale, operations, work),
        ...(limit === undefined ? {} : { limit: { bound: 'at least', value: limit } }),
        note: '',
        details: { operations },
      };
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

/** Words to write the text of, the first at an address. */
interface Passage {
  readonly words: Int32Array;
  readonly base: number;
  readonly note: string;
}

/** Our text of a passage beside that of capstone's C library, round by round: what counts is the ratio. */
function besideCapstone(
  name: string,
  limit: number | undefined,
  passage: () => Passage | undefined,
): Benchmark {
  return {
    group,
    name: `${name} / capstone`,
    measure(scale): Measurement | undefined {
      const given = passage();
      if (given === undefined) return undefined;
      const { words, base, note } = given;
      const seconds = capstoneSeconds(words, roundsOf(scale));
      if (seconds === undefined) return undefined;
      const theirs = seconds.map((s) => (s / words.length) * 1e6);
      const ours = ratesOf(scale, scale.quick ? 2e5 : 4e6, textsOf(words, base)).map((rate) => 1 / rate);
      const ratios = theirs.slice(0, ours.length).map((time, i) => time / ours[i]);
      const [slowest, fastest] = [Math.max(...ours), Math.min(...ours)].map((time) => (1 / time).toFixed(1));
      return {
        unit: 'times',
        values: ratios,
        ...(limit === undefined ? {} : { limit: { bound: 'at least', value: limit } }),
        note: `${note}; ${slowest}-${fastest} and ${(1 / Math.min(...theirs)).toFixed(1)} M/s`,
        details: { words: words.length },
      };
    },
  };
}

/** Writes text after text; reading a character of each makes the engine put its pieces together. */
function textsOf(words: Int32Array, base: number): (operations: number) => number {
  return (operations) => {
    let sum = 0;
    for (let i = 0, at = 0; i < operations; i++, at++) {
      if (at === words.length) at = 0;
      sum ^= disassemble(words[at], { address: base + 4 * at }).charCodeAt(1);
    }
    return sum;
  };
}

/** What a process pays for the package before it does anything: the median of some fresh processes. */
const loading: Benchmark = {
  group,
  name: 'load the package',
  measure(scale): Measurement {
    const { package: values, nothing } = loadMilliseconds(scale.quick ? 3 : 9);
    const empty = medianOf(nothing);
    return {
      unit: 'ms',
      values,
      limit: { bound: 'at most', value: 15 },
      note: `wall clock, start of Node not counted; an empty module takes ${empty.toFixed(1)}`,
      details: { empty },
    };
  },
};

/** Decoding, encoding and text on a mix of words like that of the kernel. */
export const instructionSetBenchmarks: readonly Benchmark[] = [
  rate('opcodeOf', 40, 80, () => {
    const words = Int32Array.from(mixedWords(mixed), ({ word }) => word);
    return (i) => opcodeOf(words[i]);
  }),
  rate('decode', 10, undefined, () => {
    const words = Int32Array.from(mixedWords(mixed), ({ word }) => word);
    return (i) => decode(words[i]).row.index;
  }),
  rate('encode, checked fields', 4, 10, () => {
    const words = mixedWords(justMade);
    // Which fields go with which row is known to the compiler where the row is.
    const byName = encode as (row: string, fields: Readonly<Record<string, number>>) => number;
    return (i) => {
      const { row, fields } = words[i & (justMade - 1)];
      return byName(row, fields);
    };
  }),
  rate('disassemble', 2, undefined, () => {
    const words = Int32Array.from(mixedWords(mixed), ({ word }) => word);
    return (i) => disassemble(words[i]).charCodeAt(1);
  }),
  besideCapstone('text of a kernel', 1.5, () => {
    const text = kernelText();
    return text && { ...text, note: text.release };
  }),
  besideCapstone('text of the mix', undefined, () => ({
    words: Int32Array.from(mixedWords(mixed), ({ word }) => word),
    base: 0,
    note: 'few words twice',
  })),
  peer('objdump', 'start not counted'),
  assembling,
  peer('as', 'start not counted'),
  loading,
];
