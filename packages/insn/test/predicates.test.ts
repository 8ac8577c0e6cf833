import { describe, expect, it } from 'vitest';
import * as insn from '@quiesce/insn';
import { a64, decode, kernelPredicate, kernelPredicates } from '@quiesce/insn';
import type { KernelPredicate } from '@quiesce/insn';
import { generator, rows, sampleWord, wordOf } from './sample.ts';

/** The word of one line. */
function word(text: string): number {
  return insn.assemble(text).wordAt(0) ?? 0;
}

describe('the kernel predicates', () => {
  const names = Object.keys(kernelPredicates()) as KernelPredicate[];

  const random = generator(11);
  const samples = rows.flatMap((row) =>
    Array.from({ length: 200 }, () => wordOf(row, random)).filter((w) => w !== undefined),
  );
  const encoded = samples.map((w) => ({ word: w, name: decode(w).row.name }));

  /** Encodings with a word that the predicate accepts, `some` before those with words that it does not. */
  function accepted(name: KernelPredicate): string[] {
    const holds = new Set<string>();
    const fails = new Set<string>();
    for (const sample of encoded) (kernelPredicate(name, sample.word) ? holds : fails).add(sample.name);
    return [...holds].map((row) => (fails.has(row) ? `some ${row}` : row));
  }

  it('accept these rows of the table', () => {
    const all = names.map((name) => ({ name, rows: accepted(name) }));
    expect(all.map(({ name, rows: some }) => `${name}: ${some.join(' ')}`).join('\n')).toMatchSnapshot();
    expect(all.filter(({ rows: some }) => some.length === 0)).toEqual([]);
  });

  it('accept their own value', () => {
    for (const name of names) {
      expect(kernelPredicate(name, kernelPredicates()[name][1]), name).toBe(true);
    }
    expect(names.length).toBe(107);
  });

  it('are as imprecise as in the kernel, and ours are not', () => {
    const ldar = word('ldar x0, [x1]');
    const stlr = word('stlr x0, [x1]');
    const cas = word('cas x0, x1, [x2]');
    expect([kernelPredicate('load_ex', ldar), insn.isLoadExclusive(ldar)]).toEqual([true, false]);
    expect([kernelPredicate('store_ex', stlr), insn.isStoreExclusive(stlr)]).toEqual([true, false]);
    expect([kernelPredicate('store_ex', cas), insn.isStoreExclusive(cas)]).toEqual([true, false]);
    expect(insn.isLoadExclusive(word('ldaxr w0, [x1]'))).toBe(true);
    expect(insn.isStoreExclusive(word('stxp w0, x1, x2, [x3]'))).toBe(true);
  });
});

/** Each predicate, words it holds for and words it does not. */
const unions: readonly (readonly [
  string,
  (word: number) => boolean,
  readonly string[],
  readonly string[],
])[] = [
  [
    'isBranchImm',
    insn.isBranchImm,
    ['b .', 'bl .', 'b.ne .', 'bc.eq .', 'cbz x0, .', 'cbnz x0, .', 'tbz x0, #1, .', 'tbnz x0, #1, .'],
    ['br x0', 'ret', 'nop', 'adr x0, .'],
  ],
  [
    'isBranch',
    insn.isBranch,
    ['b .', 'br x0', 'blr x0', 'ret', 'retaa', 'braa x0, x1', 'blrabz x0'],
    ['eret', 'nop', 'svc #0'],
  ],
  ['isAdrAdrp', insn.isAdrAdrp, ['adr x0, .', 'adrp x0, .'], ['ldr x0, .']],
  ['isDsb', insn.isDsb, ['dsb ish', 'dsb synxs', 'ssbb'], ['dmb ish', 'isb']],
  [
    'isBarrier',
    insn.isBarrier,
    ['dmb ish', 'dsb ish', 'dsb oshnxs', 'isb', 'sb', 'clrex', 'pssbb'],
    ['nop', 'csdb', 'esb'],
  ],
  [
    'usesLiteral',
    insn.usesLiteral,
    ['ldr x0, .', 'ldrsw x0, .', 'prfm pldl1keep, .', 'adr x0, .', 'adrp x0, .'],
    ['ldr x0, [x1]', 'b .'],
  ],
  [
    'isSteppableHint',
    insn.isSteppableHint,
    ['nop', 'xpaclri', 'paciasp', 'pacib1716', 'paciaz', 'bti', 'bti jc'],
    ['autiasp', 'yield', 'wfe', 'hint #64', 'isb'],
  ],
  [
    'isLoadSingle',
    insn.isLoadSingle,
    ['ldr x0, [x1]', 'ldrb w0, [x1], #1', 'ldrsw x0, [x1, #4]!'],
    ['str x0, [x1]', 'ldur x0, [x1]', 'ldr x0, [x1, x2]'],
  ],
  [
    'isStoreSingle',
    insn.isStoreSingle,
    ['str x0, [x1]', 'strh w0, [x1], #1', 'str w0, [x1, #4]!'],
    ['ldr x0, [x1]', 'stur x0, [x1]'],
  ],
  [
    'isLoadPair',
    insn.isLoadPair,
    ['ldp x0, x1, [x2]', 'ldp w0, w1, [x2], #8', 'ldpsw x0, x1, [x2]'],
    ['stp x0, x1, [x2]', 'ldnp x0, x1, [x2]'],
  ],
  [
    'isStorePair',
    insn.isStorePair,
    ['stp x0, x1, [x2]', 'stp w0, w1, [x2, #8]!'],
    ['ldp x0, x1, [x2]', 'stnp x0, x1, [x2]'],
  ],
  [
    'isAtomic',
    insn.isAtomic,
    ['ldadd x0, x1, [x2]', 'stset x0, [x1]', 'swp x0, x1, [x2]', 'casp x0, x1, x2, x3, [x4]'],
    ['ldxr x0, [x1]', 'ldapr x0, [x1]'],
  ],
];

