import { describe, expect, it } from 'vitest';
import * as insn from '@quiesce/insn';
import { EncodeError, disassemble } from '@quiesce/insn';

const pc = insn.address('0xffff800008000000');
const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Generator calls and what a disassembler says of them. */
const accepted: readonly (readonly [number, string])[] = [
  [insn.genBranchImm(pc, pc + 128 * MiB - 4, 'nolink'), 'b 0xffff80000ffffffc'],
  [insn.genBranchImm(pc, pc - 128 * MiB, 'link'), 'bl 0xffff800000000000'],
  [insn.genCompBranchImm(pc, pc + MiB - 4, 3, 64, 'zero'), 'cbz x3, 0xffff8000080ffffc'],
  [insn.genCompBranchImm(pc, pc - MiB, 3, 32, 'nonzero'), 'cbnz w3, 0xffff800007f00000'],
  [insn.genCondBranchImm(pc, pc + 8, 14), 'b.al 0xffff800008000008'],
  [insn.genBranchReg(30, 'return'), 'ret'],
  [insn.genBranchReg(1, 'link'), 'blr x1'],
  [insn.genBranchReg(31, 'nolink'), 'br xzr'],
  [insn.genHint(0x22), 'bti c'],
  [insn.genNop(), 'nop'],
  [insn.genLoadStoreReg(0, 1, 2, 64, 'load'), 'ldr x0, [x1, x2]'],
  [insn.genLoadStoreReg(0, 31, 2, 8, 'store'), 'strb w0, [sp, x2]'],
  [insn.genLoadStoreReg(0, 1, 2, 32, 'signed-load'), 'ldrsw x0, [x1, x2]'],
  [insn.genLoadStoreImm(0, 1, 4095 * 8, 64, 'load'), 'ldr x0, [x1, #32760]'],
  [insn.genLoadStoreImm(0, 1, 4095, 8, 'signed-load'), 'ldrsb x0, [x1, #4095]'],
  [insn.genLoadLiteral(pc, pc + 16, 5, true), 'ldr x5, 0xffff800008000010'],
  [insn.genLoadStorePair(29, 30, 31, -512, 64, 'store-pre'), 'stp x29, x30, [sp, #-512]!'],
  [insn.genLoadStorePair(0, 1, 2, 252, 32, 'load-post'), 'ldp w0, w1, [x2], #252'],
  [insn.genLoadStoreEx(0, 1, 9, 64, 'load-acquire'), 'ldaxr x0, [x1]'],
  [insn.genLoadStoreEx(0, 1, 9, 16, 'store'), 'stxrh w9, w0, [x1]'],
  [insn.genAtomicLdOp(0, 1, 2, 64, 'add', 'acquire-release'), 'ldaddal x2, x0, [x1]'],
  [insn.genAtomicLdOp(0, 1, 2, 32, 'swp', 'release'), 'swpl w2, w0, [x1]'],
  [insn.genAtomicLdOp(0, 1, 2, 32, 'set', 'acquire'), 'ldseta w2, w0, [x1]'],
  [insn.genCas(0, 1, 2, 64, 'none'), 'cas x0, x2, [x1]'],
  [insn.genAddSubImm(31, 31, 4095, 64, 'sub'), 'sub sp, sp, #0xfff'],
  [insn.genAddSubImm(0, 1, 0xfff000, 32, 'adds'), 'adds w0, w1, #0xfff, lsl #12'],
  [insn.genAdr(pc, pc + MiB - 1, 0, 'adr'), 'adr x0, 0xffff8000080fffff'],
  [insn.genAdr(pc + 12, pc + 3 * GiB, 0, 'adrp'), 'adrp x0, 0xffff8000c8000000'],
  [insn.genAdr(pc, pc - 4 * GiB, 0, 'adrp'), 'adrp x0, 0xffff7fff08000000'],
  [insn.genBitfield(0, 1, 8, 15, 64, 'move-unsigned'), 'ubfx x0, x1, #8, #8'],
  [insn.genMovewide(0, 0x1234, 48, 64, 'keep'), 'movk x0, #0x1234, lsl #48'],
  [insn.genAddSubShiftedReg(0, 1, 2, 63, 64, 'add'), 'add x0, x1, x2, lsl #63'],
  [insn.genData1(0, 1, 64, 'reverse-32'), 'rev32 x0, x1'],
  [insn.genData1(0, 1, 32, 'reverse-32'), 'rev w0, w1'],
  [insn.genData1(0, 1, 64, 'reverse-64'), 'rev x0, x1'],
  [insn.genData1(0, 1, 64, 'reverse-16'), 'rev16 x0, x1'],
  [insn.genData2(0, 1, 2, 64, 'udiv'), 'udiv x0, x1, x2'],
  [insn.genData2(0, 1, 2, 64, 'rorv'), 'ror x0, x1, x2'],
  [insn.genData3(0, 3, 1, 2, 64, 'madd'), 'madd x0, x1, x2, x3'],
  [insn.genLogicalShiftedReg(0, 1, 2, 31, 32, 'bics'), 'bics w0, w1, w2, lsl #31'],
  [insn.genMoveReg(9, 30, 64), 'mov x9, x30'],
  [insn.genLogicalImmediate('and', 64, 1, 0, 0xff00ff00ff00ff00n), 'and x0, x1, #0xff00ff00ff00ff00'],
  [insn.genExtr(64, 2, 1, 0, 63), 'extr x0, x1, x2, #63'],
  [insn.genDmb('ish'), 'dmb ish'],
  [insn.genDsb('nshld'), 'dsb nshld'],
  [insn.genMrs(0, 0x4684), 'mrs x0, tpidr_el1'],
  [insn.genMrs(0, 0x6682), 'mrs x0, tpidr_el2'],
  [insn.genMrs(0, 0x4208), 'mrs x0, sp_el0'],
  [insn.genPrefetch(1, 'pst', 1, 'strm'), 'prfm pstl1strm, [x1]'],
];

