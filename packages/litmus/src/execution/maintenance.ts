import type { CacheType } from '../test.ts';
import { isStale } from './coherence.ts';
import type { Partial } from './partial.ts';

/** Same cache line: every location has a line of its own, and IC IALLU affects all of them. */
export function isSameLine({ effects }: Partial, ic: number, fetch: number): boolean {
  const { all, location } = effects[ic].event;
  return all || location === effects[fetch].event.location;
}

/**
 * What follows from the order of an IC, completed by a DSB, and a fetch of its line.
 *
 * - `IRob = [IF];IC-after;[IC];(DSB-ob ∪ IFB-ob)`, and `IC-ob = [IF];po;[IF];IRob`
 * - `IC-ca = [IC];IC-after;[IF];ca;[W];DC-after;[DC]`; with IDC `[IC];IC-after;[IF];ca;[W]`
 */
export function invalidated(execution: Partial, ic: number, fetch: number, caches: CacheType): boolean {
  const { ob } = execution;
  if (ob.has(fetch, ic)) return fetchedBefore(execution, ic, fetch);
  if (!ob.has(ic, fetch) || caches.DIC) return true;
  const { effects } = execution;
  const { location } = effects[fetch].event;
  for (let write = 0; write < effects.length; write += 1) {
    if (effects[write].event.kind !== 'W' || effects[write].event.location !== location) continue;
    if (!isStale(execution, fetch, write)) continue;
    if (caches.IDC ? !ob.order(ic, write) : !cleanedLater(execution, ic, write)) return false;
  }
  return true;
}

/** `[IF];po;[IF];IC-after;[IC];(DSB-ob ∪ IFB-ob)`: earlier fetches precede what the IC is complete before. */
function fetchedBefore({ effects, threadOf, numbers, ob }: Partial, ic: number, fetch: number): boolean {
  const earlier = effects[fetch].fetchesBefore;
  if (earlier.length === 0) return true;
  const own = numbers[threadOf[fetch]];
  for (let later = ic + 1; later < effects.length; later += 1) {
    if (threadOf[later] !== threadOf[ic] || !effects[later].completions.includes(effects[ic].index)) continue;
    for (const index of earlier) if (!ob.order(own[index], later)) return false;
  }
  return true;
}

/** The IC precedes every DC that cleans the write. */
function cleanedLater({ effects, ob }: Partial, ic: number, write: number): boolean {
  const { location } = effects[write].event;
  for (let dc = 0; dc < effects.length; dc += 1) {
    const { kind, location: line } = effects[dc].event;
    if (kind === 'DC' && line === location && ob.has(write, dc) && !ob.order(ic, dc)) return false;
  }
  return true;
}
