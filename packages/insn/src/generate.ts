import { EncodeError, encode } from './encode.ts';
import { logicalImmediateFields } from './bitmask.ts';
import type { RowName } from './table.ts';

/**
 * The kernel's instruction generators (arch/arm64/lib/insn.c), with its vocabulary. Each returns an unsigned word. Where
 * the kernel returns AARCH64_BREAK_FAULT, or truncates, these throw {@link EncodeError}. Registers are 0..31.
 */

/** Width of an operation, AARCH64_INSN_VARIANT_32BIT or _64BIT. */
export type Variant = 32 | 64;

/** Bits of a memory access, AARCH64_INSN_SIZE_8 to _64. */
export type AccessSize = 8 | 16 | 32 | 64;

/** What AARCH64_BREAK_FAULT is: `brk #0x100`. No generator returns it. */
export const breakFault = 0xd4202000;

function refuse(row: RowName, operand: string, found: number, expected: string): EncodeError {
  return new EncodeError('out-of-range', row, operand, found, expected);
}

function is64(variant: Variant): number {
  return variant === 64 ? 1 : 0;
}

function register(row: RowName, operand: string, number: number): number {
  if (Number.isInteger(number) && number >= 0 && number <= 31) return number;
  throw refuse(row, operand, number, 'a register from 0 to 31');
}

function distance(row: RowName, pc: number, addr: number, bits: number): number {
  for (const [name, value] of [
    ['pc', pc],
    ['addr', addr],
  ] as const) {
    if (!Number.isSafeInteger(value) || value % 4 !== 0)
      throw refuse(row, name, value, 'an address that is a multiple of 4');
  }
  const reach = 2 ** (bits + 1);
  const offset = addr - pc;
  if (offset < -reach || offset >= reach)
    throw refuse(row, 'addr', offset, `a distance from ${-reach} to ${reach - 4} bytes`);
  return (offset / 4) & (2 ** bits - 1);
}

/** `scaled` units of an offset in bytes, within a signed field of `bits` bits. */
function scaled(row: RowName, offset: number, unit: number, bits: number): number {
  const half = 2 ** (bits - 1);
  const units = offset / unit;
  if (!Number.isInteger(units) || units < -half || units >= half) {
    throw refuse(row, 'offset', offset, `a multiple of ${unit} from ${-half * unit} to ${(half - 1) * unit}`);
  }
  return units & (2 ** bits - 1);
}

const sizeCode: Readonly<Record<AccessSize, number>> = { 8: 0, 16: 1, 32: 2, 64: 3 };

/** B (`nolink`) or BL (`link`) from `pc` to `addr`: 4-aligned, within 128 MiB. */
export function genBranchImm(pc: number, addr: number, type: 'link' | 'nolink'): number {
  const name = type === 'link' ? 'bl' : 'b';
  return encode(name, { imm26: distance(name, pc, addr, 26) });
}

/** CBZ (`zero`) or CBNZ (`nonzero`): within 1 MiB. */
export function genCompBranchImm(
  pc: number,
  addr: number,
  reg: number,
  variant: Variant,
  type: 'zero' | 'nonzero',
): number {
  const name = type === 'zero' ? 'cbz' : 'cbnz';
  return encode(name, {
    sf: is64(variant),
    imm19: distance(name, pc, addr, 19),
    Rt: register(name, 'reg', reg),
  });
}

/** B.cond: condition 0 (EQ) to 14 (AL), within 1 MiB. */
export function genCondBranchImm(pc: number, addr: number, cond: number): number {
  if (!(cond >= 0 && cond <= 14)) throw refuse('b_cond', 'cond', cond, 'a condition from 0 (eq) to 14 (al)');
  return encode('b_cond', { imm19: distance('b_cond', pc, addr, 19), cond });
}

/** BR (`nolink`), BLR (`link`) or RET (`return`). */
export function genBranchReg(reg: number, type: 'nolink' | 'link' | 'return'): number {
  const name = ({ nolink: 'br', link: 'blr', return: 'ret' } as const)[type];
  return encode(name, { Rn: register(name, 'reg', reg) });
}

/** HINT with a number from 0 to 127, not shifted. */
export function genHint(op: number): number {
  if (!Number.isInteger(op) || op < 0 || op > 127) throw refuse('hint', 'op', op, 'a hint from 0 to 127');
  return encode('hint', { CRm: op >> 3, op2: op & 7 });
}

/** NOP. */
export function genNop(): number {
  return encode('nop', {});
}

