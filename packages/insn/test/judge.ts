import { decode, disassemble, insnClass } from '@quiesce/insn';
import { normalise } from './binutils.ts';

/** Our text as objdump writes it: targets without 0x, unless it has no symbols at all. */
export function ours(word: number, address: number, prefix = ''): string {
  const target = (a: number): string => prefix + BigInt.asUintN(64, BigInt(a)).toString(16);
  return normalise(disassemble(word, { address, target }));
}

/** Rows that binutils 2.40 does not know. */
export const younger =
  /^(?:cb[bh]|cb_reg|cb_imm|ldclrp|ldsetp|swpp|ldapr_post|stlr_pre|ldiapp|ldiapp_post|stilp|stilp_pre|stlur_fp|ldapur_fp|stl1_d|ldap1_d)$/;

/**
 * What objdump 2.40 says differently, and why we do not follow it. Everything else must be equal.
 */
export function tolerated(word: number, gnu: string, mine: string): boolean {
  const { name } = decode(word).row;
  // Unallocated system space (op0 = 0) is written as if it were a register; the manual calls it unallocated.
  if (/^(?:msr|mrs \w+,) s0_/.test(gnu) && name === 'undefined') return true;
  // Newer than binutils 2.40: FEAT_LSE128, FEAT_LRCPC3, FEAT_CMPBR, TRCIT, TLBI ...nXS.
  if (younger.test(name) && gnu.startsWith('.inst')) return true;
  if (name === 'sys' && /^(?:trcit|tlbi \w+nxs)/.test(mine) && gnu.startsWith('sys')) return true;
  // The manual's names: DGH is hint #6, CLRBHB was first called CLEARBHB.
  if (name === 'dgh' && gnu === 'hint #0x6') return true;
  if (name === 'clrbhb' && gnu === 'clearbhb') return true;
  // LD64B and its kin with an odd register, or one above x22, are UNDEFINED; objdump does not look.
  if (/^(?:ld|st)64b/.test(gnu) && name === 'undefined') return true;
  // LDARH with should-be-one bits at zero, which objdump accepts for LDARB and LDAR.
  if (name === 'ldar' && gnu.startsWith('.inst')) return true;
  // FMLAL and FMLSL with sz = 1 are unallocated; objdump does not look.
  if (/^fml[as]l2? /.test(gnu) && name === 'undefined') return true;
  return false;
}

/** SVE and SME by their place in the encoding: the table has few of them, the others are undefined here. */
function isLater(word: number): boolean {
  return /^(?:sve|unknown)$/.test(insnClass(word));
}

/** Empty when we say of a word at an address what objdump says, or a line about the difference. */
export function differences(text: string, word: number, address: number, prefix = ''): readonly string[] {
  const [gnu, mine] = [normalise(text), ours(word, address, prefix)];
  const unallocated = mine.startsWith('.word') && (gnu.startsWith('.inst') || isLater(word));
  if (gnu === mine || unallocated || tolerated(word, gnu, mine)) return [];
  return [`${(word >>> 0).toString(16).padStart(8, '0')}: objdump '${gnu}', ours '${mine}'`];
}
