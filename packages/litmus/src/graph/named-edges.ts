import type { CacheType } from '../test.ts';
import { localParts } from '../model/local/order.ts';
import { Trace } from '../model/local/trace.ts';
import { Relation } from '../model/relation.ts';
import { isSameLine } from '../execution/maintenance.ts';
import { type Partial, initially } from '../execution/partial.ts';
import type { DrawnEdge } from './drawing.ts';

/** A complete candidate: reads and coherence are decided, but nobody asked whether it is consistent. */
export interface Candidate {
  readonly execution: Partial;
  /** Whether the first of two writes to a location is coherence-before the second. */
  readonly co: (first: number, second: number) => boolean;
}

/** Effects of one kind. */
function ofKind({ effects }: Partial, kind: string): number[] {
  return [...effects.keys()].filter((number) => effects[number].event.kind === kind);
}

/** Whether a read or fetch is from-reads before a write. */
function missed({ execution, co }: Candidate, read: number, write: number): boolean {
  const { effects, rf } = execution;
  if (effects[read].event.location !== effects[write].event.location || rf[read] === write) return false;
  return rf[read] === initially || co(rf[read], write);
}

/** The edges of `ob` within threads, by the names of the relations. */
export function localEdges({ paths, numbers }: Partial): DrawnEdge[] {
  return paths.flatMap(({ events }, thread) => {
    const trace = new Trace(events);
    const { parts, pickDep } = localParts(trace);
    const lob = new Relation(events.length).include(...parts.map(([, part]) => part)).closure();
    const picked = pickDep.then(lob).between(undefined, trace.ExpW);
    const own = numbers[thread];
    const edges: DrawnEdge[] = [];
    for (const [name, relation] of [...parts, ['pick-dep;lob', picked] as const]) {
      own.forEach((from, i) => {
        own.forEach((to, j) => {
          if (i < j && relation.has(i, j)) edges.push({ from, to, name });
        });
      });
    }
    return edges;
  });
}

/** The edges between threads that follow from the reads and the coherence order. */
export function communication(candidate: Candidate, { DIC }: CacheType): DrawnEdge[] {
  const { execution, co } = candidate;
  const { effects, rf, threadOf, numbers } = execution;
  const writes = ofKind(execution, 'W');
  const edges: DrawnEdge[] = [];
  for (const read of [...ofKind(execution, 'R'), ...ofKind(execution, 'IF')]) {
    const isFetch = effects[read].event.kind === 'IF';
    if (rf[read] >= 0 && (isFetch || threadOf[rf[read]] !== threadOf[read])) {
      edges.push({ from: rf[read], to: read, name: isFetch ? 'rf' : 'rfe' });
    }
    for (const write of writes) {
      if (!missed(candidate, read, write)) continue;
      const isExternal = threadOf[read] !== threadOf[write];
      if (isFetch ? DIC : isExternal) edges.push({ from: read, to: write, name: isFetch ? 'IC-ca' : 'fre' });
      const own = numbers[threadOf[read]];
      const earlier = isFetch
        ? DIC
          ? effects[read].fetchesBefore
          : []
        : isExternal
          ? effects[read].sameReads
          : [];
      for (const index of earlier) {
        edges.push({ from: own[index], to: write, name: isFetch ? 'IC-ob' : 'Exp-haz-ob' });
      }
    }
  }
  for (const first of writes) {
    for (const second of writes) {
      if (first === second || threadOf[first] === threadOf[second]) continue;
      if (effects[first].event.location === effects[second].event.location && co(first, second)) {
        edges.push({ from: first, to: second, name: 'coe' });
      }
    }
  }
  return edges;
}

/** Pairs that DC-after or IC-after must order, one way or the other. */
export function maintenancePairs(execution: Partial): (readonly [number, number, string])[] {
  const { effects, isComplete } = execution;
  const cleaned = ofKind(execution, 'DC').flatMap((dc) =>
    ofKind(execution, 'W')
      .filter((write) => effects[write].event.location === effects[dc].event.location)
      .map((write) => [dc, write, 'DC-after'] as const),
  );
  const fetched = ofKind(execution, 'IC')
    .filter((ic) => isComplete[ic])
    .flatMap((ic) =>
      ofKind(execution, 'IF')
        .filter((fetch) => isSameLine(execution, ic, fetch))
        .map((fetch) => [ic, fetch, 'IC-after'] as const),
    );
  return [...cleaned, ...fetched];
}

/** What follows when the first event of a pair is ordered before the second: `IC-ob` and `IC-ca`. */
export function consequences(
  candidate: Candidate,
  oriented: readonly DrawnEdge[],
  { IDC, DIC }: CacheType,
): DrawnEdge[] {
  const { execution } = candidate;
  const { effects, threadOf, numbers } = execution;
  return oriented.flatMap(({ from, to, name }) => {
    if (name !== 'IC-after') return [];
    if (effects[from].event.kind === 'IF') {
      const own = numbers[threadOf[from]];
      return [...effects.keys()]
        .filter(
          (later) =>
            threadOf[later] === threadOf[to] && effects[later].completions.includes(effects[to].index),
        )
        .flatMap((later) =>
          effects[from].fetchesBefore.map((index) => ({
            from: own[index],
            to: later,
            name: 'IC-ob',
            via: [{ from, to, name }],
          })),
        );
    }
    if (DIC) return [];
    return ofKind(execution, 'W')
      .filter((write) => missed(candidate, to, write))
      .flatMap((write) => {
        const missing = [
          { from, to, name },
          { from: to, to: write, name: 'fr' },
        ];
        if (IDC) return [{ from, to: write, name: 'IC-ca', via: missing }];
        return oriented
          .filter((edge) => edge.name === 'DC-after' && edge.from === write)
          .map((edge) => ({ from, to: edge.to, name: 'IC-ca', via: [...missing, edge] }));
      });
  });
}
