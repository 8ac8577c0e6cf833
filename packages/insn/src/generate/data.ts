import { encode } from '../encode.ts';
import { logicalImmediateFields } from '../bitmask.ts';
import { chosen, refuse, is64, shiftAmount } from './operands.ts';
import type { Variant } from './operands.ts';

/**
 * The kernel's instruction generators (arch/arm64/lib/insn.c), with its vocabulary: data processing. Each returns an unsigned
 * word. Where the kernel returns AARCH64_BREAK_FAULT, or truncates, these throw {@link EncodeError}. Registers are 0..31.
 */

const addSubImmediate = { add: 'add_imm', sub: 'sub_imm', adds: 'adds_imm', subs: 'subs_imm' } as const;
const addSubShifted = { add: 'add_shift', sub: 'sub_shift', adds: 'adds_shift', subs: 'subs_shift' } as const;

/** ADD, SUB, ADDS or SUBS: 12 bits, or 12 bits followed by 12 zeros. */
export function genAddSubImm(
  rd: number,
  rn: number,
  imm: number,
  variant: Variant,
  type: 'add' | 'sub' | 'adds' | 'subs',
): number {
  const name = chosen('add_imm', 'type', type, addSubImmediate);
  const shifted = imm > 0xfff;
  if (!Number.isInteger(imm) || imm < 0 || imm > 0xfff000 || (shifted && imm % 4096 !== 0)) {
    throw refuse(name, 'imm', imm, 'an integer below 2^12, or a multiple of 2^12 below 2^24');
  }
  const imm12 = shifted ? imm / 4096 : imm;
  return encode(name, { sf: is64(name, variant), sh: shifted ? 1 : 0, imm12, Rn: rn, Rd: rd });
}

/** ADR (bytes, within 1 MiB) or ADRP (pages, within 4 GiB), checked before anything is truncated. */
export function genAdr(pc: number, addr: number, rd: number, type: 'adr' | 'adrp'): number {
  const name = chosen('adr', 'type', type, { adr: 'adr', adrp: 'adrp' } as const);
  for (const [operand, value] of Object.entries({ pc, addr })) {
    if (!Number.isSafeInteger(value)) throw refuse(name, operand, value, 'an address');
  }
  const offset = name === 'adr' ? addr - pc : Math.floor(addr / 4096) - Math.floor(pc / 4096);
  const unit = name === 'adr' ? 'bytes' : 'pages of 4096 bytes';
  if (offset < -(2 ** 20) || offset >= 2 ** 20) {
    throw refuse(name, 'addr', offset, `a distance from -2^20 to 2^20 - 1 ${unit}`);
  }
  const units = offset & 0x1fffff;
  return encode(name, { immlo: units & 3, immhi: units >> 2, Rd: rd });
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
  const names = { move: 'bfm', 'move-unsigned': 'ubfm', 'move-signed': 'sbfm' } as const;
  const name = chosen('bfm', 'type', type, names);
  shiftAmount(name, 'immr', immr, variant);
  shiftAmount(name, 'imms', imms, variant);
  return encode(name, { sf: is64(name, variant), N: is64(name, variant), immr, imms, Rn: rn, Rd: rd });
}

/** MOVZ (`zero`), MOVK (`keep`) or MOVN (`inverse`): 16 bits, shifted by 0, 16, or for 64 bits 32 or 48. */
export function genMovewide(
  rd: number,
  imm: number,
  shift: number,
  variant: Variant,
  type: 'zero' | 'keep' | 'inverse',
): number {
  const name = chosen('movz', 'type', type, { zero: 'movz', keep: 'movk', inverse: 'movn' } as const);
  const sf = is64(name, variant);
  if (shift % 16 !== 0 || shift < 0 || shift >= variant)
    throw refuse(name, 'shift', shift, `a multiple of 16 below ${variant}`);
  return encode(name, { sf, hw: shift / 16, imm16: imm, Rd: rd });
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
  const name = chosen('add_shift', 'type', type, addSubShifted);
  const imm6 = shiftAmount(name, 'shift', shift, variant);
  return encode(name, { sf: is64(name, variant), shift: 0, Rm: rm, imm6, Rn: rn, Rd: rd });
}

