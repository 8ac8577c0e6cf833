import type { Mutant } from '../../memory/test/mutated-copy.ts';

const of = (file: string, parts: readonly (readonly [string, string])[]): Mutant[] =>
  parts.map(([text, becomes]) => ({ file, of: text, becomes }));

/**
 * Every part of the model in the fast checker, left out. Not `ctrl`, `data` and `addr;po` where the same stands with a pick
 * dependency: every dependency is one.
 */
export const mutants: readonly Mutant[] = [
  ...of('model/local/barrier-ordered.ts', [
    [".across(D, trace.barriers('DSB', 'full'), notIF)", ".across(D, trace.barriers('DSB', 'none'), notIF)"],
    [".include(trace.across(returningR, trace.barriers('DSB', 'ld'), notIF))", ''],
    [".include(trace.across(ExpW, trace.barriers('DSB', 'st'), notIF))", ''],
    ['.include(pickAddr.between(undefined, ExpM))', ''],
    ['.include(ctrl, pickCtrl, dsbOb)', '.include(ctrl, dsbOb)'],
    ['.include(ctrl, pickCtrl, dsbOb)', '.include(ctrl, pickCtrl)'],
    [".include(trace.across(returningR, trace.barriers('DMB', 'ld'), ExpM))", ''],
    [".include(trace.across(ExpW, trace.barriers('DMB', 'st'), ExpW))", ''],
    ['.include(po.between(fullAtomics(trace), ExpM))', ''],
    ['po.between(L, A), ', ''],
    ['po.between(A, ExpM), ', ''],
    ['po.between(Q, ExpM), ', ''],
    [', po.between(ExpM, L));', ');'],
  ]),
  ...of('model/local/dependency-ordered.ts', [
    ['.include(addr, data, addr', '.include(data, addr'],
    [', forwarded);', ');'],
    ['.include(pickData, pickCtrl', '.include(pickCtrl'],
    ['.include(pickData, pickCtrl.between(undefined, effects))', '.include(pickData)'],
    ['.include(pickAddr.between(undefined, ExpM).then(po).between(undefined, ExpW))', ''],
  ]),
  ...of('model/local/atomic-ordered.ts', [
    ['.include(pairs)', ''],
    ['unionOf(trace.A, trace.Q)', 'trace.Q'],
    ['unionOf(trace.A, trace.Q)', 'trace.A'],
  ]),
  ...of('model/local/fetch-ordered.ts', [
    ['return po.between(IF, notIF);', 'return po.between(IF, IF).between(notIF, notIF);'],
  ]),
  ...of('model/local/order.ts', [
    ["['IFB-ob', IFBob(trace, dependent, dsbOb)],", "['IFB-ob', new Relation(trace.events.length)],"],
    ["['lws', lws(trace)],", ''],
    ["['po-scl-ob', poSclOb(trace)],", ''],
    ["['pob', pob(trace, dependent)],", ''],
    ["['aob', aob(trace)],", ''],
    ['picked.include(lob).closure()', 'lob.closure()'],
    ['.include(dsbOb, ifbOb)', '.include(ifbOb)'],
  ]),
  ...of('execution/coherence.ts', [
    ['(isFetch || threadOf[source] !== threadOf[read])', 'isFetch'],
    ['(isFetch || threadOf[source] !== threadOf[read])', '!isFetch && threadOf[source] !== threadOf[read]'],
    ['if (!caches.DIC) return true;', 'return true;'],
    [' && effect.fetchesBefore.every((fetch) => ob.order(own[fetch], write))', ''],
    ['return effects[write].index > effect.index;', 'return true;'],
    [' || !effect.sameReads.every((earlier) => ob.order(own[earlier], write))', ''],
    ['return writeOf[read] < 0 || ob.order(writeOf[read], write);', 'return true;'],
  ]),
  ...of('execution/maintenance.ts', [
    [
      'if (ob.has(fetch, ic)) return fetchedBefore(execution, ic, fetch);',
      'if (ob.has(fetch, ic)) return true;',
    ],
    ['if (!isStale(execution, fetch, write)) continue;', 'continue;'],
    ['caches.IDC ? !ob.order(ic, write) : ', 'caches.IDC ? false : '],
    [' : !cleanedLater(execution, ic, write)', ' : false'],
  ]),
];
