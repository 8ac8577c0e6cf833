import { type BarrierType, type Event, type EventKind, annotation } from '../../thread/event.ts';
import { type EventSet, Relation, contains, difference, setOf, unionOf } from '../relation.ts';

/** The sets of the model on the events of one path, and its program order. */
export class Trace {
  readonly events: readonly Event[];
  /** Explicit reads. */
  readonly ExpR: EventSet;
  /** Explicit writes. */
  readonly ExpW: EventSet;
  /** `ExpR ∪ ExpW` */
  readonly ExpM: EventSet;
  /** Instruction fetches: Implicit reads. */
  readonly IF: EventSet;
  readonly notIF: EventSet;
  /** DC CVAU. */
  readonly DC: EventSet;
  readonly IC: EventSet;
  /** `M ∪ DC ∪ IC`: what a DSB orders. */
  readonly D: EventSet;
  /** Reads with Acquire semantics (A), with those of LDAPR (Q), writes with Release semantics (L). */
  readonly A: EventSet;
  readonly Q: EventSet;
  readonly L: EventSet;
  /** Explicit reads but those of atomics that return nothing. */
  readonly returningR: EventSet;
  /** Commits of branches. */
  readonly BCC: EventSet;
  /** Context synchronisation events: ISB, exception entry and exception return. */
  readonly IFB: EventSet;
  /** Program order: transitive, between events of different instruction instances. */
  readonly po: Relation;
  /** `po ∩ same-loc`; fetches included. */
  readonly poLoc: Relation;

  constructor(events: readonly Event[]) {
    this.events = events;
    const ofKind = (...kinds: EventKind[]): EventSet => setOf(events, ({ kind }) => kinds.includes(kind));
    const annotated = (bit: number): EventSet =>
      setOf(events, ({ annotations }) => (annotations & bit) !== 0);
    this.ExpR = ofKind('R');
    this.ExpW = ofKind('W');
    this.ExpM = ofKind('R', 'W');
    this.IF = ofKind('IF');
    this.notIF = setOf(events, ({ kind }) => kind !== 'IF');
    this.DC = ofKind('DC');
    this.IC = ofKind('IC');
    this.D = unionOf(this.ExpM, this.IF, this.DC, this.IC);
    this.A = annotated(annotation.A);
    this.Q = annotated(annotation.Q);
    this.L = annotated(annotation.L);
    this.returningR = difference(this.ExpR, annotated(annotation.NoRet));
    this.BCC = ofKind('BCC');
    this.IFB = ofKind('ISB', 'EXC-ENTRY', 'EXC-RET');
    this.po = new Relation(events.length);
    this.poLoc = new Relation(events.length);
    for (let i = 0; i < events.length; i += 1) {
      for (let j = i + 1; j < events.length; j += 1) {
        if (events[i].instance === events[j].instance) continue;
        this.po.add(i, j);
        if (events[i].location >= 0 && events[i].location === events[j].location) this.poLoc.add(i, j);
      }
    }
  }

  /** DMB or DSB of one type. */
  barriers(kind: 'DMB' | 'DSB', type: BarrierType): EventSet {
    return setOf(this.events, (event) => event.kind === kind && event.barrier === type);
  }

  /** `[before];po;[middle];po;[after]` */
  across(before: EventSet, middle: EventSet, after: EventSet | undefined): Relation {
    const result = new Relation(this.events.length);
    // The last of the middle events before an event decides, for po is transitive; but instances may share it.
    for (let m = 0; m < this.events.length; m += 1) {
      if (!contains(middle, m)) continue;
      for (let i = 0; i < m; i += 1) {
        if (!contains(before, i) || !this.po.has(i, m)) continue;
        for (let j = m + 1; j < this.events.length; j += 1) {
          if (this.po.has(m, j) && (after === undefined || contains(after, j))) result.add(i, j);
        }
      }
    }
    return result;
  }

  /** Pairs `(source, event)` for the sources that every event names. */
  from(sources: (event: Event) => readonly number[], range?: EventSet): Relation {
    const result = new Relation(this.events.length);
    this.events.forEach((event, i) => {
      if (range !== undefined && !contains(range, i)) return;
      for (const source of sources(event)) {
        if (this.events[source].instance !== event.instance) result.add(source, i);
      }
    });
    return result;
  }
}
