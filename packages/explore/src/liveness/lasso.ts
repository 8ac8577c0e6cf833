import type { Path } from '../path.ts';
import type { StateGraph } from './graph.ts';

/** What a loop has to contain. */
interface Fairness {
  readonly processes: number;
  readonly processOf: (choice: number) => number;
}

/**
 * A path into a strongly connected part of a graph, and a loop in it in which every process makes a step or passes a state
 * where it cannot.
 */
export function lasso(
  graph: StateGraph,
  states: readonly number[],
  { processes, processOf }: Fairness,
): { readonly path: Path; readonly loopAt: number } {
  const part = new Set(states);
  const [start] = states;
  const stem = graph.pathTo(start);
  const loop: number[] = [];
  let at = start;
  /** Goes the shortest way to an edge or, without a choice, a state that is wanted. */
  const go = (wanted: (state: number, choice: number | undefined) => boolean): boolean => {
    const way = wayTo(graph, part, at, wanted);
    if (way === undefined) return false;
    loop.push(...way.choices);
    at = way.end;
    return true;
  };
  const waits = (state: number, process: number): boolean => {
    let can = false;
    graph.each(state, (_, choice) => (can ||= processOf(choice) === process));
    return !can;
  };
  for (let process = 0; process < processes; process++) {
    go((state, choice) => (choice === undefined ? waits(state, process) : processOf(choice) === process));
  }
  if (at !== start || loop.length === 0) go((state, choice) => choice !== undefined && state === start);
  return {
    path: { initial: stem.initial, choices: Uint32Array.from([...stem.choices, ...loop]) },
    loopAt: stem.choices.length,
  };
}

/**
 * The shortest way inside a part from a state to what is wanted: a state, asked for without a choice, or the end of an edge,
 * asked for with its choice.
 */
function wayTo(
  graph: StateGraph,
  part: ReadonlySet<number>,
  from: number,
  wanted: (state: number, choice: number | undefined) => boolean,
): { readonly choices: readonly number[]; readonly end: number } | undefined {
  if (wanted(from, undefined)) return { choices: [], end: from };
  const ways = new Map<number, readonly number[]>([[from, []]]);
  for (const [state, way] of ways) {
    let found: { readonly choices: readonly number[]; readonly end: number } | undefined;
    graph.each(state, (target, choice) => {
      if (found !== undefined || !part.has(target)) return;
      const choices = [...way, choice];
      if (wanted(target, choice) || wanted(target, undefined)) found = { choices, end: target };
      else if (!ways.has(target)) ways.set(target, choices);
    });
    if (found !== undefined) return found;
  }
  return undefined;
}
