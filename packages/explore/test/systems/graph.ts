import type { TransitionSystem } from '@quiesce/explore';

/** A finite graph with labels; node i has the choices 0, 1, ... in the order of its edges. */
export interface Graph {
  readonly initial: readonly number[];
  readonly edges: readonly (readonly number[])[];
  readonly bad?: readonly number[];
  readonly worse?: readonly number[];
  readonly goal?: readonly number[];
  readonly seen?: readonly number[];
}

/** The node of a state. */
export function nodeOf(state: Uint32Array): number {
  return state[1];
}

/** A graph as a system. Cells carry noise above the node, so that states differ in high and in low bits. */
export function graph({ initial, edges, bad = [], worse = [], goal, seen = [] }: Graph): TransitionSystem {
  const encode = (node: number): Uint32Array => Uint32Array.of(node << 28, node, ~node);
  return {
    width: 3,
    initial: (emit) => initial.forEach((node) => emit(encode(node))),
    successors: (state, emit) => edges[nodeOf(state)].forEach((to, choice) => emit(choice, encode(to))),
    properties: [
      { kind: 'always', name: 'not bad', holds: (state) => !bad.includes(nodeOf(state)) },
      { kind: 'always', name: 'not worse', holds: (state) => !worse.includes(nodeOf(state)) },
      { kind: 'sometimes', name: 'seen', holds: (state) => seen.includes(nodeOf(state)) },
      ...(goal === undefined
        ? []
        : [
            {
              kind: 'reachable',
              name: 'goal',
              holds: (state: Uint32Array) => goal.includes(nodeOf(state)),
            } as const,
          ]),
    ],
  };
}

/** 0 -> 1 -> 2 -> ... without an end. */
export function endless(): TransitionSystem {
  const next = new Uint32Array(1);
  return {
    width: 1,
    initial: (emit) => emit(new Uint32Array(1)),
    successors(state, emit): void {
      next[0] = state[0] + 1;
      emit(0, next);
    },
    properties: [{ kind: 'reachable', name: 'end', holds: () => false }],
  };
}
