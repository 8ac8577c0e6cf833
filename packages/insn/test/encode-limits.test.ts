import { describe, expect, it } from 'vitest';
import {
  AddressError,
  AssemblyError,
  EncodeError,
  WordError,
  assemble,
  decode,
  disassemble,
  encode,
  encodeRow,
  genAddSubImm,
  genAdr,
  genAtomicLdOp,
  genBranchImm,
  genBranchReg,
  genCas,
  genCompBranchImm,
  genData2,
  genDmb,
  genLoadStoreEx,
  genLoadStoreImm,
  genLoadStorePair,
  genLoadStoreReg,
  genPrefetch,
  mayBePatchedUnderExecution,
  rowNamed,
  withField,
} from '@quiesce/insn';
import type { EncodeErrorCode, Fields } from '@quiesce/insn';
import { rows } from './sample.ts';

function codeOf(work: () => unknown): EncodeErrorCode | 'accepted' {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (error instanceof EncodeError) return error.code;
    throw error;
  }
}

describe('the encoder', () => {
  it('takes both ends of every field of every row, and nothing past them', () => {
    for (const row of rows) {
      for (const { name, width } of row.fields) {
        const zeros = Object.fromEntries(row.fields.map((f) => [f.name, 0]));
        const at = (value: number): string => codeOf(() => encodeRow(row, { ...zeros, [name]: value }));
        const where = `${row.name}.${name}`;
        expect(['accepted', 'unallocated'], where).toContain(at(0));
        expect(['accepted', 'unallocated'], where).toContain(at(2 ** width - 1));
        expect(at(2 ** width), where).toBe('out-of-range');
        expect(at(-1), where).toBe('out-of-range');
        expect(at(0.5), where).toBe('out-of-range');
        expect(at(Number.NaN), where).toBe('out-of-range');
      }
    }
  });

  it('names the field, the value and the range', () => {
    expect(() => encode('brk', { imm16: 0x10000 })).toThrow(
      'brk.imm16: expected an integer from 0 to 65535, found 65536',
    );
  });

  it('misses a field and refuses a stranger, at run time too', () => {
    const brk = rowNamed('brk');
    expect(codeOf(() => encodeRow(brk, {}))).toBe('missing-field');
    expect(codeOf(() => encodeRow(brk, { imm16: 0, Rd: 1 }))).toBe('unknown-field');
  });

  it('refuses combinations that are not allocated', () => {
    const shift = { sf: 0, shift: 0, Rm: 0, imm6: 32, Rn: 0, Rd: 0 };
    expect(codeOf(() => encode('add_shift', shift))).toBe('unallocated');
    expect(codeOf(() => encode('add_shift', { ...shift, imm6: 0, shift: 3 }))).toBe('unallocated');
    expect(codeOf(() => encode('movz', { sf: 0, hw: 2, imm16: 1, Rd: 0 }))).toBe('unallocated');
    expect(codeOf(() => encode('casp', { sz: 1, A: 0, Rs: 1, R: 0, Rn: 0, Rt: 0 }))).toBe('unallocated');
    expect(codeOf(() => encode('and_imm', { sf: 1, N: 1, immr: 0, imms: 63, Rn: 0, Rd: 0 }))).toBe(
      'unallocated',
    );
  });

  it('replaces one field of a word with the same care', () => {
    expect(withField(0xd4200000, 'imm16', 4)).toBe(0xd4200080);
    expect(codeOf(() => withField(0xd4200000, 'imm16', -1))).toBe('out-of-range');
    expect(codeOf(() => withField(0xd4200000, 'Rd', 0))).toBe('unknown-field');
  });

  it('is checked by the compiler', () => {
    // @ts-expect-error -- imm16 is missing
    expect(codeOf(() => encode('brk', {}))).toBe('missing-field');
    // @ts-expect-error -- NOP has no fields
    expect(codeOf(() => encode('nop', { Rd: 0 }))).toBe('unknown-field');
    // @ts-expect-error -- no such row
    expect(() => encode('nope', {})).toThrow('nope: expected the name of a row of the table');
    const fields = { sf: 1, sh: 0, imm12: 4, Rn: 1, Rd: 0 };
    expect(encode('add_imm', { ...fields, Rd: 31 })).toBe(0x9100103f);
    // @ts-expect-error -- sf has one bit
    expect(codeOf(() => encode('add_imm', { ...fields, sf: 2 }))).toBe('out-of-range');
    // @ts-expect-error -- there is no register 32
    expect(codeOf(() => encode('add_imm', { sf: 1, sh: 0, imm12: 4, Rn: 32, Rd: 0 }))).toBe('out-of-range');
    // @ts-expect-error -- CRm is unsigned
    expect(codeOf(() => encode('isb', { CRm: -1 }))).toBe('out-of-range');
    // @ts-expect-error -- ADD (immediate) has no Rm
    expect(codeOf(() => encode('add_imm', { ...fields, Rm: 0 }))).toBe('unknown-field');
  });

  it('takes numbers that the compiler does not know', () => {
    const words = [0, 1].map((sf) => encode('add_imm', { sf, sh: 0, imm12: 4, Rn: 1, Rd: 0 }));
    expect(words).toEqual([0x11001020, 0x91001020]);
    const fields: Fields<'ret'> = { Rn: 30 };
    expect(encode('ret', fields)).toBe(0xd65f03c0);
  });
});

