import { type Operation, operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';
import { type RegisterSet, everyRegister, registerUse } from './register-use.ts';

/**
 * Which registers are live at each text address: may be read before they are written, on some path.
 *
 * The analysis follows branches within the text of a map. Where it cannot follow, everything is live: at patchable
 * words (what they will hold is data), at indirect branches and calls, at exception-generating instructions, at
 * exception return, and at instructions that it does not know. A RET may return to any call. Exceptions need no edges:
 * a handler that saves and restores a dead register neither needs nor changes its value.
 */
export class Liveness {
  readonly #live = new Map<number, RegisterSet>();

  constructor(map: MemoryMap, done: number) {
    const nodes = collect(map);
    const returns = [...nodes]
      .filter(([, o]) => o?.row.name === 'bl' || o?.row.name === 'blr')
      .map(([pc]) => pc + 4);
    const order = [...nodes.keys()].sort((a, b) => b - a);
    for (const pc of order) this.#live.set(pc, { low: 0, high: 0 });
    for (let changed = true; changed;) {
      changed = false;
      for (const pc of order) {
        const before = this.at(pc);
        const after = pc === done ? { low: 0, high: 0 } : this.#entry(pc, nodes.get(pc), returns);
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

  #entry(pc: number, operation: Operation | undefined, returns: readonly number[]): RegisterSet {
    if (operation === undefined) return everyRegister;
    const { reads, writes } = registerUse(operation);
    let low = 0;
    let high = 0;
    for (const next of successors(pc, operation, returns) ?? [NaN]) {
      const live = this.at(next);
      low |= live.low;
      high |= live.high;
    }
    return { low: (low & ~writes.low) | reads.low, high: (high & ~writes.high) | reads.high };
  }
}

/** Every text address with its operation; patchable words have none. */
function collect(map: MemoryMap): Map<number, Operation | undefined> {
  const nodes = new Map<number, Operation | undefined>();
  for (const region of map.regions) {
    if (region.kind !== 'text') continue;
    region.words.forEach((word, i) => {
      nodes.set(region.base + 4 * i, region.siteWords[i] >= 0 ? undefined : operationOf(word));
    });
  }
  return nodes;
}

/** Where control goes after an instruction; undefined where that is unknown. */
function successors(pc: number, o: Operation, returns: readonly number[]): readonly number[] | undefined {
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
    case 'eret':
    case 'brk':
    case 'svc':
    case 'hvc':
    case 'smc':
    case 'undefined':
    case 'udf':
      return undefined;
    default:
      return [pc + 4];
  }
}
