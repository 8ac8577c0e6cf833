import type { Kernel } from '../kernel.ts';
import type { FlowReader } from './flow.ts';

/** What can be executed from some places on. */
export interface Reach {
  /** By offset of an instruction: the offset at which its function was entered. */
  readonly instructions: ReadonlyMap<number, number>;
  /** By offset of an entry: the offset of the call that reached it first; undefined for a root. */
  readonly callers: ReadonlyMap<number, number | undefined>;
  /** Offsets of calls through a register whose targets are not known. */
  readonly unresolved: readonly number[];
  /** Offsets of functions that were met and not followed. */
  readonly cut: readonly number[];
}

/** How far to go. */
export interface ReachOptions {
  /** Offsets at which execution begins. */
  readonly from: readonly number[];
  /** Functions that are not followed, by name and offset. */
  readonly stops: (name: string, offset: number) => boolean;
  /** Targets of the indirect calls of a function, by its name, where they are known. */
  readonly indirect: (name: string) => readonly number[] | undefined;
  /** Where to look: instructions outside do not count and are not followed, in the functions of the roots. */
  readonly within?: ReadonlySet<number>;
}

/** Bytes of a function; where symbols are further apart something is not named. */
const longestFunction = 65_536;
/** Instructions that are followed before something is wrong. */
const most = 2_000_000;

/** Follows all flow of control from some places on, nearest first: branches, calls, and indirect calls with known targets. */
export function reach(kernel: Kernel, flow: FlowReader, options: ReachOptions): Reach {
  const { symbols, layout } = kernel;
  const { from, stops, indirect, within } = options;
  const instructions = new Map<number, number>();
  const callers = new Map<number, number | undefined>();
  const unresolved = new Set<number>();
  const cut = new Set<number>();
  const queue: (readonly [offset: number, entry: number])[] = from.map((offset) => [offset, offset] as const);
  for (const root of from) callers.set(root, undefined);
  const limit = kernel.words.length * 4;
  const nameAt = (offset: number): string => symbols.place(layout.base + offset)?.name ?? '';
  const enter = (target: number, call: number): void => {
    if (stops(nameAt(target), target)) cut.add(target);
    else if (!callers.has(target)) {
      callers.set(target, call);
      queue.push([target, target]);
    }
  };
  const roots = new Set(from);
  for (let head = 0; head < queue.length && instructions.size < most; head++) {
    const [offset, entry] = queue[head];
    if (instructions.has(offset) || offset < 0 || offset >= limit) continue;
    if (within !== undefined && roots.has(entry) && !within.has(offset)) continue;
    instructions.set(offset, entry);
    const { next, calls, isIndirect } = flow.flow(offset);
    for (const one of next) queue.push([one, entry]);
    for (const one of calls) enter(one, offset);
    if (!isIndirect) continue;
    // A branch may go through a table of the compiler: then to any place of its function.
    for (const one of flow.isBranch(offset) ? ownPlaces(kernel, offset) : []) queue.push([one, entry]);
    const targets = indirect(nameAt(offset));
    if (targets === undefined) unresolved.add(offset);
    else for (const target of targets) enter(target, offset);
  }
  return { instructions, callers, unresolved: [...unresolved].sort((a, b) => a - b), cut: [...cut] };
}

/** The offsets of a function's instructions. */
function ownPlaces({ symbols, layout }: Kernel, offset: number): number[] {
  const place = symbols.place(layout.base + offset);
  const end = symbols.end(layout.base + offset);
  if (place === undefined || end === undefined) return [];
  const start = offset - place.offset;
  const length = Math.min(end - layout.base - start, longestFunction);
  return Array.from({ length: length / 4 }, (_, i) => start + 4 * i);
}

/** The calls from a root to an instruction, outermost first, as offsets of the calling instructions. */
export function callChain({ instructions, callers }: Reach, offset: number): number[] {
  const chain: number[] = [];
  for (let entry = instructions.get(offset); entry !== undefined && chain.length < 64;) {
    const call = callers.get(entry);
    if (call === undefined) break;
    chain.unshift(call);
    entry = instructions.get(call);
  }
  return chain;
}
