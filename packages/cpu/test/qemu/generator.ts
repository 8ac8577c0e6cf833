import { type Row, type RowName, decode, rowNamed } from '@quiesce/insn';
import { integerRows } from '../../src/semantics/integer-rows.ts';
import { memoryRows } from '../../src/semantics/memory-rows.ts';
import { type Case, programLength } from './case.ts';

/** A small generator of pseudo-random numbers (mulberry32): the same seed gives the same programs. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** An integer from 0 to n - 1. */
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}

type Fields = Readonly<Partial<Record<string, number>>>;

/** The word of a row with the given fields, the rest random; undefined where that is another instruction. */
function wordOf(row: Row, random: Random, fields: Fields): number | undefined {
  let word = row.encoded;
  for (const { name, lo, width } of row.fields) {
    const value = fields[name] ?? random.below(2 ** width);
    word |= (value & (2 ** width - 1)) << lo;
  }
  return decode(word >>> 0).row === row ? word | 0 : undefined;
}

/** A random word of a row; `fields` is asked anew for every attempt. */
function make(name: RowName, random: Random, fields: () => Fields = () => ({})): number {
  const row = rowNamed(name);
  for (let attempt = 0; attempt < 1000; attempt++) {
    const word = wordOf(row, random, fields());
    if (word !== undefined) return word;
  }
  throw new Error(`no word of row '${name}' in 1000 attempts`);
}

/** A register from X0 to X15, or now and then the zero register. */
const data = (random: Random): number => (random.below(8) === 0 ? 31 : random.below(16));

/** Distinct registers, so that no instruction is constrained unpredictable. */
function distinct(random: Random, count: number): number[] {
  const chosen: number[] = [];
  while (chosen.length < count) {
    const candidate = data(random);
    if (!chosen.includes(candidate)) chosen.push(candidate);
  }
  return chosen;
}

const isOrdered = (name: RowName): boolean =>
  /^(ldar|ldlar|ldapr|stlr|stllr|ldapurs?|stlur|cas|casp|swp|ldx|ldax|stx|stlx)/.test(name) ||
  /^ld(add|clr|eor|set|[su]max|[su]min)$/.test(name);

/** A load, store or atomic of the scratch memory; see `case.ts` for what the base registers hold. */
function memoryWord(name: RowName, random: Random, position: number): number {
  return make(name, random, () => {
    const [rt, rt2, rs] = distinct(random, 3);
    if (name.endsWith('_lit')) {
      // The literal behind the program.
      return {
        Rt: rt,
        imm19: 10 - position + (name === 'ldr_lit' ? 0 : random.below(2)),
        sf: random.below(2),
      };
    }
    const base = isOrdered(name) ? random.pick([26, 27]) : random.pick([20, 21, 22, 23, 31]);
    const rm = random.pick([24, 25]);
    const step = base === 31 || isOrdered(name) ? 16 : 1;
    return {
      Rt: name === 'casp' ? rt & 14 : rt,
      Rt2: rt2,
      Rs: name === 'casp' ? rs & 14 : rs,
      Rn: base,
      Rm: rm,
      option: random.pick(rm === 24 ? [3, 6, 7] : [2, 6]),
      imm12: random.below(8),
      imm9: (random.below(64) - 32) & -step,
      imm7: (random.below(8) - 4) & (base === 31 ? -4 : -1),
    };
  });
}

/** An integer instruction; in memory programs only X0 to X15 are changed. */
function integerWord(name: RowName, random: Random, confined: boolean): number {
  // Of the system registers NZCV.
  if (name === 'mrs' || name === 'msr_reg') {
    return make(name, random, () => ({ o0: 1, op1: 3, CRn: 4, CRm: 2, op2: 0 }));
  }
  if (!confined) return make(name, random);
  return make(name, random, () => ({ Rd: random.below(16) }));
}

/** A branch over some of the instructions that follow. */
function branchWord(name: RowName, random: Random, position: number): number {
  const distance = 1 + random.below(programLength - position);
  return make(name, random, () => ({ imm26: distance, imm19: distance, imm14: distance }));
}

