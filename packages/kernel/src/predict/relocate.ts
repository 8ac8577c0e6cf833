import {
  adrpOffset,
  branchOffset,
  isBranchImm,
  opcodeOf,
  rowNamed,
  withAdrpOffset,
  withBranchOffset,
} from '@quiesce/insn';

const adrp = rowNamed('adrp').index;
const pageOf = (offset: number): number => Math.floor(offset / 4096) * 4096;

/**
 * The word that the kernel writes at `to` for the word of a replacement at `from` (`get_alt_insn`): branches that leave
 * the replacement keep their targets, as does ADRP. A branch to the end of the replacement stays: it goes to the end of the
 * original. Offsets are in bytes.
 */
export function relocated(word: number, from: number, to: number, start: number, length: number): number {
  if (isBranchImm(word)) {
    const target = from + branchOffset(word);
    return target >= start && target <= start + length ? word : withBranchOffset(word, target - to);
  }
  if (opcodeOf(word) === adrp) return withAdrpOffset(word, pageOf(from) + adrpOffset(word) - pageOf(to));
  return word;
}
