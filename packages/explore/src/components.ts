import { allocate } from './arena.ts';
import { Column } from './column.ts';
import type { Graph } from './explored.ts';

/** Work between two chances to stop. */
const WORK = 1 << 14;
const NONE = 0xffffffff;

/** The strongly connected components of a graph. */
export interface Components {
  readonly count: number;
  /** The component of each state. An edge never leads to a component of a higher number. */
  readonly of: Uint32Array;
  /** The states by component, in ascending order of the components. */
  readonly order: Uint32Array;
}

/** Tarjan's algorithm on explicit stacks. Yields now and then, so that the caller can stop it. */
export function* components(edges: Graph, size: number): Generator<undefined, Components, undefined> {
  const number = allocate(size);
  const low = allocate(size);
  const of = allocate(size).fill(NONE);
  const order = allocate(size);
  const open = new Column();
  const calls = new Column();
  const cursors = new Column();
  let clock = 0;
  let ordered = 0;
  let count = 0;
  let work = 0;

  const visit = (state: number): void => {
    clock += 1;
    number[state] = clock;
    low[state] = clock;
    open.push(state);
    calls.push(state);
    cursors.push(edges.first(state));
  };

  const close = (root: number): void => {
    let state: number;
    do {
      state = open.pop();
      of[state] = count;
      order[ordered] = state;
      ordered += 1;
    } while (state !== root);
    count += 1;
  };

  for (let root = 0; root < size; root++) {
    if (number[root] !== 0) continue;
    visit(root);
    while (calls.length > 0) {
      work += 1;
      if (work % WORK === 0) yield;
      const top = calls.length - 1;
      const state = calls.get(top);
      const end = edges.end(state);
      let cursor = cursors.get(top);
      let child = -1;
      while (cursor < end) {
        const target = edges.target(cursor);
        cursor += 1;
        if (number[target] === 0) {
          child = target;
          break;
        }
        if (of[target] === NONE && number[target] < low[state]) low[state] = number[target];
      }
      cursors.set(top, cursor);
      if (child >= 0) {
        visit(child);
        continue;
      }
      calls.pop();
      cursors.pop();
      if (low[state] === number[state]) close(state);
      else {
        // A state that is not the root of its component has a caller.
        const caller = calls.get(top - 1);
        if (low[state] < low[caller]) low[caller] = low[state];
      }
    }
  }
  return { count, of, order };
}
