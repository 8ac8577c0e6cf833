import { decode } from '@quiesce/insn';
import type { Kernel } from '../kernel.ts';
import type { FlowReader } from './flow.ts';

/** The instructions of one function, found without following calls, with what is next to each. */
function body(flow: FlowReader, start: number): Map<number, readonly number[]> {
  const found = new Map<number, readonly number[]>();
  const queue = [start];
  for (let offset = queue.pop(); offset !== undefined && found.size < 4096; offset = queue.pop()) {
    if (found.has(offset)) continue;
    const { next } = flow.flow(offset);
    found.set(offset, next);
    queue.push(...next);
  }
  return found;
}

function forward(graph: ReadonlyMap<number, readonly number[]>, from: readonly number[]): Set<number> {
  const seen = new Set<number>();
  const queue = [...from];
  for (let offset = queue.pop(); offset !== undefined; offset = queue.pop()) {
    if (seen.has(offset)) continue;
    seen.add(offset);
    queue.push(...(graph.get(offset) ?? []));
  }
  return seen;
}

function backward(graph: ReadonlyMap<number, readonly number[]>, to: readonly number[]): Set<number> {
  const before = new Map<number, number[]>();
  for (const [offset, next] of graph) {
    for (const one of next) before.set(one, [...(before.get(one) ?? []), offset]);
  }
  return forward(before, to);
}

/**
 * The loop of `multi_cpu_stop` from the acknowledgement of one state to the call of the function in RUN: what a CPU may
 * still execute when another one runs the function already. That is the strongly connected component of the call.
 */
export function stopLoop(flow: FlowReader, start: number): ReadonlySet<number> {
  const graph = body(flow, start);
  const calls = [...graph.keys()].filter((offset) => flow.flow(offset).isIndirect);
  const after = forward(
    graph,
    calls.flatMap((call) => graph.get(call) ?? []),
  );
  return intersection(after, backward(graph, calls));
}

/** The way of a waiter through `__apply_alternatives_multi_stop`: from its beginning to an ISB. */
export function waiterPath(kernel: Kernel, flow: FlowReader, start: number): ReadonlySet<number> {
  const graph = body(flow, start);
  const barriers = [...graph.keys()].filter((at) => decode(kernel.words[at >> 2]).row.name === 'isb');
  return backward(graph, barriers);
}

function intersection(one: ReadonlySet<number>, other: ReadonlySet<number>): Set<number> {
  return new Set([...one].filter((offset) => other.has(offset)));
}
