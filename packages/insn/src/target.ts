import { bits, signExtend } from './bits.ts';
import { opcodeOf } from './decode.ts';
import { table } from './table.ts';

/**
 * The signed byte offset that a PC-relative word encodes (branches, literal loads, ADR), or undefined for others.
 * ADRP's is relative to the page of the instruction.
 */
export function pcOffset(word: number): number | undefined {
  const row = table[opcodeOf(word)];
  for (const { name, lo, width } of row.fields) {
    if (name === 'imm26' || name === 'imm19' || name === 'imm14')
      return signExtend(bits(word, lo, width), width) * 4;
    if (name === 'imm9' && row.class === 'branches') return signExtend(bits(word, lo, width), width) * 4;
    if (name === 'immhi') {
      const pages = signExtend((bits(word, 5, 19) << 2) | bits(word, 29, 2), 21);
      return row.name === 'adrp' ? pages * 4096 : pages;
    }
  }
  return undefined;
}

/** The address that an immediate branch at `address` goes to; undefined when the word is not one. */
export function branchTarget(word: number, address: number): number | undefined {
  const row = table[opcodeOf(word)];
  if (row.class !== 'branches') return undefined;
  const offset = pcOffset(word);
  return offset === undefined ? undefined : address + offset;
}

/** The address that any PC-relative word at `address` names: branch, literal load, ADR or ADRP; undefined for others. */
export function pcRelativeTarget(word: number, address: number): number | undefined {
  const offset = pcOffset(word);
  if (offset === undefined) return undefined;
  return table[opcodeOf(word)].name === 'adrp'
    ? Math.floor(address / 4096) * 4096 + offset
    : address + offset;
}
