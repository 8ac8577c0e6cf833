import { operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';

/**
 * Every text address that the program can have as a value: 64-bit words of its initial memory that are one, results of
 * ADR, and of ADRP followed by ADD to the same register. An indirect branch goes to one of these, or {@link Stepper}
 * reports that it was not foreseen.
 */
export function codePointers(map: MemoryMap): ReadonlySet<number> {
  const found = new Set<number>();
  const add = (address: number): void => {
    if (address % 4 === 0 && map.mappingOf(address)?.executable === true) found.add(address);
  };
  for (const region of map.regions) {
    const { words } = region;
    for (let i = 0; i + 1 < words.length; i += 2) add(words[i + 1] * 0x1_0000_0000 + (words[i] >>> 0));
    if (region.kind !== 'text') continue;
    words.forEach((word, i) => {
      const pc = region.base + 4 * i;
      const o = operationOf(word);
      if (o.row.name === 'adr') add(pc + o.offset);
      if (o.row.name !== 'adrp') return;
      const page = Math.floor(pc / 4096) * 4096 + o.offset;
      const next = operationOf(words[i + 1] ?? 0);
      if (next.row.name === 'add_imm' && next.rn === o.rd) add(page + next.low);
    });
  }
  return found;
}
