import type { Relation } from '../relation.ts';
import { aob } from './atomic-ordered.ts';
import { DSBob, IFBob, bob } from './barrier-ordered.ts';
import { dependencies } from './dependencies.ts';
import { dob, pob } from './dependency-ordered.ts';
import { fIb, fOb } from './fetch-ordered.ts';
import { lws, poSclOb } from './program-order.ts';
import type { Trace } from './trace.ts';

/** What the events of one path are ordered by, whatever other threads do. */
export interface LocalOrder {
  /** Local-hardware-requirements: `lhr = (lob ∪ pick-dep;lob;[ExpW])+` */
  readonly lhr: Relation;
  /** `DSB-ob ∪ IFB-ob`: what an IC completes before. */
  readonly completedBefore: Relation;
}

/** Locally-ordered-before: `lob = (f-ib ∪ f-ob ∪ po-scl-ob ∪ DSB-ob ∪ IFB-ob ∪ lws ∪ dob ∪ pob ∪ aob ∪ bob)+` */
export function localOrder(trace: Trace): LocalOrder {
  const dependent = dependencies(trace);
  const dsbOb = DSBob(trace);
  const ifbOb = IFBob(trace, dependent, dsbOb);
  const lob = fIb(trace)
    .include(fOb(trace), poSclOb(trace), dsbOb, ifbOb, lws(trace), aob(trace), bob(trace))
    .include(dob(trace, dependent), pob(trace, dependent))
    .closure();
  const picked = dependent.pickDep.then(lob).between(undefined, trace.ExpW);
  return { lhr: picked.include(lob).closure(), completedBefore: dsbOb.include(ifbOb) };
}
