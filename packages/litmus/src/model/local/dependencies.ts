import { type Relation, unionOf } from '../relation.ts';
import type { Trace } from './trace.ts';

/** Dependencies of one path; the paths of the registers were followed when it was executed. */
export interface Dependencies {
  /** `addr = [ExpR];dtrm;[address register];iico_data;[ExpM ∪ DC ∪ IC]` */
  readonly addr: Relation;
  /** `data = [ExpR];dtrm;[data register];iico;[ExpW]` */
  readonly data: Relation;
  /** `ctrl = [ExpR];dtrm;[BCC];po` */
  readonly ctrl: Relation;
  /** The same three with `pick-dtrm = (dtrm ∪ iico_ctrl)+`, which passes through predicates. */
  readonly pickAddr: Relation;
  readonly pickData: Relation;
  readonly pickCtrl: Relation;
  /** `pick-dep = ([ExpR];pick-dtrm ∪ pick-addr-dep ∪ pick-data-dep ∪ pick-ctrl-dep) \ same-instance` */
  readonly pickDep: Relation;
}

/** Reads the dependencies off the events of a path. */
export function dependencies(trace: Trace): Dependencies {
  const { ExpW, ExpM, DC, IC, BCC, po } = trace;
  const addressed = unionOf(ExpM, DC, IC);
  const pickAddr = trace.from(({ addressPicked }) => addressPicked, addressed);
  const pickData = trace.from(({ dataPicked }) => dataPicked, ExpW);
  const pickCtrl = trace.from(({ controlPicked }) => controlPicked, BCC).then(po);
  const pickBasic = trace.from(({ picked }) => picked);
  return {
    addr: trace.from(({ addressFrom }) => addressFrom, addressed),
    data: trace.from(({ dataFrom }) => dataFrom, ExpW),
    ctrl: trace.from(({ controlFrom }) => controlFrom, BCC).then(po),
    pickAddr,
    pickData,
    pickCtrl,
    pickDep: pickBasic.include(pickAddr, pickData, pickCtrl),
  };
}
