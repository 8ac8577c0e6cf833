import { Relation } from '../relation.ts';
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

/** The relations whose union is closed to `lob`, by name. */
export interface LocalParts {
  readonly parts: readonly (readonly [name: string, relation: Relation])[];
  readonly pickDep: Relation;
}

/** Locally-ordered-before: `lob = (f-ib ∪ f-ob ∪ po-scl-ob ∪ DSB-ob ∪ IFB-ob ∪ lws ∪ dob ∪ pob ∪ aob ∪ bob)+` */
export function localParts(trace: Trace): LocalParts {
  const dependent = dependencies(trace);
  const dsbOb = DSBob(trace);
  return {
    pickDep: dependent.pickDep,
    parts: [
      ['DSB-ob', dsbOb],
      ['IFB-ob', IFBob(trace, dependent, dsbOb)],
      ['f-ib', fIb(trace)],
      ['f-ob', fOb(trace)],
      ['po-scl-ob', poSclOb(trace)],
      ['lws', lws(trace)],
      ['dob', dob(trace, dependent)],
      ['pob', pob(trace, dependent)],
      ['aob', aob(trace)],
      ['bob', bob(trace)],
    ],
  };
}

/** The order of one path. */
export function localOrder(trace: Trace): LocalOrder {
  const { parts, pickDep } = localParts(trace);
  const [[, dsbOb], [, ifbOb]] = parts;
  const lob = new Relation(trace.events.length).include(...parts.map(([, part]) => part)).closure();
  const picked = pickDep.then(lob).between(undefined, trace.ExpW);
  return {
    lhr: picked.include(lob).closure(),
    completedBefore: new Relation(trace.events.length).include(dsbOb, ifbOb),
  };
}
