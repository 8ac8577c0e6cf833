import { type Event, annotation } from '../../src/thread/event.ts';
import type { CacheType } from '../../src/test.ts';
import {
  type Events,
  type Relation,
  closure,
  difference,
  identity,
  intersection,
  inverse,
  isEmpty,
  isIrreflexive,
  relation,
  sequence,
  union,
} from './algebra.ts';

/** An event of an execution; `thread` -1 for the initial writes. */
export interface Node {
  readonly thread: number;
  /** Index among the events of its thread. */
  readonly index: number;
  readonly event: Pick<Event, 'kind' | 'location'> & Partial<Event>;
}

/** Choices beside the paths. */
export interface Choice {
  readonly rf: Relation;
  readonly co: Relation;
  /** Pairs in order, each `DC × ExpW` or inverse. */
  readonly dcAfter: Relation;
  /** Pairs in order, each `IC × IF` or inverse. */
  readonly icAfter: Relation;
}

/** What depends on the paths alone. */
export interface Local {
  readonly nodes: readonly Node[];
  readonly sets: Readonly<Record<SetName, Events>>;
  readonly po: Relation;
  readonly poLoc: Relation;
  readonly int: Relation;
  readonly scl: Relation;
  readonly rmw: Relation;
  readonly lhr: Relation;
  readonly completedBefore: Relation;
}

type SetName =
  | 'ExpR'
  | 'ExpW'
  | 'ExpM'
  | 'IF'
  | 'W'
  | 'DC'
  | 'IC'
  | 'D'
  | 'notIF'
  | 'A'
  | 'Q'
  | 'L'
  | 'NoRet'
  | 'BCC'
  | 'IFB'
  | 'CIC';

/** A part of the model that can be left out, to show that a test depends on it. */
export type Omission = (name: string, part: Relation) => Relation;

/** The whole model. */
export const nothingOmitted: Omission = (_, part) => part;

/** The model without one of its parts, or without several, `a & b`. */
export function without(rules: string): Omission {
  const names = rules.split(' & ');
  return (name, part) => (names.includes(name) ? part.map(() => 0) : part);
}