/** Each line assembles at its limits; each step past a limit is refused. The label `here` is at 0x10000000. */
const limits: readonly (readonly [accepted: readonly string[], refused: readonly string[]])[] = [
  [
    ['b here + 0x7fffffc', 'b here - 0x8000000'],
    ['b here + 0x8000000', 'b here - 0x8000004', 'b here + 2'],
  ],
  [
    ['b.eq here + 0xffffc', 'b.eq here - 0x100000'],
    ['b.eq here + 0x100000', 'b.eq here - 0x100004', 'b.eq here + 1'],
  ],
  [
    ['cbz x0, here + 0xffffc', 'cbnz w0, here - 0x100000'],
    ['cbz x0, here + 0x100000', 'cbz sp, here', 'cbz x0, here + 3'],
  ],
  [
    ['tbz x0, #63, here + 0x7ffc', 'tbnz w0, #31, here - 0x8000'],
    [
      'tbz x0, #64, here',
      'tbz w0, #32, here',
      'tbz x0, #-1, here',
      'tbz x0, #0, here + 0x8000',
      'tbz x0, #0, here - 0x8004',
    ],
  ],
  [
    ['cbgt x0, #63, here + 0x3fc', 'cbeq w0, w1, here - 0x400'],
    ['cbgt x0, #64, here', 'cbgt x0, x1, here + 0x400', 'cbgt x0, w1, here'],
  ],
  [
    ['adr x0, here + 0xfffff', 'adr x0, here - 0x100000'],
    ['adr x0, here + 0x100000', 'adr x0, here - 0x100001', 'adr w0, here'],
  ],
  [
    ['adrp x0, here + 0xfffff000', 'adrp x0, here - 0x100000000'],
    ['adrp x0, here + 0x100000000', 'adrp x0, here - 0x100001000'],
  ],
  [
    ['add x0, x1, #4095', 'add x0, x1, #0xfff000', 'add x0, x1, #0', 'sub x0, x1, #4095, lsl #12'],
    [
      'add x0, x1, #4097',
      'add x0, x1, #0x1000000',
      'add x0, x1, #4096, lsl #12',
      'add x0, x1, #1, lsl #1',
      'add xzr, x1, #1',
    ],
  ],
  [
    ['add x0, x1, x2, lsl #63', 'add w0, w1, w2, asr #31', 'eor x0, x1, x2, ror #63'],
    [
      'add x0, x1, x2, lsl #64',
      'add w0, w1, w2, lsl #32',
      'add x0, x1, x2, ror #1',
      'add x0, x1, w2',
      'eor w0, w1, w2, ror #32',
    ],
  ],
  [
    ['add x0, x1, w2, uxtw #4', 'add sp, sp, x2, lsl #4'],
    ['add x0, x1, w2, uxtw #5', 'add x0, x1, w2, uxtx', 'add x0, x1, x2, uxtw', 'add sp, sp, x2, lsr #1'],
  ],
  [
    ['and x0, x1, #0x7fffffffffffffff', 'and w0, w1, #0x7fffffff', 'orr w0, w1, #-2'],
    [
      'and x0, x1, #0',
      'and x0, x1, #-1',
      'and w0, w1, #0xffffffff',
      'and w0, w1, #0x100000000',
      'and x0, x1, #5',
    ],
  ],
  [
    [
      'mov x0, #0xffff000000000000',
      'mov w0, #0xffffffff',
      'mov x0, #-1',
      'movz x0, #65535, lsl #48',
      'movk w0, #0, lsl #16',
    ],
    [
      'mov x0, #0x12345',
      'mov w0, #0x100000000',
      'movz x0, #65536',
      'movz x0, #1, lsl #8',
      'movz w0, #1, lsl #32',
      'movz x0, #1, lsl #64',
    ],
  ],
  [
    ['lsl x0, x1, #63', 'lsr w0, w1, #31', 'ror x0, x1, #63', 'ubfx x0, x1, #60, #4', 'bfi w0, w1, #31, #1'],
    [
      'lsl x0, x1, #64',
      'lsr w0, w1, #32',
      'ror w0, w1, #32',
      'ubfx x0, x1, #60, #5',
      'bfi w0, w1, #31, #2',
      'ubfx x0, x1, #0, #0',
      'sbfm w0, w1, #32, #0',
    ],
  ],
  [
    [
      'ldr x0, [x1, #32760]',
      'ldr w0, [x1, #16380]',
      'ldrb w0, [x1, #4095]',
      'ldr x0, [x1, #255]',
      'ldr x0, [x1, #-256]',
    ],
    [
      'ldr x0, [x1, #32768]',
      'ldr w0, [x1, #16384]',
      'ldrb w0, [x1, #4096]',
      'ldr x0, [x1, #257]',
      'ldr x0, [x1, #-257]',
    ],
  ],
  [
    ['ldr x0, [x1], #255', 'ldr x0, [x1, #-256]!', 'ldur x0, [x1, #-256]', 'ldtr x0, [x1, #255]'],
    [
      'ldr x0, [x1], #256',
      'ldr x0, [x1, #-257]!',
      'ldur x0, [x1, #256]',
      'ldtr x0, [x1, #256]',
      'ldr x0, [xzr]',
      'ldr x0, [w1]',
    ],
  ],
  [
    ['ldr x0, [x1, x2, lsl #3]', 'ldrb w0, [x1, w2, sxtw #0]', 'ldr x0, [x1, x2, lsl #0]'],
    [
      'ldr x0, [x1, x2, lsl #2]',
      'ldrh w0, [x1, w2, sxtw #2]',
      'ldr x0, [x1, w2]',
      'ldr x0, [x1, w2, lsl #3]',
      'ldr x0, [x1, x2, uxtw]',
      'ldr x0, [x1, x2, lsl]',
    ],
  ],
  [
    [
      'ldp x0, x1, [x2, #504]',
      'stp w0, w1, [x2, #-256]!',
      'ldpsw x0, x1, [x2], #252',
      'stnp x0, x1, [x2, #-512]',
    ],
    [
      'ldp x0, x1, [x2, #512]',
      'stp w0, w1, [x2, #-260]!',
      'ldpsw x0, x1, [x2], #256',
      'ldp x0, x1, [x2, #4]',
      'ldp x0, w1, [x2]',
      'ldpsw x0, x0, [x2]',
    ],
  ],
  [
    ['ldr x0, here + 0xffffc', 'ldrsw x0, here - 0x100000'],
    ['ldr x0, here + 0x100000', 'ldr x0, here + 2', 'ldrsw w0, here'],
  ],
  [
    ['brk #65535', 'svc #0', 'hint #127', 'dmb #15', 'msr daifset, #15', 'msr pan, #1', 'clrex #15'],
    [
      'brk #65536',
      'svc #-1',
      'hint #128',
      'dmb #16',
      'msr daifset, #16',
      'msr pan, #2',
      'clrex #16',
      'dsb foo',
    ],
  ],
  [
    ['ccmp x0, #31, #15, ne', 'ccmn w0, w1, #0, al'],
    ['ccmp x0, #32, #0, ne', 'ccmp x0, #0, #16, ne', 'ccmp x0, x1, #0, never'],
  ],
  [
    ['cset x0, le', 'cinc x0, x1, eq'],
    ['cset x0, al', 'cinc x0, x1, nv'],
  ],
  [
    ['caspal x0, x1, x2, x3, [x4]', 'casp w30, wzr, w2, w3, [sp]'],
    ['caspal x1, x2, x2, x3, [x4]', 'casp x0, x2, x2, x3, [x4]', 'casp x0, x1, w2, w3, [x4]'],
  ],
  [
    ['mrs x0, s3_7_c15_c15_7', 'sys #7, c15, c15, #7, x0', 'ic ialluis', 'tlbi vmalle1'],
    [
      'mrs x0, s4_0_c0_c0_0',
      'mrs x0, s3_8_c0_c0_0',
      'sys #8, c0, c0, #0',
      'ic ialluis, x0',
      'ic ivau',
      'dc cvau',
      'mrs w0, daif',
      'tlbi nothing',
    ],
  ],
  [
    ['fmov d0, #31.0', 'fmov s0, #-0.125', 'scvtf d0, w1, #32', 'fcvtzs x0, s1, #64', 'fcmp d0, #0.0'],
    [
      'fmov d0, #32.0',
      'fmov d0, #0.0',
      'fmov s0, #1.01',
      'scvtf d0, w1, #33',
      'fcvtzs x0, s1, #0',
      'fcmp d0, #1.0',
      'fadd d0, d1, s2',
      'fmov w0, d1',
      'fadd d0, d1, d32',
    ],
  ],
  [
    ['sshr v0.4s, v1.4s, #32', 'shl v0.2d, v1.2d, #63', 'sshll v0.8h, v1.8b, #7', 'shrn v0.8b, v1.8h, #8'],
    [
      'sshr v0.4s, v1.4s, #33',
      'sshr v0.4s, v1.4s, #0',
      'shl v0.2d, v1.2d, #64',
      'sshll v0.8h, v1.8b, #8',
      'shrn v0.8b, v1.8h, #9',
      'sshr v0.1d, v1.1d, #1',
      'sshll v0.8h, v1.16b, #1',
    ],
  ],
  [
    ['movi v0.4s, #255, lsl #24', 'movi v0.2d, #0xff000000000000ff', 'mvni v0.8h, #1, lsl #8'],
    [
      'movi v0.4s, #256',
      'movi v0.4s, #1, lsl #32',
      'movi v0.8h, #1, lsl #16',
      'movi v0.2d, #1',
      'movi v0.4s, #1, msl #24',
      'movi v0.1d, #0',
    ],
  ],
  [
    [
      'mov v0.b[15], w1',
      'fmla v0.4s, v1.4s, v31.s[3]',
      'mla v0.8h, v1.8h, v15.h[7]',
      'ext v0.8b, v1.8b, v2.8b, #7',
    ],
    [
      'mov v0.b[16], w1',
      'mov v0.d[1], w1',
      'fmla v0.4s, v1.4s, v31.s[4]',
      'mla v0.8h, v1.8h, v16.h[7]',
      'ext v0.8b, v1.8b, v2.8b, #8',
      'add v0.4s, v1.4s, v2.2s',
      'add v0.1d, v1.1d, v2.1d',
      'mul v0.2d, v1.2d, v2.2d',
    ],
  ],
  [
    [
      'ldr q0, [x1, #65520]',
      'ldp q0, q1, [x2, #1008]',
      'ld4 {v0.2d-v3.2d}, [x1], #64',
      'ld1 {v0.b}[15], [x1], #1',
    ],
    [
      'ldr q0, [x1, #65536]',
      'ldp q0, q1, [x2, #1024]',
      'ldp q0, d1, [x2]',
      'ld4 {v0.2d-v3.2d}, [x1], #32',
      'ld4 {v0.2d-v2.2d}, [x1]',
      'ld4 {v0.1d-v3.1d}, [x1]',
      'ld2 {v0.4s, v2.4s}, [x1]',
      'ld1 {v0.b}[16], [x1]',
      'ldr h0, =1',
      'ldxr x0, [x1, #8]',
      'ldr z0, [x1, #256, mul vl]',
      'ldr p16, [x1]',
    ],
  ],
];