/** LDR, STR or LDRS with a register offset, LSL #0. A signed load is to 64 bits, and not of 64. */
export function genLoadStoreReg(
  rt: number,
  base: number,
  offsetReg: number,
  size: AccessSize,
  type: 'load' | 'store' | 'signed-load',
): number {
  const fields = { size: sizeCode[size], Rm: offsetReg, option: 3, S: 0, Rn: base, Rt: rt };
  if (type === 'signed-load') return encode('ldrs_reg', { ...fields, w32: 0 });
  return encode(type === 'load' ? 'ldr_reg' : 'str_reg', fields);
}

/** LDR, STR or LDRS with an unsigned offset in bytes: a multiple of the size below 4096 times it. */
export function genLoadStoreImm(
  rt: number,
  base: number,
  imm: number,
  size: AccessSize,
  type: 'load' | 'store' | 'signed-load',
): number {
  const name = ({ load: 'ldr_imm', store: 'str_imm', 'signed-load': 'ldrs_imm' } as const)[type];
  const unit = size / 8;
  const imm12 = imm / unit;
  if (!Number.isInteger(imm12) || imm12 < 0 || imm12 > 4095) {
    throw refuse(name, 'imm', imm, `a multiple of ${unit} from 0 to ${4095 * unit}`);
  }
  const fields = { size: sizeCode[size], imm12, Rn: base, Rt: rt };
  return name === 'ldrs_imm' ? encode(name, { ...fields, w32: 0 }) : encode(name, fields);
}

/** LDR (literal): within 1 MiB. */
export function genLoadLiteral(pc: number, addr: number, rt: number, wide: boolean): number {
  return encode('ldr_lit', { sf: wide ? 1 : 0, imm19: distance('ldr_lit', pc, addr, 19), Rt: rt });
}

/** LDP or STP, pre- or post-index: the offset is a multiple of 4 or 8 in the reach of 7 signed bits. */
export function genLoadStorePair(
  rt: number,
  rt2: number,
  base: number,
  offset: number,
  variant: Variant,
  type: 'load-pre' | 'load-post' | 'store-pre' | 'store-post',
): number {
  const names = {
    'load-pre': 'ldp_pre',
    'load-post': 'ldp_post',
    'store-pre': 'stp_pre',
    'store-post': 'stp_post',
  } as const;
  const name = names[type];
  const imm7 = scaled(name, offset, variant / 8, 7);
  return encode(name, { sf: is64(variant), imm7, Rt2: rt2, Rn: base, Rt: rt });
}

/** LDXR, LDAXR, STXR or STLXR; `state` is the status register of the stores and is not used by the loads. */
export function genLoadStoreEx(
  rt: number,
  base: number,
  state: number,
  size: AccessSize,
  type: 'load' | 'load-acquire' | 'store' | 'store-release',
): number {
  const fields = { size: sizeCode[size], Rn: base, Rt: rt };
  if (type === 'load') return encode('ldxr', fields);
  if (type === 'load-acquire') return encode('ldaxr', fields);
  return encode(type === 'store' ? 'stxr' : 'stlxr', { ...fields, Rs: state });
}

/** Memory order of an atomic: bits 23:22 of LD<op>. */
export type AtomicOrder = 'none' | 'acquire' | 'release' | 'acquire-release';

function acquire(order: AtomicOrder): number {
  return order.startsWith('acquire') ? 1 : 0;
}

function release(order: AtomicOrder): number {
  return order.endsWith('release') ? 1 : 0;
}

/** LDADD, LDCLR, LDEOR, LDSET or SWP of 32 or 64 bits. */
export function genAtomicLdOp(
  result: number,
  address: number,
  value: number,
  size: 32 | 64,
  op: 'add' | 'clr' | 'eor' | 'set' | 'swp',
  order: AtomicOrder,
): number {
  const names = { add: 'ldadd', clr: 'ldclr', eor: 'ldeor', set: 'ldset', swp: 'swp' } as const;
  const fields = { A: acquire(order), R: release(order), Rs: value, Rn: address, Rt: result };
  return encode(names[op], { size: sizeCode[size], ...fields });
}

/** CAS of 32 or 64 bits: compares with `result`, which receives the old value. */
export function genCas(
  result: number,
  address: number,
  value: number,
  size: 32 | 64,
  order: AtomicOrder,
): number {
  const fields = { A: acquire(order), R: release(order), Rs: result, Rn: address, Rt: value };
  return encode('cas', { size: sizeCode[size], ...fields });
}

