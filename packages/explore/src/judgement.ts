import { allocate } from './arena.ts';
import { type Components, components } from './components.ts';
import type { Edges } from './edges.ts';
import { pathTo } from './path.ts';
import type { ReachableViolation } from './result.ts';
import type { Search } from './search.ts';
import type { Reachable } from './system.ts';
import { NO_PARENT, type VisitedSet } from './visited.ts';

const WORK = 1 << 12;

/** What the judgement has said so far. */
export interface Judgement {
  readonly judged: string[];
  readonly violations: ReachableViolation[];
}

/**
 * Judges the `reachable` properties of a complete search one after the other, into `judgement`. Components are numbered
 * against the direction of the edges, so one pass over them in ascending order tells which can reach the goal.
 */
export function* judge(
  search: Search,
  edges: Edges,
  all: boolean,
  judgement: Judgement,
): Generator<undefined, void, undefined> {
  const graph = yield* components(edges, search.visited.size);
  for (const property of search.reachable) {
    const violation = yield* judgeOne(search, edges, graph, property);
    judgement.judged.push(property.name);
    if (violation === undefined) continue;
    judgement.violations.push(violation);
    if (!all) return;
  }
}

function* judgeOne(
  search: Search,
  edges: Edges,
  graph: Components,
  property: Reachable,
): Generator<undefined, ReachableViolation | undefined, undefined> {
  const { of, order } = graph;
  const { visited } = search;
  const reaches = new Uint8Array(graph.count);
  const leaves = new Uint8Array(graph.count);
  const state = new Uint32Array(visited.width);
  for (const ended of search.ended) reaches[of[ended]] = 1;

  for (let i = 0; i < order.length; i++) {
    if (i % WORK === WORK - 1) yield;
    const index = order[i];
    const component = of[index];
    if (reaches[component] === 1) continue;
    search.inHand = index;
    visited.read(index, state);
    if (property.holds(state)) reaches[component] = 1;
    for (let at = edges.first(index); at < edges.end(index) && reaches[component] === 0; at++) {
      const target = of[edges.target(at)];
      if (target === component) continue;
      leaves[component] = 1;
      reaches[component] = reaches[target];
    }
  }
  search.inHand = -1;

  const doomed = (index: number): boolean => reaches[of[index]] === 0;
  const bottom = nearest(visited, (index) => doomed(index) && leaves[of[index]] === 0);
  if (bottom < 0) return undefined;
  const path = pathTo(visited, bottom);
  return {
    kind: 'reachable',
    property: property.name,
    path,
    doomedAt: path.choices.length - stepsSince(visited, bottom, doomed),
  };
}

/** The state of the smallest depth that meets a condition, or -1. */
function nearest(visited: VisitedSet, meets: (index: number) => boolean): number {
  let best = -1;
  let depths: Uint32Array | undefined;
  for (let index = 0; index < visited.size; index++) {
    if (!meets(index)) continue;
    depths ??= depthsOf(visited);
    if (best < 0 || depths[index] < depths[best]) best = index;
  }
  return best;
}

/** The length of the path to each state. */
function depthsOf(visited: VisitedSet): Uint32Array {
  const depths = allocate(visited.size);
  for (let index = 0; index < visited.size; index++) {
    const parent = visited.parent(index);
    depths[index] = parent === NO_PARENT ? 0 : depths[parent] + 1;
  }
  return depths;
}

/** How many steps before a state, on its path, a condition began to hold that holds until the state. */
function stepsSince(visited: VisitedSet, state: number, meets: (index: number) => boolean): number {
  let steps = 0;
  for (let at = visited.parent(state); at !== NO_PARENT && meets(at); at = visited.parent(at)) steps += 1;
  return steps;
}