describe('the assembler', () => {
  const run = (line: string): unknown =>
    assemble(`here: ${line}`, { bases: { '.text': 0x1000_0000 } }).wordAt(0x1000_0000);

  it.each(limits.flatMap(([accepted]) => accepted))('takes %s', (line) => {
    expect(run(line)).toBeTypeOf('number');
  });

  it.each(limits.flatMap(([, refused]) => refused))('refuses %s', (line) => {
    expect(() => run(line)).toThrow(AssemblyError);
  });
});

/** What a program without types may pass. */
const words: readonly unknown[] = [
  1.5,
  Number.NaN,
  Infinity,
  2 ** 32,
  -(2 ** 31) - 1,
  0n,
  '1',
  undefined,
  null,
];

describe('what is no word', () => {
  it.each(words)('%s is refused everywhere', (word) => {
    for (const use of [decode, disassemble, mayBePatchedUnderExecution]) {
      expect(() => use(word as number)).toThrow(WordError);
    }
  });

  it('is no address and no issue either', () => {
    expect(() => disassemble(0x94000001, { address: Number.NaN })).toThrow(AddressError);
    expect(() => mayBePatchedUnderExecution(0, '1999' as '2026')).toThrow(
      'one of 2013, 2021, 2026, found 1999',
    );
  });

  it('is refused for a field, whatever its type', () => {
    for (const value of [3n, '3', 1.5, -1, 32]) {
      expect(codeOf(() => encodeRow(rowNamed('ret'), { Rn: value as number }))).toBe('out-of-range');
    }
    expect(() => encode('movz', { sf: 0, hw: 2, imm16: 1, Rd: 0 })).toThrow(
      /sf.*found sf=0 hw=2 imm16=1 Rd=0/,
    );
  });
});