/** REV16, REV32 or REV64. REV32 of 32 bits is REV; REV64 needs 64 bits. */
export function genData1(
  rd: number,
  rn: number,
  variant: Variant,
  type: 'reverse-16' | 'reverse-32' | 'reverse-64',
): number {
  const sf = is64('rev', variant);
  const width = chosen('rev', 'type', type, { 'reverse-16': 16, 'reverse-32': 32, 'reverse-64': 64 });
  if (width === 16) return encode('rev16', { sf, Rn: rn, Rd: rd });
  if (width === 32 && variant === 64) return encode('rev32', { Rn: rn, Rd: rd });
  if (width > variant) throw refuse('rev', 'variant', 32, '64 for reverse-64');
  return encode('rev', { sf, opc0: sf, Rn: rn, Rd: rd });
}

const twoSources = {
  udiv: 'udiv',
  sdiv: 'sdiv',
  lslv: 'lslv',
  lsrv: 'lsrv',
  asrv: 'asrv',
  rorv: 'rorv',
} as const;

/** UDIV, SDIV, LSLV, LSRV, ASRV or RORV. */
export function genData2(
  rd: number,
  rn: number,
  rm: number,
  variant: Variant,
  type: 'udiv' | 'sdiv' | 'lslv' | 'lsrv' | 'asrv' | 'rorv',
): number {
  const name = chosen('udiv', 'type', type, twoSources);
  return encode(name, { sf: is64(name, variant), Rm: rm, Rn: rn, Rd: rd });
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
  const name = chosen('madd', 'type', type, { madd: 'madd', msub: 'msub' } as const);
  return encode(name, { sf: is64(name, variant), Rm: rm, Ra: ra, Rn: rn, Rd: rd });
}

const logicalShifted = {
  and: 'and_shift',
  bic: 'bic_shift',
  orr: 'orr_shift',
  orn: 'orn_shift',
  eor: 'eor_shift',
  eon: 'eon_shift',
  ands: 'ands_shift',
  bics: 'bics_shift',
} as const;

/** AND, BIC, ORR, ORN, EOR, EON, ANDS or BICS of registers, the second shifted left. */
export function genLogicalShiftedReg(
  rd: number,
  rn: number,
  rm: number,
  shift: number,
  variant: Variant,
  type: 'and' | 'bic' | 'orr' | 'orn' | 'eor' | 'eon' | 'ands' | 'bics',
): number {
  const name = chosen('and_shift', 'type', type, logicalShifted);
  const imm6 = shiftAmount(name, 'shift', shift, variant);
  return encode(name, { sf: is64(name, variant), shift: 0, Rm: rm, imm6, Rn: rn, Rd: rd });
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
  const names = { and: 'and_imm', orr: 'orr_imm', eor: 'eor_imm', ands: 'ands_imm' } as const;
  const name = chosen('and_imm', 'type', type, names);
  const sf = is64(name, variant);
  const fits = imm >= 0n && imm < 1n << BigInt(variant);
  const halves = { hi: Number((imm >> 32n) & 0xffffffffn), lo: Number(imm & 0xffffffffn) };
  const fields = fits ? logicalImmediateFields(halves, variant === 64) : undefined;
  if (fields === undefined) throw refuse(name, 'imm', Number(imm), `a bitmask immediate of ${variant} bits`);
  return encode(name, { sf, ...fields, Rn: rn, Rd: rd });
}

/** EXTR: `lsb` below the width. ROR when both sources are one register. */
export function genExtr(variant: Variant, rm: number, rn: number, rd: number, lsb: number): number {
  const imms = shiftAmount('extr', 'lsb', lsb, variant);
  return encode('extr', {
    sf: is64('extr', variant),
    N: is64('extr', variant),
    Rm: rm,
    imms,
    Rn: rn,
    Rd: rd,
  });
}