/** The model, as the definitions are written, on all events of the paths. */
export function localRelations(nodes: readonly Node[], rule: Omission = nothingOmitted): Local {
  const size = nodes.length;
  const set = (has: (node: Node) => boolean): Events => nodes.map(has);
  const kind = (...kinds: string[]): Events => set(({ event }) => kinds.includes(event.kind));
  const annotated = (bit: number): Events => set(({ event }) => ((event.annotations ?? 0) & bit) !== 0);
  const id = identity;
  const and = (a: Events, b: Events): Events => a.map((has, i) => has && b[i]);
  const minus = (a: Events, b: Events): Events => a.map((has, i) => has && !b[i]);
  const or = (...all: Events[]): Events => all[0].map((_, i) => all.some((one) => one[i]));

  const ExpR = kind('R');
  const W = kind('W');
  const ExpW = W;
  const ExpM = or(ExpR, ExpW);
  const IF = kind('IF');
  const DC = kind('DC');
  const IC = kind('IC');
  const D = or(ExpM, IF, DC, IC);
  const notIF = minus(
    set(() => true),
    IF,
  );
  const [A, Q, L, NoRet] = [annotation.A, annotation.Q, annotation.L, annotation.NoRet].map(annotated);
  const BCC = kind('BCC');
  const IFB = kind('ISB', 'EXC-ENTRY', 'EXC-RET');
  const barrier = (name: string, type: string): Events =>
    set(({ event }) => event.kind === name && event.barrier === type);

  const sameThread = (a: number, b: number): boolean =>
    nodes[a].thread >= 0 && nodes[a].thread === nodes[b].thread;
  const instance = (a: number): number => nodes[a].event.instance ?? 0;
  const po = relation(size, (a, b) => sameThread(a, b) && instance(a) < instance(b));
  const int = relation(size, sameThread);
  const sameInstance = relation(size, (a, b) => sameThread(a, b) && instance(a) === instance(b));
  const loc = relation(
    size,
    (a, b) => nodes[a].event.location >= 0 && nodes[a].event.location === nodes[b].event.location,
  );
  const poLoc = intersection(po, loc);
  const all = set(({ event }) => event.all === true);
  const scl = union(
    loc,
    relation(size, (a, b) => (all[a] && D[b]) || (all[b] && D[a])),
  );

  const intervening = sequence(poLoc, id(W), poLoc);
  const lrs = difference(
    sequence(id(W), poLoc, id(or(ExpR, IF))),
    sequence(id(W), intervening, id(or(ExpR, IF))),
  );
  const lws = sequence(id(ExpM), poLoc, id(ExpW));
  const from = (sources: (event: Node['event']) => readonly number[] | undefined): Relation =>
    difference(
      relation(size, (a, b) => sameThread(a, b) && (sources(nodes[b].event) ?? []).includes(nodes[a].index)),
      sameInstance,
    );
  const rmw = relation(size, (a, b) => sameThread(a, b) && nodes[b].event.readOf === nodes[a].index && W[b]);
  const amo = sequence(id(annotated(annotation.X)), rmw, id(annotated(annotation.X)));

  const addr = sequence(
    id(ExpR),
    from((e) => e.addressFrom),
    id(or(ExpM, DC, IC)),
  );
  const data = sequence(
    id(ExpR),
    from((e) => e.dataFrom),
    id(ExpW),
  );
  const ctrl = sequence(
    id(ExpR),
    from((e) => e.controlFrom),
    id(BCC),
    po,
  );
  const pickAddr = sequence(
    id(ExpR),
    from((e) => e.addressPicked),
    id(or(ExpM, DC, IC)),
  );
  const pickData = sequence(
    id(ExpR),
    from((e) => e.dataPicked),
    id(ExpW),
  );
  const pickCtrl = sequence(
    id(ExpR),
    from((e) => e.controlPicked),
    id(BCC),
    po,
  );
  const pickBasic = sequence(
    id(ExpR),
    from((e) => e.picked),
  );
  const pickDep = difference(union(pickBasic, pickAddr, pickData, pickCtrl), sameInstance);

  const range = (one: Relation): Events => nodes.map((_, b) => one.some((row) => ((row >>> b) & 1) === 1));
  const across = (before: Events, middle: Events, after: Events): Relation =>
    sequence(id(before), po, id(middle), po, id(after));
  const DSBob = union(
    rule('DSB full', across(D, barrier('DSB', 'full'), notIF)),
    rule('DSB ld', across(minus(ExpR, NoRet), barrier('DSB', 'ld'), notIF)),
    rule('DSB st', across(ExpW, barrier('DSB', 'st'), notIF)),
  );
  const IFBob = sequence(
    union(
      rule('IFB ctrl', ctrl),
      rule('IFB pick-ctrl', pickCtrl),
      rule('IFB addr', sequence(addr, id(ExpM), po)),
      rule('IFB pick-addr', sequence(pickAddr, id(ExpM), po)),
      rule('IFB DSB', DSBob),
    ),
    id(IFB),
    po,
  );
  const inInstance = intersection(
    sameInstance,
    relation(size, (a, b) => nodes[a].index < nodes[b].index),
  );
  const fIb = rule('f-ib', sequence(id(IF), inInstance));
  const fOb = rule('f-ob', sequence(id(IF), po, id(notIF)));
  const effects = or(ExpW, DC, IC);
  const dob = union(
    rule('dob addr', addr),
    rule('dob data', data),
    rule('dob ctrl W', sequence(ctrl, id(ExpW))),
    rule('dob ctrl DC IC', sequence(ctrl, id(or(DC, IC)))),
    rule('dob addr;po', sequence(addr, id(ExpM), po, id(ExpW))),
    rule('dob lrs', sequence(union(addr, data), id(ExpM), lrs, id(ExpR))),
  );
  const pob = union(
    rule('pob addr', sequence(pickAddr, id(effects))),
    rule('pob data', pickData),
    rule('pob ctrl', sequence(pickCtrl, id(effects))),
    rule('pob addr;po', sequence(pickAddr, id(ExpM), po, id(ExpW))),
  );
  const aob = union(rule('aob rmw', rmw), rule('aob lrs', sequence(rmw, lrs, id(and(ExpR, or(A, Q))))));
  const full = barrier('DMB', 'full');
  const fullAtomic = range(sequence(id(and(ExpR, A)), amo, id(and(ExpW, L))));
  const bob = union(
    rule('DMB full', across(ExpM, full, ExpM)),
    rule('DMB full DC', across(ExpM, full, DC)),
    rule('DC DMB full', across(DC, full, or(ExpM, DC))),
    rule('DMB ld', across(minus(ExpR, NoRet), barrier('DMB', 'ld'), ExpM)),
    rule('DMB st', across(ExpW, barrier('DMB', 'st'), ExpW)),
    rule('bob amo', sequence(id(fullAtomic), po, id(ExpM))),
    rule('bob L A', sequence(id(and(ExpW, L)), po, id(and(ExpR, A)))),
    rule('bob A', sequence(id(and(ExpR, A)), po, id(ExpM))),
    rule('bob Q', sequence(id(and(ExpR, Q)), po, id(ExpM))),
    rule('bob L', sequence(id(ExpM), po, id(and(ExpW, L)))),
  );
  const poSclOb = union(
    rule('po-scl M DC', sequence(id(ExpM), intersection(po, scl), id(DC))),
    rule('po-scl DC M', sequence(id(DC), intersection(po, scl), id(ExpM))),
    rule('po-scl DC DC', sequence(id(DC), intersection(po, scl), id(DC))),
  );
  const lob = closure(union(fIb, fOb, poSclOb, DSBob, IFBob, rule('lws', lws), dob, pob, aob, bob));
  const lhr = closure(union(lob, rule('pick-dep', sequence(pickDep, lob, id(ExpW)))));
  const completes = sequence(id(IC), po, id(barrier('DSB', 'full')));
  const CIC = completes.map((row) => row !== 0);
  return {
    nodes,
    sets: { ExpR, ExpW, ExpM, IF, W, DC, IC, D, notIF, A, Q, L, NoRet, BCC, IFB, CIC },
    po,
    poLoc,
    int,
    scl,
    rmw,
    lhr,
    completedBefore: union(DSBob, IFBob),
  };
}