describe('predicates of the table', () => {
  it.each(unions)('%s', (_name, holds, yes, no) => {
    expect(yes.filter((text) => !holds(word(text)))).toEqual([]);
    expect(no.filter((text) => holds(word(text)))).toEqual([]);
  });

  it('say how memory is used', () => {
    const use = (text: string): string => {
      const { reads, writes } = insn.memoryUse(word(text));
      return `${reads ? 'r' : '-'}${writes ? 'w' : '-'}`;
    };
    const texts = [
      'ldr x0, [x1]',
      'stp x0, x1, [x2]',
      'cas x0, x1, [x2]',
      'stlxr w0, x1, [x2]',
      'add x0, x1, #1',
      'prfm pldl1keep, [x0]',
      'ldr x0, .',
      'dc civac, x0',
      'ldaddal x0, x1, [x2]',
      'cpyfp [x0]!, [x1]!, x2!',
      'setp [x0]!, x1!, x2',
    ];
    expect(texts.map(use)).toEqual(['r-', '-w', 'rw', '-w', '--', '--', 'r-', '--', 'rw', 'rw', '-w']);
  });

  it('give the class by bits 28:25 and the system register by bits 20:5', () => {
    const texts = [
      'add x0, x1, #1',
      'add x0, x1, x2',
      'ldr x0, [x1]',
      'b .',
      'udf #0',
      '.inst 0x1e604020',
      '.inst 0x04200000',
    ];
    expect(texts.map((text) => insn.insnClass(word(text)))).toEqual([
      'dp-imm',
      'dp-reg',
      'ldst',
      'br-sys',
      'unknown',
      'dp-fpsimd',
      'sve',
    ]);
    expect(insn.extractSystemRegister(word('mrs x0, tpidr_el1'))).toBe(0xc684);
    expect(() => insn.extractSystemRegister(word('nop'))).toThrow(insn.EncodeError);
  });
});

