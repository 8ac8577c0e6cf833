import type { CacheType } from '../test.ts';
import { type Partial, initially, undecided } from './partial.ts';

/**
 * What follows from `rf`, and the axioms on one location. Each rule orders two events, or finds that the execution is
 * not consistent: then it returns false.
 *
 * - `Exp-obs`: `[ExpM];(rf ∩ ext);[ExpM]`, `[ExpM];(ca ∩ ext);[ExpM]` with `ca = fr ∪ co`
 * - `Exp-haz-ob = [ExpR];(po ∩ same-loc);[ExpR];(ca ∩ ext);[ExpW]`
 * - `rf;[IF]`, and with DIC `[IF];ca;[W]`, and its part of `IC-ob = [IF];po;[IF];IRob`
 * - coWR: `irreflexive [ExpW];(po ∩ same-loc);[ExpR];(ca ∩ int);[ExpW]`
 * - atomic: `empty (rmw ∩ fr;co) \ (fri;[ExpW];coi)`
 *
 * coRW1 and coWW need no rule: `lws` and `rmw` are in `ob`, and so is what they would close a cycle with.
 */
export function coherent(execution: Partial, read: number, caches: CacheType): boolean {
  const { rf, effects, threadOf, ob, written } = execution;
  const source = rf[read];
  const { kind, location } = effects[read].event;
  const isFetch = kind === 'IF';
  if (source >= 0 && (isFetch || threadOf[source] !== threadOf[read]) && !ob.order(source, read))
    return false;
  for (let write = 0; write < written.length; write += 1) {
    if (written[write] !== location || write === source) continue;
    const isLater = source === initially || ob.has(source, write);
    if (isLater) {
      if (!missed(execution, read, write, caches)) return false;
    } else if (!ob.has(write, source) && precedes(execution, read, write, caches) && !ob.order(write, source))
      return false;
  }
  return true;
}

/** `read` is from-reads before `write`: a write that is coherence-after the one that is read. */
function missed(execution: Partial, read: number, write: number, caches: CacheType): boolean {
  const { effects, threadOf, ob, numbers, writeOf } = execution;
  const thread = threadOf[read];
  const own = numbers[thread];
  const effect = effects[read];
  if (effect.event.kind === 'IF') {
    if (!caches.DIC) return true;
    return ob.order(read, write) && effect.fetchesBefore.every((fetch) => ob.order(own[fetch], write));
  }
  if (threadOf[write] === thread) return effects[write].index > effect.index;
  if (!ob.order(read, write) || !effect.sameReads.every((earlier) => ob.order(own[earlier], write)))
    return false;
  return writeOf[read] < 0 || ob.order(writeOf[read], write);
}

/** Whether `write` must be coherence-before the write that is read, for the other order would close a cycle. */
function precedes(execution: Partial, read: number, write: number, caches: CacheType): boolean {
  const { effects, threadOf, ob, writeOf } = execution;
  if (effects[read].event.kind === 'IF') return caches.DIC && ob.has(write, read);
  if (threadOf[write] === threadOf[read]) return effects[write].index < effects[read].index;
  return ob.has(write, read) || (writeOf[read] >= 0 && ob.has(write, writeOf[read]));
}

/** Whether a fetch misses a write: `[IF];ca;[W]`. */
export function isStale({ rf, ob }: Partial, fetch: number, write: number): boolean {
  const source = rf[fetch];
  if (source === undecided || source === write) return false;
  return source === initially || ob.has(source, write);
}
