import { encode } from '../encode.ts';
import { chosen, refuse } from './operands.ts';

/**
 * The kernel's instruction generators (arch/arm64/lib/insn.c), with its vocabulary: hints, barriers, system registers. Each returns an unsigned
 * word. Where the kernel returns AARCH64_BREAK_FAULT, or truncates, these throw {@link EncodeError}. Registers are 0..31.
 */

/** HINT with a number from 0 to 127, not shifted. */
export function genHint(op: number): number {
  if (!Number.isInteger(op) || op < 0 || op > 127) throw refuse('hint', 'op', op, 'a hint from 0 to 127');
  return encode('hint', { CRm: op >> 3, op2: op & 7 });
}

/** NOP. */
export function genNop(): number {
  return encode('nop', {});
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
  return encode('dmb', { CRm: chosen('dmb', 'type', type, barrierCode) });
}

/** DSB. */
export function genDsb(type: BarrierType): number {
  return encode('dsb', { CRm: chosen('dsb', 'type', type, barrierCode) });
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
