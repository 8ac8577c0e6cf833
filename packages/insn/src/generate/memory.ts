import { encode } from '../encode.ts';
import { chosen, refuse, is64, distance, scaled, sizeCode } from './operands.ts';
import type { Variant, AccessSize } from './operands.ts';

/**
 * The kernel's instruction generators (arch/arm64/lib/insn.c), with its vocabulary: loads, stores, atomics. Each returns an unsigned
 * word. Where the kernel returns AARCH64_BREAK_FAULT, or truncates, these throw {@link EncodeError}. Registers are 0..31.
 */

/** LDR, STR or LDRS with a register offset, LSL #0. A signed load is to 64 bits, and not of 64. */
export function genLoadStoreReg(
  rt: number,
  base: number,
  offsetReg: number,
  size: AccessSize,
  type: 'load' | 'store' | 'signed-load',
): number {
  const names = { load: 'ldr_reg', store: 'str_reg', 'signed-load': 'ldrs_reg' } as const;
  const name = chosen('ldr_reg', 'type', type, names);
  const fields = { size: sizeCode(name, size), Rm: offsetReg, option: 3, S: 0, Rn: base, Rt: rt };
  return name === 'ldrs_reg' ? encode(name, { ...fields, w32: 0 }) : encode(name, fields);
}

/** LDR, STR or LDRS with an unsigned offset in bytes: a multiple of the size below 4096 times it. */
export function genLoadStoreImm(
  rt: number,
  base: number,
  imm: number,
  size: AccessSize,
  type: 'load' | 'store' | 'signed-load',
): number {
  const names = { load: 'ldr_imm', store: 'str_imm', 'signed-load': 'ldrs_imm' } as const;
  const name = chosen('ldr_imm', 'type', type, names);
  const code = sizeCode(name, size);
  const unit = size / 8;
  const imm12 = imm / unit;
  if (!Number.isInteger(imm12) || imm12 < 0 || imm12 > 4095) {
    throw refuse(name, 'imm', imm, `a multiple of ${unit} from 0 to ${4095 * unit}`);
  }
  const fields = { size: code, imm12, Rn: base, Rt: rt };
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
  const name = chosen('ldp_pre', 'type', type, names);
  const sf = is64(name, variant);
  const imm7 = scaled(name, offset, variant / 8, 7);
  return encode(name, { sf, imm7, Rt2: rt2, Rn: base, Rt: rt });
}

/** LDXR, LDAXR, STXR or STLXR; `state` is the status register of the stores and is not used by the loads. */
export function genLoadStoreEx(
  rt: number,
  base: number,
  state: number,
  size: AccessSize,
  type: 'load' | 'load-acquire' | 'store' | 'store-release',
): number {
  const names = { load: 'ldxr', 'load-acquire': 'ldaxr', store: 'stxr', 'store-release': 'stlxr' } as const;
  const name = chosen('ldxr', 'type', type, names);
  const fields = { size: sizeCode(name, size), Rn: base, Rt: rt };
  return name === 'ldxr' || name === 'ldaxr' ? encode(name, fields) : encode(name, { ...fields, Rs: state });
}

/** Memory order of an atomic: bits 23:22 of LD<op>. */
export type AtomicOrder = 'none' | 'acquire' | 'release' | 'acquire-release';

const orders: Readonly<Record<AtomicOrder, { readonly A: number; readonly R: number }>> = {
  none: { A: 0, R: 0 },
  acquire: { A: 1, R: 0 },
  release: { A: 0, R: 1 },
  'acquire-release': { A: 1, R: 1 },
};

/** The kernel generates these of 32 and 64 bits only. */
const atomicSizes: Readonly<Record<32 | 64, number>> = { 32: 2, 64: 3 };

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
  const name = chosen('ldadd', 'op', op, names);
  const bits = chosen(name, 'order', order, orders);
  const fields = { ...bits, Rs: value, Rn: address, Rt: result };
  return encode(name, { size: chosen(name, 'size', size, atomicSizes), ...fields });
}

/** CAS of 32 or 64 bits: compares with `result`, which receives the old value. */
export function genCas(
  result: number,
  address: number,
  value: number,
  size: 32 | 64,
  order: AtomicOrder,
): number {
  const fields = { ...chosen('cas', 'order', order, orders), Rs: result, Rn: address, Rt: value };
  return encode('cas', { size: chosen('cas', 'size', size, atomicSizes), ...fields });
}

/** PRFM with an immediate offset of 0 (Linux 6.1; removed in 6.2). */
export function genPrefetch(
  base: number,
  type: 'pld' | 'pli' | 'pst',
  target: 1 | 2 | 3,
  policy: 'keep' | 'strm',
): number {
  const kind = chosen('prfm_imm', 'type', type, { pld: 0, pli: 8, pst: 16 });
  const level = chosen('prfm_imm', 'target', target, { 1: 0, 2: 2, 3: 4 });
  const streaming = chosen('prfm_imm', 'policy', policy, { keep: 0, strm: 1 });
  return encode('prfm_imm', { imm12: 0, Rn: base, Rt: kind | level | streaming });
}
