import { type Operation, operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';
import { codePointers } from './code-pointer.ts';
import { type RegisterSet, type RegisterUse, everyRegister, registerUse } from './register-use.ts';

const nothing: RegisterSet = { low: 0, high: 0 };

/** One word that an address may hold: what it does to registers, and where control goes after it. */
interface Node {
  readonly use: RegisterUse;
  /** Undefined where that is unknown. */
  readonly next: readonly number[] | undefined;
}

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
    const nodes = [...collect(map)].sort(([a], [b]) => b - a);
    for (const [pc] of nodes) this.#live.set(pc, nothing);
    // Where nobody knows what follows, the answer is there at once: in the padding between functions, above all.
    const settled = nodes.filter(([, words]) => words.every(({ next }) => next === undefined));
    for (const [pc, words] of settled) this.#live.set(pc, this.#entry(words));
    this.#live.set(done, nothing);
    const open = nodes.filter(([pc, words]) => pc !== done && words.some(({ next }) => next !== undefined));
    for (let changed = true; changed;) {
      changed = false;
      for (const [pc, words] of open) {
        const before = this.at(pc);
        const after = this.#entry(words);
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

  #entry(nodes: readonly Node[]): RegisterSet {
    if (nodes.length === 0) return everyRegister;
    let low = 0;
    let high = 0;
    for (const { use, next } of nodes) {
      let after = next === undefined ? everyRegister : nothing;
      for (const pc of next ?? []) {
        const live = this.at(pc);
        after = { low: after.low | live.low, high: after.high | live.high };
      }
      low |= (after.low & ~use.writes.low) | use.reads.low;
      high |= (after.high & ~use.writes.high) | use.reads.high;
    }
    return { low, high };
  }
}

/** Every text address with what it may hold; patchable words that may become anything hold nothing known. */
function collect(map: MemoryMap): Map<number, readonly Node[]> {
  const words = new Map<number, readonly Operation[]>();
  for (const region of map.regions) {
    if (region.kind !== 'text') continue;
    region.words.forEach((word, i) => {
      const t = region.siteWords[i];
      const allowed = t < 0 ? [word] : map.siteWords[t].allowed;
      words.set(region.base + 4 * i, (allowed ?? []).map(operationOf));
    });
  }
  const returns = [...words]
    .filter(([, held]) => held.some((o) => o.row.name === 'bl' || o.row.name === 'blr'))
    .map(([pc]) => pc + 4);
  const pointers = [...codePointers(map).all];
  return new Map(
    [...words].map(([pc, held]) => [
      pc,
      held.map((o) => ({ use: registerUse(o), next: successors(pc, o, returns, pointers) })),
    ]),
  );
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
