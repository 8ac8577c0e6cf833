import type { CacheType } from '../test.ts';
import type { DrawnEdge } from './drawing.ts';
import { type Candidate, communication, consequences, localEdges, maintenancePairs } from './named-edges.ts';

/** A shortest cycle of edges, or undefined. */
export function shortestCycle(size: number, edges: readonly DrawnEdge[]): DrawnEdge[] | undefined {
  const leaving = Array.from({ length: size }, (): DrawnEdge[] => []);
  for (const edge of edges) leaving[edge.from].push(edge);
  let best: DrawnEdge[] | undefined;
  for (let start = 0; start < size; start += 1) {
    const found = cycleThrough(start, leaving);
    if (found !== undefined && (best === undefined || found.length < best.length)) best = found;
  }
  return best;
}

/** A shortest way from an event back to itself. */
function cycleThrough(start: number, leaving: readonly (readonly DrawnEdge[])[]): DrawnEdge[] | undefined {
  return shortestWay(start, start, leaving);
}

function shortestWay(
  start: number,
  end: number,
  leaving: readonly (readonly DrawnEdge[])[],
): DrawnEdge[] | undefined {
  const reachedBy = new Map<number, DrawnEdge>();
  const queue = [start];
  for (const event of queue) {
    for (const edge of leaving[event]) {
      if (reachedBy.has(edge.to)) continue;
      reachedBy.set(edge.to, edge);
      if (edge.to === end) return wayTo(end, start, reachedBy);
      queue.push(edge.to);
    }
  }
  return undefined;
}

function wayTo(end: number, start: number, reachedBy: ReadonlyMap<number, DrawnEdge>): DrawnEdge[] {
  const way: DrawnEdge[] = [];
  let edge = reachedBy.get(end);
  while (edge !== undefined) {
    way.unshift(edge);
    edge = edge.from === start ? undefined : reachedBy.get(edge.from);
  }
  return way;
}

/** Orders of maintenance operations that are tried. */
const maximumOrders = 5000;

/**
 * The cycle that forbids a candidate, or undefined if some order of its maintenance operations is consistent. An order
 * that closes a cycle at once is not worth showing: the cycle of the other one is.
 */
export function forbiddingCycle(candidate: Candidate, caches: CacheType): DrawnEdge[] | undefined {
  const { size } = candidate.execution;
  const fixed = [...localEdges(candidate.execution), ...communication(candidate, caches)];
  const pairs = maintenancePairs(candidate.execution);
  let orders = 0;
  const closed = (oriented: readonly DrawnEdge[]): DrawnEdge[] | undefined =>
    shortestCycle(size, [...fixed, ...oriented, ...consequences(candidate, oriented, caches)]);
  const search = (oriented: readonly DrawnEdge[], next: number): DrawnEdge[] | undefined => {
    orders += 1;
    const cycle = closed(oriented);
    if (cycle !== undefined || next === pairs.length || orders > maximumOrders) return cycle;
    const [a, b, name] = pairs[next];
    const ways = [
      [...oriented, { from: a, to: b, name }],
      [...oriented, { from: b, to: a, name }],
    ];
    const open = ways.filter((way) => closed(way) === undefined);
    const found = (open.length === 0 ? ways : open).map((way) => search(way, next + 1));
    return found.includes(undefined) ? undefined : longest(found);
  };
  const found = search([], 0);
  return found?.flatMap((edge) => [edge, ...(edge.via ?? []).flatMap((part) => [part, ...reasons(part)])]);

  /** Why an order of maintenance is the only one: a way of other edges. */
  function reasons({ from, to, name }: DrawnEdge): readonly DrawnEdge[] {
    if (name !== 'IC-after' && name !== 'DC-after') return [];
    const leaving = Array.from({ length: size }, (_, i) => fixed.filter((edge) => edge.from === i));
    return shortestWay(from, to, leaving) ?? [];
  }
}

/** The longest cycle; one with a consequence of an order goes before those that only contradict the order. */
function longest(cycles: readonly (DrawnEdge[] | undefined)[]): DrawnEdge[] | undefined {
  const worth = (cycle: readonly DrawnEdge[] = []): number =>
    cycle.length + (cycle.some(({ via }) => via !== undefined) ? 1000 : 0);
  return cycles.reduce((best, cycle) => (worth(cycle) > worth(best) ? cycle : best));
}
