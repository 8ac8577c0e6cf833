import { type Operation, cells, operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';

/** How far back the ADRP or ADR of an address is looked for, in instructions. */
const lookBack = 4;

const accesses = /^(ld|st|swp|cas)/;
/** Behind one of these, what stands before need not have been executed. */
const transfers = /^(b|bl|br|blr|ret|eret|b_cond|bc_cond|cbz|cbnz|tbz|tbnz)$/;
const conditional = /^(b_cond|bc_cond|cbz|cbnz|tbz|tbnz)$/;

/**
 * Whether code that runs in exception or event handlers may touch private memory other than the stack: per-CPU words,
 * say, through which it could learn something of the code that it interrupted.
 *
 * Follows branches and calls from the entries. Anything that it cannot follow or locate counts as touching.
 */
export function handlersTouchPrivate(map: MemoryMap, entries: readonly number[]): boolean {
  const seen = new Set<number>();
  const work = [...entries];
  for (let pc = work.pop(); pc !== undefined; pc = work.pop()) {
    if (seen.has(pc)) continue;
    seen.add(pc);
    for (const o of wordsAt(map, pc) ?? [undefined]) {
      if (o === undefined || touches(map, pc, o)) return true;
      const next = successors(pc, o);
      if (next === undefined) return true;
      work.push(...next);
    }
  }
  return false;
}

/** What may stand at an address; undefined where that is unknown. */
function wordsAt(map: MemoryMap, pc: number): readonly Operation[] | undefined {
  const mapping = map.mappingOf(pc);
  if (mapping?.executable !== true) return [];
  const index = (pc - mapping.base) >> 2;
  const t = mapping.region.siteWords[index];
  const words = t < 0 ? [mapping.region.words[index]] : map.siteWords[t].allowed;
  return words?.map(operationOf);
}

function touches(map: MemoryMap, pc: number, o: Operation): boolean {
  if (!accesses.test(o.row.name) || o.rn === cells.XZR || o.row.name.endsWith('_lit')) return false;
  if (o.row.name.endsWith('_reg')) return true;
  for (let back = 1; back <= lookBack; back++) {
    const before = wordsAt(map, pc - 4 * back)?.[0];
    if (before === undefined || transfers.test(before.row.name)) return true;
    if (before.rd !== o.rn) continue;
    if (before.row.name === 'add_imm' && before.rn === o.rn) continue;
    if (before.row.name !== 'adrp' && before.row.name !== 'adr') return true;
    const from = pc - 4 * back;
    const base =
      before.row.name === 'adr' ? from + before.offset : Math.floor(from / 4096) * 4096 + before.offset;
    // The page decides: regions begin on pages of their own.
    return map.regions.some(
      ({ kind, base: start, bytes }) =>
        kind === 'private' && base + 4096 > start && base < start + bytes.length,
    );
  }
  return true;
}

function successors(pc: number, o: Operation): readonly number[] | undefined {
  const { name } = o.row;
  if (name === 'b') return [pc + o.offset];
  if (name === 'bl') return [pc + o.offset, pc + 4];
  if (conditional.test(name)) return [pc + o.offset, pc + 4];
  // A return goes on after the call that is followed already; an exception return leaves the handler.
  if (name === 'ret' || name === 'eret' || name === 'undefined' || name === 'udf') return [];
  if (name === 'br' || name === 'blr') return undefined;
  return [pc + 4];
}
