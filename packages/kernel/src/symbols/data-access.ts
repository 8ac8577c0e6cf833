import { bits, decode, memoryUse, pcRelativeTarget } from '@quiesce/insn';

/** A load or store whose address the code itself forms. Addresses are offsets in the image. */
export interface DataAccess {
  readonly offset: number;
  /** Bytes; 0 where the address is only formed. */
  readonly size: number;
}

/** Bytes that a load or store with an unsigned offset moves; the offset counts in them. */
const sizes = [1, 2, 4, 8] as const;
/** Longer functions are not read. */
const longest = 4096;

/**
 * The static variables that a function reads or writes or takes the address of: addresses formed by ADRP and ADD, followed in program order
 * through unsigned offsets. Calls and other writes make a register unknown.
 */
export function dataAccesses(words: Uint32Array, start: number, end: number): DataAccess[] {
  const known = new Map<number, number>();
  const out: DataAccess[] = [];
  for (let at = start; at + 4 <= Math.min(end, start + longest, 4 * words.length); at += 4) {
    const word = words[at >> 2];
    const { name } = decode(word).row;
    const target = word & 31;
    const source = known.get(bits(word, 5, 5));
    if (name === 'adrp') {
      const page = pcRelativeTarget(word, at);
      if (page !== undefined) known.set(target, page);
    } else if (name === 'add_imm' && source !== undefined) {
      const offset = source + bits(word, 10, 12) * (bits(word, 22, 1) === 1 ? 4096 : 1);
      known.set(target, offset);
      out.push({ offset, size: 0 });
    } else {
      const isUnsignedOffset = (word & 0x3b000000) >>> 0 === 0x39000000 && bits(word, 26, 1) === 0;
      const { reads, writes } = memoryUse(word);
      if (isUnsignedOffset && source !== undefined && (reads || writes)) {
        const size = sizes[word >>> 30];
        out.push({ offset: source + bits(word, 10, 12) * size, size });
      }
      if (reads) known.delete(target);
      else if (name === 'bl' || name === 'blr') for (let i = 0; i < 19; i++) known.delete(i);
      else if (!writes && !name.startsWith('b') && !/^(?:cb|tb)/.test(name)) known.delete(target);
    }
  }
  return out;
}
