import { signExtend } from './bits.ts';
import { rowOf } from './decode.ts';
import { opcodeOf } from './opcodes.ts';
import { EncodeError, encode, fieldOf, withField } from './encode.ts';
import { pcOffset } from './target.ts';
import { lazy } from './lazy.ts';
import type { Row } from './row.ts';
import { table } from './table.ts';
import type { RowName } from './table.ts';

/** The word's encoding is one of those that a test accepts; they are found when the first word is asked about. */
function chosen(accepts: (row: Row) => boolean): (word: number) => boolean {
  const opcodes = lazy(() =>
    Uint8Array.from(table(), (row) => Number(row.aliasOf === undefined && accepts(row))),
  );
  return (word) => opcodes()[opcodeOf(word)] === 1;
}

function oneOf(...names: readonly RowName[]): (word: number) => boolean {
  return chosen((row) => names.includes(row.name));
}

/** Some encoding whose row's name matches. */
function named(pattern: RegExp): (word: number) => boolean {
  return chosen((row) => pattern.test(row.name));
}

type Predicate = (word: number) => boolean;

/** B, BL, B.cond, BC.cond, CBZ, CBNZ, TBZ, TBNZ and, which the kernel does not know yet, CB<cc>, CBB<cc>, CBH<cc>. */
export const isBranchImm: Predicate = oneOf(
  'b',
  'bl',
  'b_cond',
  'bc_cond',
  'cbz',
  'cbnz',
  'tbz',
  'tbnz',
  'cb_reg',
  'cb_imm',
  'cbb',
  'cbh',
);

/** BR, BLR, RET and their authenticated forms. */
export const isBranchReg: Predicate = named(/^(?:br|blr)(?:a[ab]z?)?$|^ret(?:a[ab](?:sppcr?)?)?$/);

/** Every branch: {@link isBranchImm} or {@link isBranchReg}. Exception returns are not among them. */
export const isBranch: Predicate = (word) => isBranchImm(word) || isBranchReg(word);

/** ADR or ADRP. */
export const isAdrAdrp: Predicate = oneOf('adr', 'adrp');

/** DSB, with or without nXS. */
export const isDsb: Predicate = oneOf('dsb', 'dsb_nxs');

/** DMB, DSB (SSBB and PSSBB are two of its options), ISB, SB and CLREX. */
export const isBarrier: Predicate = oneOf('dmb', 'dsb', 'dsb_nxs', 'isb', 'sb', 'clrex');

/**
 * LDR and LDRSW of general registers and PRFM (literal), ADR and ADRP: as the kernel's aarch64_insn_uses_literal(). For every
 * word that means something else elsewhere ask `pcOffset`.
 */
export const usesLiteral: Predicate = oneOf('ldr_lit', 'ldrsw_lit', 'prfm_lit', 'adr', 'adrp');

/** Hints that kprobes single-steps out of line: NOP, XPACLRI, PACIA and PACIB forms, BTI forms. */
export const isSteppableHint: Predicate = oneOf(
  'nop',
  'xpaclri',
  'bti',
  'pacia1716',
  'pacib1716',
  'paciaz',
  'paciasp',
  'pacibz',
  'pacibsp',
);

/** STR of one register with an immediate, pre- or post-index offset. */
export const isStoreSingle: Predicate = oneOf('str_imm', 'str_pre', 'str_post');

/** LDR of one register with an immediate, pre- or post-index offset; the sign-extending forms included. */
export const isLoadSingle: Predicate = oneOf(
  'ldr_imm',
  'ldr_pre',
  'ldr_post',
  'ldrs_imm',
  'ldrs_pre',
  'ldrs_post',
);

/** STP with an offset, pre- or post-index. */
export const isStorePair: Predicate = oneOf('stp_off', 'stp_pre', 'stp_post');

/** LDP with an offset, pre- or post-index; LDPSW included. */
export const isLoadPair: Predicate = named(/^ldp(?:sw)?_(?:off|pre|post)$/);

/** Load-exclusives, and nothing else (the kernel's `load_ex` also accepts LDAR). */
export const isLoadExclusive: Predicate = named(/^lda?x[rp]$/);

/** Store-exclusives, and nothing else (the kernel's `store_ex` also accepts STLR, CAS and CASP). */
export const isStoreExclusive: Predicate = named(/^stl?x[rp]$/);

/** Atomic read-modify-writes of LSE, LSE128 and THE: LD<op>, SWP, CAS, CASP, LDCLRP, LDSETP, SWPP, RCW and RCWS<op>. */
export const isAtomic: Predicate = named(/^(?:ld(?:add|clrp?|eor|setp?|[su]max|[su]min)|swpp?|casp?|rcw.*)$/);

