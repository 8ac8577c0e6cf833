import { type Operation, operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';
import { codePointers } from './code-pointer.ts';
import { type RegisterSet, everyRegister, registerUse } from './register-use.ts';

const nothing: RegisterSet = { low: 0, high: 0 };

/**
 * Which registers are live at each text address: may be read before they are written, on some path.
 *
 * The analysis follows branches within the text of a map. A RET may return to any call; an indirect call or branch may
 * go to any code pointer of the program. A patchable word is whatever it may become, if its site says so. Where the
 * analysis cannot follow, everything is live: at patchable words that may become anything, at exception return and at
 * instructions that it does not know. Exceptions need no edges: a handler that saves and restores a dead register
 * neither needs nor changes its value.
 */
export class Liveness {
  readonly #live = new Map<number, RegisterSet>();

  constructor(map: MemoryMap, done: number) {
    const nodes = collect(map);
    const returns = [...nodes]
      .filter(([, words]) => words.some((o) => o.row.name === 'bl' || o.row.name === 'blr'))
      .map(([pc]) => pc + 4);
    const pointers = [...codePointers(map).all];
    const order = [...nodes.keys()].sort((a, b) => b - a);
    for (const pc of order) this.#live.set(pc, nothing);
    for (let changed = true; changed;) {
      changed = false;
      for (const pc of order) {
        const before = this.at(pc);
        const after = pc === done ? nothing : this.#entry(pc, nodes.get(pc) ?? [], returns, pointers);
        if (before.low !== after.low || before.high !== after.high) {
          this.#live.set(pc, after);
          changed = true;
        }
      }
    }
  }

  /** The registers that are live before the instruction at an address; all of them outside text. */
  at(pc: number): RegisterSet {
    return this.#live.get(pc) ?? everyRegister;
  }

  #entry(
    pc: number,
    words: readonly Operation[],
    returns: readonly number[],
    pointers: readonly number[],
  ): RegisterSet {
    if (words.length === 0) return everyRegister;
    let low = 0;
    let high = 0;
    for (const operation of words) {
      const { reads, writes } = registerUse(operation);
      let after = nothing;
      for (const next of successors(pc, operation, returns, pointers) ?? [NaN]) {
        const live = this.at(next);
        after = { low: after.low | live.low, high: after.high | live.high };
      }
      low |= (after.low & ~writes.low) | reads.low;
      high |= (after.high & ~writes.high) | reads.high;
    }
    return { low, high };
  }
}

/** Every text address with what it may hold; patchable words that may become anything hold nothing known. */
function collect(map: MemoryMap): Map<number, readonly Operation[]> {
  const nodes = new Map<number, readonly Operation[]>();
  for (const region of map.regions) {
    if (region.kind !== 'text') continue;
    region.words.forEach((word, i) => {
      const t = region.siteWords[i];
      const allowed = t < 0 ? [word] : map.siteWords[t].allowed;
      nodes.set(region.base + 4 * i, (allowed ?? []).map(operationOf));
    });
  }
  return nodes;
}

/** Where control goes after an instruction; undefined where that is unknown. */
function successors(
  pc: number,
  o: Operation,
  returns: readonly number[],
  pointers: readonly number[],
): readonly number[] | undefined {
  switch (o.row.name) {
    case 'b':
    case 'bl':
      return [pc + o.offset];
    case 'b_cond':
    case 'bc_cond':
    case 'cbz':
    case 'cbnz':
    case 'tbz':
    case 'tbnz':
      return [pc + 4, pc + o.offset];
    case 'ret':
      return o.rn === 60 ? returns : undefined;
    case 'br':
    case 'blr':
      return pointers;
    case 'eret':
    case 'undefined':
    case 'udf':
      return undefined;
    default:
      return [pc + 4];
  }
}
