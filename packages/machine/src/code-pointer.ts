import { type Operation, cells, operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';
import { registerUse } from './register-use.ts';

/** How far behind an ADRP its ADD is looked for, in instructions. */
const lookAhead = 8;

/** How far before a BR the instruction that forms its target is looked for, in instructions. */
const lookBack = 8;

const isCall = (word: number): boolean => ['bl', 'blr'].includes(operationOf(word).row.name);

/** Text addresses that a program can have as values. */
export interface CodePointers {
  /** 64-bit words of its initial memory that are text addresses, and everything in {@link formed}. */
  readonly all: ReadonlySet<number>;
  /** Results of ADR, and of ADRP with an ADD to its register soon after. */
  readonly formed: ReadonlySet<number>;
  /** Addresses after calls, where RET goes. */
  readonly returns: ReadonlySet<number>;
  /** Addresses of BRs that may go anywhere: their target is computed, as from a table of distances, or was spilled to the stack. */
  readonly computed: ReadonlySet<number>;
}

/** Whether the target of a BR is the result of arithmetic on registers, or comes from the stack. */
function isComputed(branch: Operation, before: readonly Operation[]): boolean {
  const sets = (o: Operation): boolean => ((registerUse(o).writes.low >>> (branch.rn / 2)) & 1) === 1;
  const source = before.findLast(sets);
  if (source === undefined) return false;
  const { name } = source.row;
  return /^(add|sub)_(ext|shift)$/.test(name) || (/^ld[rp]_/.test(name) && source.rn === cells.XZR);
}

/**
 * Collects the code pointers of a program. An indirect branch whose target is not computed goes to one of them, or the stepper
 * reports it.
 */
export function codePointers(map: MemoryMap): CodePointers {
  const all = new Set<number>();
  const formed = new Set<number>();
  const returns = new Set<number>();
  const computed = new Set<number>();
  const add = (address: number, ...sets: Set<number>[]): void => {
    if (address % 4 === 0 && map.mappingOf(address)?.executable === true)
      for (const set of sets) set.add(address);
  };
  for (const region of map.regions) {
    const { words } = region;
    for (let i = 0; i + 1 < words.length; i += 2) add(words[i + 1] * 0x1_0000_0000 + (words[i] >>> 0), all);
    if (region.kind !== 'text') continue;
    words.forEach((word, i) => {
      const t = region.siteWords[i];
      const pc = region.base + 4 * i;
      const allowed = t < 0 ? [word] : map.siteWords[t].allowed;
      if (allowed === undefined || allowed.some(isCall)) returns.add(pc + 4);
      for (const o of (allowed ?? []).map(operationOf)) {
        if (o.row.name === 'br') {
          const before = Array.from(words.subarray(Math.max(0, i - lookBack), i), operationOf);
          if (isComputed(o, before)) computed.add(pc);
        }
        if (o.row.name === 'adr') add(pc + o.offset, all, formed);
        if (o.row.name !== 'adrp') continue;
        const page = Math.floor(pc / 4096) * 4096 + o.offset;
        for (const next of Array.from(words.subarray(i + 1, i + 1 + lookAhead), operationOf)) {
          if (next.row.name === 'add_imm' && next.rn === o.rd) add(page + next.low, all, formed);
        }
      }
    });
  }
  return { all, formed, returns, computed };
}
