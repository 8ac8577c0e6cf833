import { encode } from '../encode.ts';
import { chosen, refuse, is64, register, distance } from './operands.ts';
import type { Variant } from './operands.ts';

/**
 * The kernel's instruction generators (arch/arm64/lib/insn.c), with its vocabulary: branches. Each returns an unsigned
 * word. Where the kernel returns AARCH64_BREAK_FAULT, or truncates, these throw {@link EncodeError}. Registers are 0..31.
 */

/** B (`nolink`) or BL (`link`) from `pc` to `addr`: 4-aligned, within 128 MiB. */
export function genBranchImm(pc: number, addr: number, type: 'link' | 'nolink'): number {
  const name = chosen('b', 'type', type, { link: 'bl', nolink: 'b' } as const);
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
  const name = chosen('cbz', 'type', type, { zero: 'cbz', nonzero: 'cbnz' } as const);
  return encode(name, {
    sf: is64(name, variant),
    imm19: distance(name, pc, addr, 19),
    Rt: register(name, 'reg', reg),
  });
}

/** B.cond: condition 0 (EQ) to 14 (AL), within 1 MiB. */
export function genCondBranchImm(pc: number, addr: number, cond: number): number {
  if (!Number.isInteger(cond) || cond < 0 || cond > 14)
    throw refuse('b_cond', 'cond', cond, 'a condition from 0 (eq) to 14 (al)');
  return encode('b_cond', { imm19: distance('b_cond', pc, addr, 19), cond });
}

/** BR (`nolink`), BLR (`link`) or RET (`return`). */
export function genBranchReg(reg: number, type: 'nolink' | 'link' | 'return'): number {
  const name = chosen('br', 'type', type, { nolink: 'br', link: 'blr', return: 'ret' } as const);
  return encode(name, { Rn: register(name, 'reg', reg) });
}