describe('the safe list', () => {
  const listed = (issue?: insn.ArmArmIssue): string[] => {
    const random = generator(12);
    return rows
      .filter((row) => {
        const one = wordOf(row, random);
        return one !== undefined && insn.mayBePatchedUnderExecution(one, issue);
      })
      .map((row) => row.name);
  };

  it('is that of the issue, the newest by default', () => {
    expect(listed('2013').sort()).toEqual(['b', 'bl', 'brk', 'hvc', 'nop', 'smc', 'svc']);
    expect(listed('2021').sort()).toEqual(['b', 'bl', 'brk', 'hvc', 'isb', 'nop', 'smc', 'svc']);
    expect(listed().sort()).toEqual([
      'b',
      'b_cond',
      'bl',
      'brk',
      'cb_imm',
      'cb_reg',
      'cbb',
      'cbh',
      'cbnz',
      'cbz',
      'hvc',
      'isb',
      'nop',
      'smc',
      'svc',
      'tbnz',
      'tbz',
      'trcit',
      'udf',
    ]);
  });

  it('has NOP and no other hint, and what is tempting is not on it', () => {
    const tempting = [
      'yield',
      'bti c',
      'paciasp',
      'hint #64',
      'ret',
      'br x0',
      'blr x0',
      'mov x0, x1',
      'hlt #0',
      'mrs x0, daif',
      'dsb ish',
      'dmb ish',
      'sb',
      'bc.eq .',
      'sys #3, c7, c2, #6, x0',
      '.inst 0xffffffff',
    ];
    expect(tempting.filter((text) => insn.mayBePatchedUnderExecution(word(text)))).toEqual([]);
  });

  it('wants both the old and the new word', () => {
    expect(insn.isHotpatchSafe(word('nop'), word('b .'))).toBe(true);
    expect(insn.isHotpatchSafe(word('nop'), word('mov x9, x30'))).toBe(false);
    expect(insn.isHotpatchSafe(word('mov x9, x30'), word('nop'))).toBe(false);
    expect(insn.isHotpatchSafe(word('nop'), word('isb'), '2013')).toBe(false);
  });
});

describe('handy encodings', () => {
  it.each([
    ['nop', 0xd503201f],
    ['yield', 0xd503203f],
    ['isb', 0xd5033fdf],
    ['dsb ish', 0xd5033b9f],
    ['dsb ishst', 0xd5033a9f],
    ['dsb sy', 0xd5033f9f],
    ['dmb ish', 0xd5033bbf],
    ['ic ialluis', 0xd508711f],
    ['ic ivau, x1', 0xd50b7521],
    ['dc cvau, x2', 0xd50b7b22],
    ['dc civac, x3', 0xd50b7e23],
    ['msr daifset, #3', 0xd50343df],
    ['msr daifset, #15', 0xd5034fdf],
    ['msr daifclr, #3', 0xd50343ff],
    ['msr daifclr, #15', 0xd5034fff],
    ['mrs x4, daif', 0xd53b4224],
    ['msr daif, x4', 0xd51b4224],
    ['mrs x5, icc_pmr_el1', 0xd5384605],
    ['msr icc_pmr_el1, x5', 0xd5184605],
    ['eret', 0xd69f03e0],
    ['ret', 0xd65f03c0],
    ['svc #0', 0xd4000001],
    ['hvc #0', 0xd4000002],
    ['smc #0', 0xd4000003],
    ['mov x9, x30', 0xaa1e03e9],
    ['bti c', 0xd503245f],
    ['brk #4', 0xd4200080],
    ['brk #5', 0xd42000a0],
    ['brk #6', 0xd42000c0],
    ['brk #7', 0xd42000e0],
    ['brk #0x100', insn.breakFault],
    ['brk #0x400', 0xd4208000],
    ['brk #0x401', 0xd4208020],
    ['brk #0x800', 0xd4210000],
  ] as const)('%s', (text, expected) => {
    expect(word(text)).toBe(expected);
    expect(word(insn.disassemble(expected))).toBe(expected);
  });
});

describe('system operations and registers', () => {
  it('have names both ways', () => {
    const dc = a64`dc cvau, x0`.wordAt(0) ?? 0;
    expect(decode(dc).row.name).toBe('sys');
    expect(insn.systemOperation(dc)).toMatchObject({ family: 'dc', name: 'cvau', register: true });
    expect(insn.systemOperation(word('tlbi vmalle1is'))).toMatchObject({ family: 'tlbi', register: false });
    for (const [name, code] of insn.systemRegisterNames()) {
      expect(insn.systemRegisterNamed(name), name).toBe(code);
      expect([insn.systemRegisterName(code), insn.systemRegisterName(code, true)], name).toContain(name);
    }
    expect(insn.systemRegisterNamed('s3_0_c1_c0_0')).toBe(insn.systemRegisterNamed('sctlr_el1'));
    expect(insn.systemRegisterName(insn.systemRegisterCode(3, 7, 15, 15, 7))).toBe('s3_7_c15_c15_7');
    expect(insn.pstateField(word('msr daifset, #2'))?.name).toBe('daifset');
  });

  it('never throws on random words of any row', () => {
    const random = generator(13);
    for (const row of rows) {
      const one = sampleWord(row, random);
      expect(() => [
        insn.systemOperation(one),
        insn.pstateField(one),
        insn.memoryUse(one),
        insn.mayBePatchedUnderExecution(one),
      ]).not.toThrow();
    }
  });
});