/** Observed-ordered-before of an execution. */
export function observedBefore(
  local: Local,
  choice: Choice,
  { IDC, DIC }: CacheType,
  rule: Omission = nothingOmitted,
): Relation {
  const { sets, po, poLoc, int, lhr, completedBefore } = local;
  const { rf, co, dcAfter, icAfter } = choice;
  const { ExpR, ExpW, ExpM, IF, W, DC, IC } = sets;
  const id = identity;
  const fr = difference(
    sequence(inverse(rf), co),
    relation(rf.length, (a, b) => a === b),
  );
  const ca = union(fr, co);
  const ext = (one: Relation): Relation => difference(one, int);
  const hazard = rule('Exp-haz-ob', sequence(id(ExpR), poLoc, id(ExpR), ext(ca), id(ExpW)));
  const IRob = union(
    sequence(id(IF), icAfter, id(IC), completedBefore),
    ...(DIC ? [rule('IRob DIC', ca)] : []),
  );
  const ICob = rule('IC-ob', sequence(id(IF), po, id(IF), IRob));
  const expObs = union(
    rule('Exp-obs rf', sequence(id(ExpM), ext(rf), id(ExpM))),
    rule('Exp-obs fr', sequence(id(ExpM), ext(fr), id(ExpM))),
    rule('Exp-obs co', sequence(id(ExpM), ext(co), id(ExpM))),
  );
  const stale = sequence(id(IF), ca, id(W));
  const ICca = DIC
    ? IDC
      ? stale
      : relation(rf.length, () => false)
    : IDC
      ? sequence(id(IC), icAfter, stale)
      : sequence(id(IC), icAfter, stale, dcAfter, id(DC));
  const instrObs = union(rule('rf IF', sequence(rf, id(IF))), icAfter, dcAfter, rule('IC-ca', ICca));
  return closure(union(lhr, hazard, ICob, expObs, instrObs));
}

/** The axioms: external, coRW1, coWW, coWR and atomic. */
export function isConsistent(
  local: Local,
  { rf, co }: Choice,
  ob: Relation,
  rule: Omission = nothingOmitted,
): boolean {
  const { sets, poLoc, int, rmw } = local;
  const { ExpR, ExpW } = sets;
  const id = identity;
  const fr = difference(
    sequence(inverse(rf), co),
    relation(rf.length, (a, b) => a === b),
  );
  const ca = union(fr, co);
  const internal = (one: Relation): Relation => intersection(one, int);
  const excused = intersection(rmw, sequence(internal(fr), id(ExpW), internal(co)));
  return (
    isIrreflexive(ob) &&
    isIrreflexive(rule('coRW1', sequence(id(ExpR), union(poLoc, rmw), id(ExpW), internal(rf), id(ExpR)))) &&
    isIrreflexive(rule('coWW', sequence(id(ExpW), poLoc, id(ExpW), internal(ca), id(ExpW)))) &&
    isIrreflexive(rule('coWR', sequence(id(ExpW), poLoc, id(ExpR), internal(ca), id(ExpW)))) &&
    isEmpty(rule('atomic', difference(intersection(rmw, sequence(fr, co)), excused)))
  );
}
