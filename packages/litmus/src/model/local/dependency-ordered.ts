import { type Relation, unionOf } from '../relation.ts';
import type { Dependencies } from './dependencies.ts';
import { lrs } from './program-order.ts';
import type { Trace } from './trace.ts';

/**
 * Dependency-ordered-before: `dob = addr ∪ data ∪ ctrl;[ExpW ∪ DC ∪ IC] ∪ addr;[ExpM];po;[ExpW] ∪
 * (addr ∪ data);[ExpM];lrs;[ExpR]`
 */
export function dob(trace: Trace, { addr, data, ctrl }: Dependencies): Relation {
  const { ExpR, ExpW, ExpM, DC, IC, po } = trace;
  const forwarded = addr.between(undefined, ExpM).include(data).then(lrs(trace)).between(undefined, ExpR);
  return ctrl
    .between(undefined, unionOf(ExpW, DC, IC))
    .include(addr, data, addr.between(undefined, ExpM).then(po).between(undefined, ExpW), forwarded);
}

/**
 * Pick-ordered-before: `pob = pick-addr-dep;[ExpW ∪ DC ∪ IC] ∪ pick-data-dep ∪ pick-ctrl-dep;[ExpW ∪ DC ∪ IC] ∪
 * pick-addr-dep;[ExpM];po;[ExpW]`
 */
export function pob(trace: Trace, { pickAddr, pickData, pickCtrl }: Dependencies): Relation {
  const { ExpW, ExpM, DC, IC, po } = trace;
  const effects = unionOf(ExpW, DC, IC);
  return pickAddr
    .between(undefined, effects)
    .include(pickData, pickCtrl.between(undefined, effects))
    .include(pickAddr.between(undefined, ExpM).then(po).between(undefined, ExpW));
}