/** ADD, SUB, ADDS or SUBS: 12 bits, or 12 bits followed by 12 zeros. */
export function genAddSubImm(
  rd: number,
  rn: number,
  imm: number,
  variant: Variant,
  type: 'add' | 'sub' | 'adds' | 'subs',
): number {
  const name = `${type}_imm` as const;
  const shifted = imm > 0xfff;
  if (!Number.isInteger(imm) || imm < 0 || imm > 0xfff000 || (shifted && imm % 4096 !== 0)) {
    throw refuse(name, 'imm', imm, 'an integer below 2^12, or a multiple of 2^12 below 2^24');
  }
  const imm12 = shifted ? imm / 4096 : imm;
  return encode(name, { sf: is64(variant), sh: shifted ? 1 : 0, imm12, Rn: rn, Rd: rd });
}

/** ADR (bytes, within 1 MiB) or ADRP (pages, within 4 GiB), checked before anything is truncated. */
export function genAdr(pc: number, addr: number, rd: number, type: 'adr' | 'adrp'): number {
  const offset = type === 'adr' ? addr - pc : Math.floor(addr / 4096) - Math.floor(pc / 4096);
  const unit = type === 'adr' ? 'bytes' : 'pages of 4096 bytes';
  if (!Number.isInteger(offset) || offset < -(2 ** 20) || offset >= 2 ** 20) {
    throw refuse(type, 'addr', offset, `a distance from -2^20 to 2^20 - 1 ${unit}`);
  }
  const units = offset & 0x1fffff;
  return encode(type, { immlo: units & 3, immhi: units >> 2, Rd: rd });
}

/** BFM (`move`), UBFM (`move-unsigned`) or SBFM (`move-signed`). */
export function genBitfield(
  rd: number,
  rn: number,
  immr: number,
  imms: number,
  variant: Variant,
  type: 'move' | 'move-unsigned' | 'move-signed',
): number {
  const name = ({ move: 'bfm', 'move-unsigned': 'ubfm', 'move-signed': 'sbfm' } as const)[type];
  shiftAmount(name, 'immr', immr, variant);
  shiftAmount(name, 'imms', imms, variant);
  return encode(name, { sf: is64(variant), N: is64(variant), immr, imms, Rn: rn, Rd: rd });
}

/** MOVZ (`zero`), MOVK (`keep`) or MOVN (`inverse`): 16 bits, shifted by 0, 16, or for 64 bits 32 or 48. */
export function genMovewide(
  rd: number,
  imm: number,
  shift: number,
  variant: Variant,
  type: 'zero' | 'keep' | 'inverse',
): number {
  const name = ({ zero: 'movz', keep: 'movk', inverse: 'movn' } as const)[type];
  if (shift % 16 !== 0 || shift < 0 || shift >= variant)
    throw refuse(name, 'shift', shift, `a multiple of 16 below ${variant}`);
  return encode(name, { sf: is64(variant), hw: shift / 16, imm16: imm, Rd: rd });
}

function shiftAmount(row: RowName, operand: string, value: number, variant: Variant): number {
  if (Number.isInteger(value) && value >= 0 && value < variant) return value;
  throw refuse(row, operand, value, `an integer from 0 to ${variant - 1}`);
}

/** ADD, SUB, ADDS or SUBS of registers, the second shifted left. */
export function genAddSubShiftedReg(
  rd: number,
  rn: number,
  rm: number,
  shift: number,
  variant: Variant,
  type: 'add' | 'sub' | 'adds' | 'subs',
): number {
  const name = `${type}_shift` as const;
  const imm6 = shiftAmount(name, 'shift', shift, variant);
  return encode(name, { sf: is64(variant), shift: 0, Rm: rm, imm6, Rn: rn, Rd: rd });
}

/** REV16, REV32 or REV64. REV32 of 32 bits is REV; REV64 needs 64 bits. */
export function genData1(
  rd: number,
  rn: number,
  variant: Variant,
  type: 'reverse-16' | 'reverse-32' | 'reverse-64',
): number {
  if (type === 'reverse-16') return encode('rev16', { sf: is64(variant), Rn: rn, Rd: rd });
  if (type === 'reverse-32' && variant === 64) return encode('rev32', { Rn: rn, Rd: rd });
  if (type === 'reverse-64' && variant === 32) throw refuse('rev', 'variant', 32, '64 for reverse-64');
  return encode('rev', { sf: is64(variant), opc0: is64(variant), Rn: rn, Rd: rd });
}

/** UDIV, SDIV, LSLV, LSRV, ASRV or RORV. */
export function genData2(
  rd: number,
  rn: number,
  rm: number,
  variant: Variant,
  type: 'udiv' | 'sdiv' | 'lslv' | 'lsrv' | 'asrv' | 'rorv',
): number {
  return encode(type, { sf: is64(variant), Rm: rm, Rn: rn, Rd: rd });
}