const integerNames = integerRows.map(([name]) => name);
const memoryNames = memoryRows.map(([name]) => name);
const exclusive = /^(ld|st)l?a?x[rp]$/;
const branchNames: readonly RowName[] = ['b', 'bl', 'b_cond', 'cbz', 'cbnz', 'tbz', 'tbnz'];
/** Barriers and hints, which change no register, and NZCV as a system register. */
const otherNames: readonly RowName[] = [
  ...(['cfinv', 'nop', 'yield', 'bti', 'csdb', 'sb', 'dmb', 'dsb', 'isb'] as const),
  ...(['mrs', 'msr_reg'] as const),
];

/** Every row that programs contain. */
export const rowsUnderTest: readonly RowName[] = [
  ...integerNames,
  ...memoryNames,
  ...branchNames,
  'br',
  'blr',
  'ret',
  'clrex',
  ...otherNames,
];
const plainNames = memoryNames.filter((name) => !exclusive.test(name));

/** A load exclusive and its store, with or without something in between that opens the monitor. */
function exclusives(random: Random): number[] {
  const pair = random.below(2) === 1;
  const size = random.below(4);
  const base = random.pick([26, 27]);
  const [rt, rt2, rs] = distinct(random, 3);
  const load = make(pair ? random.pick(['ldxp', 'ldaxp']) : random.pick(['ldxr', 'ldaxr']), random, () => ({
    size,
    sz: size & 1,
    Rt: rt,
    Rt2: rt2,
    Rn: base,
  }));
  const store = make(pair ? random.pick(['stxp', 'stlxp']) : random.pick(['stxr', 'stlxr']), random, () => ({
    size,
    sz: size & 1,
    Rt: random.below(8) === 0 && rs !== 31 ? 31 : (rs + 1) % 16,
    Rt2: (rs + 2) % 16,
    Rs: rs,
    Rn: base,
  }));
  const between = [
    [],
    [make('clrex', random)],
    [integerWord(random.pick(integerNames), random, true)],
    [store],
  ][random.below(4)];
  return random.below(5) === 0 ? [store] : [load, ...between, store];
}

/** A branch through a register, to one of the instructions that follow. */
function indirect(random: Random, position: number): number[] {
  const register = random.below(31);
  const distance = 4 * (2 + random.below(programLength - position - 1));
  return [
    make('adr', random, () => ({ Rd: register, immlo: 0, immhi: distance >> 2 })),
    make(random.pick(['br', 'blr', 'ret']), random, () => ({ Rn: register })),
  ];
}

/**
 * Programs for all rows of integer and memory instructions. Each of `rounds` rounds uses every row at least once.
 */
export function generate(seed: number, rounds: number): Case[] {
  const random = new Random(seed);
  const cases: Case[] = [];
  const add = (kind: Case['kind'], words: number[]): void => {
    cases.push({
      kind,
      words,
      inputs: Array.from({ length: 31 }, () => random.below(64)),
      nzcv: random.below(16),
    });
  };
  const mixed = (names: readonly RowName[]): RowName[] =>
    names
      .map((name) => ({ name, key: random.below(2 ** 30) }))
      .sort((a, b) => a.key - b.key)
      .map(({ name }) => name);
  for (let round = 0; round < rounds; round++) {
    const integers = mixed([...integerNames, ...otherNames, ...branchNames, ...branchNames]);
    while (integers.length > 0) {
      const words: number[] = [];
      for (const name of integers.splice(0, 6)) {
        words.push(
          branchNames.includes(name)
            ? branchWord(name, random, words.length)
            : integerWord(name, random, false),
        );
      }
      add('integer', words);
    }
    const accesses = mixed(plainNames);
    while (accesses.length > 0) {
      const words: number[] = [];
      for (const name of accesses.splice(0, 4)) {
        words.push(memoryWord(name, random, words.length));
        if (random.below(4) === 0) words.push(integerWord(random.pick(integerNames), random, true));
      }
      add('memory', words);
    }
    for (let i = 0; i < 4; i++) add('memory', exclusives(random));
    const first = integerWord(random.pick(integerNames), random, false);
    add('integer', [first, ...indirect(random, 1)]);
  }
  return cases;
}
