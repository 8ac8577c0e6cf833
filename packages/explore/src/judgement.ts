import { allocate } from './arena.ts';
import type { Column } from './column.ts';
import { type Components, components } from './components.ts';
import type { Explored, Graph, Origins } from './explored.ts';
import { pathTo } from './path.ts';
import type { ReachableViolation } from './result.ts';
import type { Reachable } from './system.ts';
import { NO_PARENT } from './visited.ts';

const WORK = 1 << 12;

/** What the judgement has said so far. */
export interface Judgement {
  readonly judged: string[];
  readonly violations: ReachableViolation[];
  /** States of bottom components without the goal. */
  readonly ends: Column;
}

/**
 * Judges the `reachable` properties of a complete search one after the other, into `judgement`. Components are numbered
 * against the direction of the edges, so one pass over them in ascending order tells which can reach the goal.
 */
export function* judge(
  search: Explored,
  edges: Graph,
  all: boolean,
  judgement: Judgement,
): Generator<undefined, void, undefined> {
  const graph = yield* components(edges, search.visited.size);
  for (const [i, property] of search.reachable.entries()) {
    const violation = yield* judgeOne(search, edges, graph, property, search.goals[i], judgement.ends);
    judgement.judged.push(property.name);
    if (violation === undefined) continue;
    judgement.violations.push(violation);
    if (!all) return;
  }
}

function* judgeOne(
  search: Explored,
  edges: Graph,
  graph: Components,
  property: Reachable,
  goals: Column,
  ends: Column,
): Generator<undefined, ReachableViolation | undefined, undefined> {
  const { of, order } = graph;
  const { visited } = search;
  const reaches = new Uint8Array(graph.count);
  const leaves = new Uint8Array(graph.count);
  for (let i = 0; i < search.ended.length; i++) reaches[of[search.ended.get(i)]] = 1;
  for (let i = 0; i < goals.length; i++) reaches[of[goals.get(i)]] = 1;

  for (let i = 0; i < order.length; i++) {
    if (i % WORK === WORK - 1) yield;
    const index = order[i];
    const component = of[index];
    if (reaches[component] === 1) continue;
    for (let at = edges.first(index); at < edges.end(index) && reaches[component] === 0; at++) {
      const target = of[edges.target(at)];
      if (target === component) continue;
      leaves[component] = 1;
      reaches[component] = reaches[target];
    }
  }

  const doomed = (index: number): boolean => reaches[of[index]] === 0;
  const from = ends.length;
  for (let index = 0; index < visited.size; index++) {
    if (doomed(index) && leaves[of[index]] === 0) ends.push(index);
  }
  if (ends.length === from) return undefined;
  const bottom = nearest(visited, ends, from);
  const path = pathTo(visited, bottom);
  return {
    kind: 'reachable',
    property: property.name,
    path,
    doomedAt: path.choices.length - stepsSince(visited, bottom, doomed),
  };
}

/** Of the states from a place of a column on the first of the smallest depth. */
function nearest(visited: Origins, states: Column, from: number): number {
  const depths = depthsOf(visited);
  let best = states.get(from);
  for (let i = from + 1; i < states.length; i++) {
    if (depths[states.get(i)] < depths[best]) best = states.get(i);
  }
  return best;
}

/** The length of the path to each state. */
function depthsOf(visited: Origins): Uint32Array {
  const depths = allocate(visited.size);
  for (let index = 0; index < visited.size; index++) {
    const parent = visited.parent(index);
    depths[index] = parent === NO_PARENT ? 0 : depths[parent] + 1;
  }
  return depths;
}

/** How many steps before a state, on its path, a condition began to hold that holds until the state. */
function stepsSince(visited: Origins, state: number, meets: (index: number) => boolean): number {
  let steps = 0;
  for (let at = visited.parent(state); at !== NO_PARENT && meets(at); at = visited.parent(at)) steps += 1;
  return steps;
}