/** MADD or MSUB; the addend comes second, as in the kernel. */
export function genData3(
  rd: number,
  ra: number,
  rn: number,
  rm: number,
  variant: Variant,
  type: 'madd' | 'msub',
): number {
  return encode(type, { sf: is64(variant), Rm: rm, Ra: ra, Rn: rn, Rd: rd });
}

/** AND, BIC, ORR, ORN, EOR, EON, ANDS or BICS of registers, the second shifted left. */
export function genLogicalShiftedReg(
  rd: number,
  rn: number,
  rm: number,
  shift: number,
  variant: Variant,
  type: 'and' | 'bic' | 'orr' | 'orn' | 'eor' | 'eon' | 'ands' | 'bics',
): number {
  const name = `${type}_shift` as const;
  const imm6 = shiftAmount(name, 'shift', shift, variant);
  return encode(name, { sf: is64(variant), shift: 0, Rm: rm, imm6, Rn: rn, Rd: rd });
}

/** MOV of a register (ORR with the zero register): 31 is the zero register, the stack pointer cannot be moved so. */
export function genMoveReg(rd: number, rm: number, variant: Variant): number {
  return genLogicalShiftedReg(rd, 31, rm, 0, variant, 'orr');
}

/** AND, ORR, EOR or ANDS with a bitmask immediate, unsigned and no wider than the variant. */
export function genLogicalImmediate(
  type: 'and' | 'orr' | 'eor' | 'ands',
  variant: Variant,
  rn: number,
  rd: number,
  imm: bigint,
): number {
  const name = `${type}_imm` as const;
  const fits = imm >= 0n && imm < 1n << BigInt(variant);
  const halves = { hi: Number((imm >> 32n) & 0xffffffffn), lo: Number(imm & 0xffffffffn) };
  const fields = fits ? logicalImmediateFields(halves, variant === 64) : undefined;
  if (fields === undefined) throw refuse(name, 'imm', Number(imm), `a bitmask immediate of ${variant} bits`);
  return encode(name, { sf: is64(variant), ...fields, Rn: rn, Rd: rd });
}

/** EXTR: `lsb` below the width. ROR when both sources are one register. */
export function genExtr(variant: Variant, rm: number, rn: number, rd: number, lsb: number): number {
  const imms = shiftAmount('extr', 'lsb', lsb, variant);
  return encode('extr', { sf: is64(variant), N: is64(variant), Rm: rm, imms, Rn: rn, Rd: rd });
}

/** Barrier options that the kernel generates. */
export type BarrierType = 'sy' | 'st' | 'ld' | 'ish' | 'ishst' | 'ishld' | 'nsh' | 'nshst' | 'nshld';

const barrierCode: Readonly<Record<BarrierType, number>> = {
  sy: 15,
  st: 14,
  ld: 13,
  ish: 11,
  ishst: 10,
  ishld: 9,
  nsh: 7,
  nshst: 6,
  nshld: 5,
};

/** DMB. */
export function genDmb(type: BarrierType): number {
  return encode('dmb', { CRm: barrierCode[type] });
}

/** DSB. */
export function genDsb(type: BarrierType): number {
  return encode('dsb', { CRm: barrierCode[type] });
}

/** MRS of a system register by its 15-bit code (see `systemRegisterCode`). */
export function genMrs(rt: number, sysreg: number): number {
  if (!Number.isInteger(sysreg) || sysreg < 0 || sysreg > 0x7fff)
    throw refuse('mrs', 'sysreg', sysreg, 'a code from 0 to 0x7fff');
  const fields = {
    o0: sysreg >> 14,
    op1: (sysreg >> 11) & 7,
    CRn: (sysreg >> 7) & 15,
    CRm: (sysreg >> 3) & 15,
  };
  return encode('mrs', { ...fields, op2: sysreg & 7, Rt: rt });
}

/** PRFM with an immediate offset of 0 (Linux 6.1; removed in 6.2). */
export function genPrefetch(
  base: number,
  type: 'pld' | 'pli' | 'pst',
  target: 1 | 2 | 3,
  policy: 'keep' | 'strm',
): number {
  const prfop = ({ pld: 0, pli: 8, pst: 16 }[type] | ((target - 1) << 1)) + (policy === 'strm' ? 1 : 0);
  return encode('prfm_imm', { imm12: 0, Rn: base, Rt: prfop });
}