describe('a generator', () => {
  it.each<readonly [string, () => number]>([
    ['type', () => genBranchImm(0, 4, 'foo' as 'link')],
    ['variant', () => genCompBranchImm(0, 4, 1, 16 as 32, 'zero')],
    ['type', () => genCompBranchImm(0, 4, 1, 64, 'x' as 'zero')],
    ['type', () => genBranchReg(3, 'foo' as 'link')],
    ['type', () => genLoadStoreReg(0, 1, 2, 64, 'x' as 'load')],
    ['size', () => genLoadStoreReg(0, 1, 2, 24 as 32, 'load')],
    ['size', () => genLoadStoreImm(0, 1, 1, 7 as 8, 'load')],
    ['type', () => genLoadStorePair(0, 1, 2, 0, 64, 'load' as 'load-pre')],
    ['type', () => genLoadStoreEx(0, 1, 2, 64, 'q' as 'load')],
    ['size', () => genAtomicLdOp(0, 1, 2, 8 as 32, 'add', 'none')],
    ['order', () => genAtomicLdOp(0, 1, 2, 64, 'add', 'foo' as 'none')],
    ['size', () => genCas(0, 1, 2, 8 as 32, 'none')],
    ['variant', () => genAddSubImm(0, 1, 1, 33 as 32, 'subs')],
    ['type', () => genData2(0, 1, 2, 64, 'x' as 'udiv')],
    ['type', () => genDmb('osh' as 'ish')],
    ['type', () => genPrefetch(0, 'x' as 'pld', 1, 'keep')],
    ['target', () => genPrefetch(0, 'pld', 4 as 3, 'keep')],
    ['pc', () => genAdr(0.5, 4.5, 1, 'adrp')],
  ])('names the operand that it refuses: %s', (operand, generate) => {
    try {
      generate();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(EncodeError);
      expect(error).toMatchObject({ code: 'out-of-range', field: operand });
    }
  });
});
