import { type Relation, unionOf } from '../relation.ts';
import { lrs, rmw } from './program-order.ts';
import type { Trace } from './trace.ts';

/** Atomic-ordered-before: `aob = rmw ∪ rmw;lrs;[ExpR ∩ (A ∪ Q)]` */
export function aob(trace: Trace): Relation {
  const pairs = rmw(trace);
  return pairs.then(lrs(trace)).between(undefined, unionOf(trace.A, trace.Q)).include(pairs);
}
