import { bits, signExtend } from './bits.ts';
import { rowOf } from './decode.ts';
import { opcodeOf } from './opcodes.ts';
import { lazy } from './lazy.ts';
import type { Row } from './row.ts';
import { table } from './table.ts';

/** Reads the signed byte offset that a PC-relative row encodes; undefined for other rows. */
export function offsetReader(row: Row): ((word: number) => number) | undefined {
  if (row.name === 'adrp' || row.name === 'adr') {
    const scale = row.name === 'adrp' ? 4096 : 1;
    return (word) => signExtend((bits(word, 5, 19) << 2) | bits(word, 29, 2), 21) * scale;
  }
  const found = row.fields.find(
    ({ name }) => /^imm(?:26|19|14)$/.test(name) || (name === 'imm9' && row.class === 'branches'),
  );
  if (found === undefined) return undefined;
  const { lo, width } = found;
  return (word) => ((word << (32 - lo - width)) >> (32 - width)) * 4;
}

const offsets = lazy(() => table().map(offsetReader));

/**
 * The signed byte offset that a PC-relative word encodes (branches, literal loads, ADR), or undefined for others.
 * ADRP's is relative to the page of the instruction.
 */
export function pcOffset(word: number): number | undefined {
  return offsets()[opcodeOf(word)]?.(word);
}

/** The address that an immediate branch at `address` goes to; undefined when the word is not one. */
export function branchTarget(word: number, address: number): number | undefined {
  const row = rowOf(word);
  if (row.class !== 'branches') return undefined;
  const offset = pcOffset(word);
  return offset === undefined ? undefined : address + offset;
}

/** The address that any PC-relative word at `address` names: branch, literal load, ADR or ADRP; undefined for others. */
export function pcRelativeTarget(word: number, address: number): number | undefined {
  const offset = pcOffset(word);
  if (offset === undefined) return undefined;
  return rowOf(word).name === 'adrp' ? Math.floor(address / 4096) * 4096 + offset : address + offset;
}
