import { type EventSet, type Relation, contains } from '../relation.ts';
import { annotation } from '../../thread/event.ts';
import type { Dependencies } from './dependencies.ts';
import type { Trace } from './trace.ts';

/**
 * DSB-ordered-before: `DSB-ob = [D];po;[dsb.full];po;[¬IF] ∪ [ExpR \ NoRet];po;[dsb.ld];po;[¬IF] ∪
 * [ExpW];po;[dsb.st];po;[¬IF]`. A DSB orders nothing before later fetches.
 */
export function DSBob(trace: Trace): Relation {
  const { D, returningR, ExpW, notIF } = trace;
  return trace
    .across(D, trace.barriers('DSB', 'full'), notIF)
    .include(trace.across(returningR, trace.barriers('DSB', 'ld'), notIF))
    .include(trace.across(ExpW, trace.barriers('DSB', 'st'), notIF));
}

/**
 * Instruction-fetch-barrier-ordered-before: `IFB-ob = (ctrl ∪ pick-ctrl-dep ∪ (addr ∪ pick-addr-dep);[ExpM];po ∪
 * DSB-ob);[IFB];po`. A context synchronisation event orders even fetches, but only after what it depends on.
 */
export function IFBob(
  trace: Trace,
  { addr, ctrl, pickAddr, pickCtrl }: Dependencies,
  dsbOb: Relation,
): Relation {
  const { ExpM, IFB, po } = trace;
  return addr
    .between(undefined, ExpM)
    .include(pickAddr.between(undefined, ExpM))
    .then(po)
    .include(ctrl, pickCtrl, dsbOb)
    .between(undefined, IFB)
    .then(po);
}

/** Writes of atomics that acquire and release: `rng([ExpR ∩ A];amo;[ExpW ∩ L])` */
function fullAtomics({ events, A, L }: Trace): EventSet {
  const set = new Int32Array(L.length);
  events.forEach(({ readOf, annotations }, w) => {
    const isAmo = (annotations & annotation.X) !== 0;
    if (isAmo && readOf >= 0 && contains(A, readOf) && contains(L, w)) set[w >> 5] |= 1 << (w & 31);
  });
  return set;
}

/**
 * Barrier-ordered-before: `bob = [ExpM];po;[dmb.full];po;[ExpM ∪ DC] ∪ [DC];po;[dmb.full];po;[ExpM ∪ DC] ∪
 * [ExpR \ NoRet];po;[dmb.ld];po;[ExpM] ∪ [ExpW];po;[dmb.st];po;[ExpW] ∪ [rng([A];amo;[L])];po;[ExpM] ∪
 * [L];po;[A] ∪ [A ∪ Q];po;[ExpM] ∪ [ExpM];po;[L]`. A DMB orders neither IC nor fetches.
 */
export function bob(trace: Trace): Relation {
  const { ExpM, ExpW, DC, A, Q, L, returningR, po } = trace;
  const accessOrClean = ExpM.map((bits, w) => bits | DC[w]);
  return trace
    .across(accessOrClean, trace.barriers('DMB', 'full'), accessOrClean)
    .include(trace.across(returningR, trace.barriers('DMB', 'ld'), ExpM))
    .include(trace.across(ExpW, trace.barriers('DMB', 'st'), ExpW))
    .include(po.between(fullAtomics(trace), ExpM))
    .include(po.between(L, A), po.between(A, ExpM), po.between(Q, ExpM), po.between(ExpM, L));
}
