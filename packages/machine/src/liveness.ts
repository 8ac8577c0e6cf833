import { type Operation, operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';
import { codePointers } from './code-pointer.ts';
import { type RegisterSet, type RegisterUse, everyRegister, registerUse } from './register-use.ts';

const nothing: RegisterSet = { low: 0, high: 0 };
const end: Node = { use: { reads: nothing, writes: nothing }, next: [], isDirect: true };

/** One word that an address may hold: what it does to registers, and where control goes after it. */
interface Node {
  readonly use: RegisterUse;
  /** Undefined where that is unknown. */
  readonly next: readonly number[] | undefined;
  /** Whether all of {@link next} is reached in this step, without a call in between. */
  readonly isDirect: boolean;
}

/** How to look at a program's text. */
export interface LivenessOptions {
  /** Addresses of text to look at, closed under what may follow; default all. */
  readonly only?: ReadonlySet<number> | undefined;
  /** Comments of BRK with which the program reports a bug: that is the end of an execution. */
  readonly bugs?: ReadonlySet<number> | undefined;
  /**
   * Assumes that a CPU which goes on from one word of a site to a later one finds both as they were at first, or both as they
   * are replaced. Default false.
   */
  readonly wholeSites?: boolean;
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
  /** Behind the first word of a site: what is live there before the word as it was at first, and before its replacement. */
  readonly #inside = new Map<number, RegisterSet[]>();
  /** For each word behind the first one of a site, the address of the first one. */
  readonly #heads = new Map<number, number>();

  constructor(map: MemoryMap, done: number, { only, bugs, wholeSites = false }: LivenessOptions = {}) {
    const nodes = [...collect(map, only, bugs)].sort(([a], [b]) => b - a);
    for (const [pc] of nodes) this.#live.set(pc, nothing);
    if (wholeSites) {
      for (const { address, site, allowed } of map.siteWords) {
        const head = map.sites[site].address;
        if (address === head || allowed === undefined) continue;
        this.#heads.set(address, head);
        this.#inside.set(address, [nothing, nothing]);
      }
    }
    // Where nobody knows what follows, the answer is there at once: in the padding between functions, above all.
    const settled = nodes.filter(([, words]) => words.every(({ next }) => next === undefined));
    for (const [pc, words] of settled) this.#update(pc, words);
    this.#live.set(done, nothing);
    const open = nodes.filter(([pc, words]) => pc !== done && words.some(({ next }) => next !== undefined));
    for (let changed = true; changed;) {
      changed = false;
      for (const [pc, words] of open) if (this.#update(pc, words)) changed = true;
    }
  }

  /** The registers that are live before the instruction at an address; all of them outside text. */
  at(pc: number): RegisterSet {
    return this.#live.get(pc) ?? everyRegister;
  }

  /** Works out anew what is live at an address; whether that is more than before. */
  #update(pc: number, words: readonly Node[]): boolean {
    const each = words.map((word, which) => this.#before(pc, word, which));
    const inside = this.#inside.get(pc);
    let changed = false;
    each.forEach((live, which) => {
      if (inside === undefined || equal(live, inside[which])) return;
      inside[which] = live;
      changed = true;
    });
    const all = words.length === 0 ? everyRegister : each.reduce(union);
    if (equal(all, this.at(pc))) return changed;
    this.#live.set(pc, all);
    return true;
  }

  /** What is live before one of the words of an address. */
  #before(pc: number, { use, next, isDirect }: Node, which: number): RegisterSet {
    let after = next === undefined ? everyRegister : nothing;
    for (const to of next ?? []) {
      const isWithin = isDirect && this.#heads.get(to) === (this.#heads.get(pc) ?? pc);
      after = union(after, (isWithin ? this.#inside.get(to)?.[which] : undefined) ?? this.at(to));
    }
    return {
      low: (after.low & ~use.writes.low) | use.reads.low,
      high: (after.high & ~use.writes.high) | use.reads.high,
    };
  }
}

const union = (a: RegisterSet, b: RegisterSet): RegisterSet => ({
  low: a.low | b.low,
  high: a.high | b.high,
});

const equal = (a: RegisterSet, b: RegisterSet): boolean => a.low === b.low && a.high === b.high;

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
function collect(
  map: MemoryMap,
  only: ReadonlySet<number> | undefined,
  bugs: ReadonlySet<number> | undefined,
): Map<number, readonly Node[]> {
  const words = new Map([...textOf(map)].filter(([pc]) => only?.has(pc) ?? true));
  const returns = [...words].filter(([, held]) => held.some(isCall)).map(([pc]) => pc + 4);
  const { all, computed } = codePointers(map);
  const pointers = [...all];
  return new Map(
    [...words].map(([pc, held]) => [
      pc,
      held.map((o) =>
        o.row.name === 'brk' && bugs?.has(o.low) === true
          ? end
          : {
              use: registerUse(o),
              next: successors(pc, o, returns, computed.has(pc) ? undefined : pointers),
              isDirect: !isCall(o) && o.row.name !== 'ret' && o.row.name !== 'br',
            },
      ),
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
