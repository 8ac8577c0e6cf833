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
 * go to any code pointer of the program, and one whose target is computed anywhere. A patchable word is whatever it may become, if its site says so. Where the
 * analysis cannot follow, everything is live: at patchable words that may become anything, at exception return and at
 * instructions that it does not know. Exceptions need no edges: a handler that saves and restores a dead register
 * neither needs nor changes its value.
 */
export class Liveness {
  readonly #live = new Map<number, RegisterSet>();

  /** @param only Addresses of text to look at, closed under what may follow; default all. */
  constructor(map: MemoryMap, done: number, only?: ReadonlySet<number>) {
    const nodes = [...collect(map, only)].sort(([a], [b]) => b - a);
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

/** What each text address may hold; nothing for patchable words that may become anything. */
function textOf(map: MemoryMap): Map<number, readonly Operation[]> {
  const words = new Map<number, readonly Operation[]>();
  for (const region of map.regions) {
    if (region.kind !== 'text') continue;
    region.words.forEach((word, i) => {
      const t = region.siteWords[i];
      const allowed = t < 0 ? [word] : map.siteWords[t].allowed;
      words.set(region.base + 4 * i, (allowed ?? []).map(operationOf));
    });
  }
  return words;
}

const isCall = (o: Operation): boolean => o.row.name === 'bl' || o.row.name === 'blr';

/**
 * Addresses that a CPU can execute outside exception handlers: what follows from the entries and from the code pointers of the
 * program, where calls return to code of this kind. Undefined where that cannot be followed.
 */
export function outsideHandlers(
  map: MemoryMap,
  entries: readonly number[],
  done: number,
): ReadonlySet<number> | undefined {
  const words = textOf(map);
  const { all, computed } = codePointers(map);
  const pointers = [...all];
  const found = new Set([...entries, ...pointers]);
  for (const pc of found) {
    if (pc === done) continue;
    const held = words.get(pc) ?? [];
    if (held.length === 0) return undefined;
    for (const o of held) {
      // These fault.
      if (o.row.name === 'undefined' || o.row.name === 'udf') continue;
      const next = successors(pc, o, [], computed.has(pc) ? undefined : pointers);
      if (next === undefined) return undefined;
      for (const to of isCall(o) ? [...next, pc + 4] : next) found.add(to);
    }
  }
  return found;
}

/** The text with what may follow on each word of it. */
function collect(map: MemoryMap, only?: ReadonlySet<number>): Map<number, readonly Node[]> {
  const words = new Map([...textOf(map)].filter(([pc]) => only?.has(pc) ?? true));
  const returns = [...words].filter(([, held]) => held.some(isCall)).map(([pc]) => pc + 4);
  const { all, computed } = codePointers(map);
  const pointers = [...all];
  return new Map(
    [...words].map(([pc, held]) => [
      pc,
      held.map((o) => ({
        use: registerUse(o),
        next: successors(pc, o, returns, computed.has(pc) ? undefined : pointers),
      })),
    ]),
  );
}

/** Where control goes after an instruction; undefined where that is unknown. `pointers`: where an indirect branch goes. */
function successors(
  pc: number,
  o: Operation,
  returns: readonly number[],
  pointers: readonly number[] | undefined,
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
