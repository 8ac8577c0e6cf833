import { Relation, contains } from '../relation.ts';
import type { Trace } from './trace.ts';

/** Local write successor: `lws = [ExpM];(po ∩ same-loc);[ExpW]` */
export function lws(trace: Trace): Relation {
  return trace.poLoc.between(trace.ExpM, trace.ExpW);
}

/**
 * Local read successor: `lrs = [W];(po ∩ same-loc, no W between);[ExpR]`. That fetches are reads as well matters to
 * dependencies alone, which are followed where a thread is executed.
 */
export function lrs(trace: Trace): Relation {
  const { events, poLoc } = trace;
  const result = new Relation(events.length);
  for (let r = 0; r < events.length; r += 1) {
    if (!contains(trace.ExpR, r)) continue;
    for (let w = r - 1; w >= 0; w -= 1) {
      if (!contains(trace.ExpW, w) || !poLoc.has(w, r)) continue;
      result.add(w, r);
      break;
    }
  }
  return result;
}

/** DC CVAU is ordered with accesses of its line: `po-scl-ob = po ∩ scl` on `ExpM × DC`, `DC × ExpM`, `DC × DC`. */
export function poSclOb(trace: Trace): Relation {
  const { poLoc, ExpM, DC } = trace;
  return poLoc.between(ExpM, DC).include(poLoc.between(DC, ExpM), poLoc.between(DC, DC));
}

/** A load and the store that succeeds it in one atomic operation, or in a pair of exclusives: `rmw = amo ∪ lxsx`. */
export function rmw({ events }: Trace): Relation {
  const result = new Relation(events.length);
  events.forEach(({ readOf }, w) => {
    if (readOf >= 0) result.add(readOf, w);
  });
  return result;
}