const loads = named(/^ld(?!g$|gm$)/);
const stores = named(/^(?:st|gcsst)/);
const copies = named(/^(?:cpy|set[gpme])/);

/** How an instruction uses data memory. */
export type MemoryUse = { readonly reads: boolean; readonly writes: boolean };

/** Whether a word reads or writes data memory; prefetches, cache and tag maintenance do neither. */
export function memoryUse(word: number): MemoryUse {
  const both = isAtomic(word);
  const copy = copies(word);
  const isSet = copy && rowOf(word).name.startsWith('set');
  return { reads: both || loads(word) || (copy && !isSet), writes: both || stores(word) || copy };
}

/** The signed byte offset of an immediate branch (kernel: aarch64_get_branch_offset, which BUGs). Throws for others. */
export function branchOffset(word: number): number {
  const offset = isBranchImm(word) ? pcOffset(word) : undefined;
  if (offset === undefined) throw notA(word, 'an immediate branch');
  return offset;
}

function notA(word: number, expected: string): EncodeError {
  return new EncodeError('unallocated', rowOf(word).name, undefined, word >>> 0, expected);
}

/**
 * The same branch with another signed byte offset. Throws where the kernel's aarch64_set_branch_offset truncates: an offset
 * that does not fit or is not a multiple of 4; and for words that are not immediate branches.
 */
export function withBranchOffset(word: number, offset: number): number {
  const row = rowOf(word);
  const field = row.fields.find(({ name }) => /^imm(?:26|19|14|9)$/.test(name));
  if (!isBranchImm(word) || field === undefined) throw notA(word, 'an immediate branch');
  const half = 2 ** (field.width + 1);
  if (offset % 4 !== 0 || offset < -half || offset >= half) {
    const expected = `a multiple of 4 from ${-half} to ${half - 4}`;
    throw new EncodeError('out-of-range', row.name, 'offset', offset, expected);
  }
  return withField(word, field.name, (offset / 4) & (2 ** field.width - 1));
}

/** The signed offset of an ADRP in bytes, exact over all +-4 GiB (the kernel's helper loses the top bit). */
export function adrpOffset(word: number): number {
  if (rowOf(word).name !== 'adrp') throw notA(word, 'ADRP');
  const pages = (fieldOf('adrp', 'immhi')(word) << 2) | fieldOf('adrp', 'immlo')(word);
  return signExtend(pages, 21) * 4096;
}

/** The same ADRP with another offset in bytes: a multiple of 4096 from -4 GiB up to, not including, 4 GiB. */
export function withAdrpOffset(word: number, offset: number): number {
  if (rowOf(word).name !== 'adrp') throw notA(word, 'ADRP');
  const pages = offset / 4096;
  if (!Number.isInteger(pages) || pages < -(2 ** 20) || pages >= 2 ** 20) {
    throw new EncodeError(
      'out-of-range',
      'adrp',
      'offset',
      offset,
      'a multiple of 4096 from -2^32 to 2^32 - 4096',
    );
  }
  const units = pages & 0x1fffff;
  return encode('adrp', { immlo: units & 3, immhi: units >> 2, Rd: word & 31 });
}

/** The 16-bit code that aarch64_insn_extract_system_reg takes from MRS and MSR: bits 20:5, the top one always 1. */
export function extractSystemRegister(word: number): number {
  if (!oneOfSystem(word)) throw notA(word, 'MRS or MSR (register)');
  return (word >>> 5) & 0xffff;
}

const oneOfSystem = oneOf('mrs', 'msr_reg');

/** The classes that aarch64_get_insn_class (Linux 6.1) tells apart by bits 28:25. */
export type InsnClass = 'unknown' | 'sve' | 'dp-imm' | 'dp-reg' | 'dp-fpsimd' | 'ldst' | 'br-sys';

/** The class of a word by bits 28:25 alone; it says nothing about whether the word is allocated. */
export function insnClass(word: number): InsnClass {
  const op0 = (word >>> 25) & 15;
  if ((op0 & 0b1110) === 0b1000) return 'dp-imm';
  if ((op0 & 0b1110) === 0b1010) return 'br-sys';
  if ((op0 & 0b0101) === 0b0100) return 'ldst';
  if ((op0 & 0b0111) === 0b0101) return 'dp-reg';
  if ((op0 & 0b0111) === 0b0111) return 'dp-fpsimd';
  return op0 === 0b0010 ? 'sve' : 'unknown';
}