/** What the kernel answers with a break, or truncates. */
const refused: readonly (readonly [string, () => number])[] = [
  ['a branch past +128 MiB', () => insn.genBranchImm(pc, pc + 128 * MiB, 'nolink')],
  ['a branch past -128 MiB', () => insn.genBranchImm(pc, pc - 128 * MiB - 4, 'nolink')],
  ['an unaligned target', () => insn.genBranchImm(pc, pc + 2, 'nolink')],
  ['an unaligned place', () => insn.genBranchImm(pc + 2, pc, 'nolink')],
  ['CBZ past 1 MiB', () => insn.genCompBranchImm(pc, pc + MiB, 0, 64, 'zero')],
  ['register 32', () => insn.genCompBranchImm(pc, pc, 32, 64, 'zero')],
  ['condition NV', () => insn.genCondBranchImm(pc, pc, 15)],
  ['hint 128', () => insn.genHint(128)],
  ['a signed load of 64 bits', () => insn.genLoadStoreReg(0, 1, 2, 64, 'signed-load')],
  ['an offset that is no multiple of the size', () => insn.genLoadStoreImm(0, 1, 4, 64, 'load')],
  ['an offset of 4096 units', () => insn.genLoadStoreImm(0, 1, 4096 * 8, 64, 'load')],
  ['a pair past 504', () => insn.genLoadStorePair(0, 1, 2, 512, 64, 'load-post')],
  ['a pair below -256', () => insn.genLoadStorePair(0, 1, 2, -260, 32, 'load-post')],
  ['13 bits of immediate', () => insn.genAddSubImm(0, 1, 4097, 64, 'add')],
  ['2^24', () => insn.genAddSubImm(0, 1, 2 ** 24, 64, 'add')],
  ['ADR past 1 MiB', () => insn.genAdr(pc, pc + MiB, 0, 'adr')],
  ['ADR whose distance is a small number modulo 2^32', () => insn.genAdr(pc, pc + 4 * GiB + 4, 0, 'adr')],
  ['ADRP past 4 GiB', () => insn.genAdr(pc, pc + 4 * GiB, 0, 'adrp')],
  ['immr 32 of 32 bits', () => insn.genBitfield(0, 1, 32, 0, 32, 'move')],
  ['a shift of 32 of 32 bits', () => insn.genMovewide(0, 1, 32, 32, 'zero')],
  ['a shift by 8', () => insn.genMovewide(0, 1, 8, 64, 'zero')],
  ['17 bits', () => insn.genMovewide(0, 65536, 0, 64, 'zero')],
  ['a shift of 64', () => insn.genAddSubShiftedReg(0, 1, 2, 64, 64, 'add')],
  ['REV64 of 32 bits', () => insn.genData1(0, 1, 32, 'reverse-64')],
  ['a shift of 32 of a W register', () => insn.genLogicalShiftedReg(0, 1, 2, 32, 32, 'and')],
  ['zero as a bitmask', () => insn.genLogicalImmediate('and', 64, 1, 0, 0n)],
  ['all ones as a bitmask', () => insn.genLogicalImmediate('and', 32, 1, 0, 0xffffffffn)],
  ['a bitmask wider than W', () => insn.genLogicalImmediate('and', 32, 1, 0, 0xff00000000n)],
  ['no bitmask', () => insn.genLogicalImmediate('orr', 64, 1, 0, 0x1234n)],
  ['EXTR at 32 of 32 bits', () => insn.genExtr(32, 2, 1, 0, 32)],
  ['a system register of 16 bits', () => insn.genMrs(0, 0x8000)],
];

describe('the generators', () => {
  it.each(accepted)('make %i, which is `%s`', (word, text) => {
    expect(disassemble(word, { address: text.startsWith('adrp x0, 0xffff8000c') ? pc + 12 : pc })).toBe(text);
  });

  it.each(refused)('refuse %s', (_what, call) => {
    expect(call).toThrow(EncodeError);
  });
});

describe('offsets of words', () => {
  const nop = 0xd503201f;

  it('of ADRP are exact over 4 GiB', () => {
    for (const offset of [0, 4096, -4096, 3 * GiB, -3 * GiB, 4 * GiB - 4096, -4 * GiB]) {
      expect(insn.adrpOffset(insn.withAdrpOffset(0x90000005, offset))).toBe(offset);
    }
    expect(() => insn.withAdrpOffset(0x90000000, 4 * GiB)).toThrow(EncodeError);
    expect(() => insn.withAdrpOffset(0x90000000, 1)).toThrow(EncodeError);
    expect(() => insn.adrpOffset(nop)).toThrow(EncodeError);
  });

  it('of branches are read and replaced', () => {
    for (const word of [0x14000000, 0x94000000, 0x54000001, 0xb4000003, 0x37080000]) {
      for (const offset of [-4, 0, 0x7ffc, -0x8000]) {
        expect(insn.branchOffset(insn.withBranchOffset(word, offset))).toBe(offset);
      }
      expect(() => insn.withBranchOffset(word, 2)).toThrow(EncodeError);
      expect(() => insn.withBranchOffset(word, 128 * MiB)).toThrow(EncodeError);
    }
    expect(() => insn.withBranchOffset(nop, 4)).toThrow(EncodeError);
    expect(() => insn.branchOffset(nop)).toThrow(EncodeError);
    expect(insn.branchTarget(0x17ffffff, pc)).toBe(pc - 4);
    expect(insn.branchTarget(nop, pc)).toBeUndefined();
  });
});
