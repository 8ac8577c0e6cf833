import { Relation, contains } from '../relation.ts';
import type { Trace } from './trace.ts';

/** Fetch-intrinsically-before: `f-ib = [IF];iico`: a fetch precedes the effects of the instruction that it yields. */
export function fIb({ events, IF }: Trace): Relation {
  const result = new Relation(events.length);
  for (let i = 0; i < events.length; i += 1) {
    if (!contains(IF, i)) continue;
    for (let j = i + 1; j < events.length && events[j].instance === events[i].instance; j += 1)
      result.add(i, j);
  }
  return result;
}

/** Fetch-ordered-before: `f-ob = [IF];po;[¬IF]`: a fetch precedes all later effects but fetches. */
export function fOb({ po, IF, notIF }: Trace): Relation {
  return po.between(IF, notIF);
}
