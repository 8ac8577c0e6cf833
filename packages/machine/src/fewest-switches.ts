import { Interner } from '@quiesce/explore';
import type { MachineSystem } from './system.ts';

/** A schedule among the shortest, and how often it goes from one CPU to another. */
export interface Calmest {
  /** Choices as the search has them: CPUs are named by their place among the sorted ones. */
  readonly choices: Uint32Array;
  readonly switches: number;
}

/** How a state is entered with a certain CPU as the last that moved. */
interface Entry {
  /** The CPU that moved last, as {@link MachineSystem.markOf} names it; -1 at the start. */
  readonly mark: number;
  cost: number;
  from: number;
  fromEntry: number;
  choice: number;
}

/** Work is given up beyond so many states: there is no use in it where a search has found more of them. */
export const mostCalmed = 300_000;

/**
 * Of all schedules of `length` steps to a state that is a target, one with the fewest switches between CPUs. `length` must
 * be the length of the shortest: then each of its states is met at its own depth, and going through the space once more,
 * layer by layer, finds the exact minimum. A state is remembered once for each CPU that can have moved last; CPUs that are
 * alike count as one, because whichever of them goes on can be the one that has moved.
 *
 * Returns undefined where there are too many states.
 */
export function fewestSwitches(
  system: MachineSystem,
  length: number,
  isTarget: (state: Uint32Array) => boolean,
): Calmest | undefined {
  const states = new Interner();
  const depths: number[] = [];
  const entries: Entry[][] = [];
  const state = new Uint32Array(system.width);
  const read = (id: number): Uint32Array => {
    state.set(states.get(id));
    return state;
  };
  const meet = (next: Uint32Array, depth: number): number => {
    const id = states.intern(next);
    if (id === depths.length) {
      depths.push(depth);
      entries.push([]);
    }
    return id;
  };
  const start: Entry = { mark: -1, cost: 0, from: -1, fromEntry: -1, choice: 0 };
  let layer: number[] = [];
  system.initial((initial) => {
    const id = meet(initial, 0);
    entries[id] = [start];
    layer.push(id);
  });
  for (let depth = 0; depth < length; depth++) {
    const next: number[] = [];
    for (const id of layer) {
      const known = entries[id];
      const cheapest = known.reduce((best, { cost }, i) => (cost < known[best].cost ? i : best), 0);
      system.successors(read(id), (choice, successor) => {
        const mover = system.markOf(state, choice >>> 16);
        const same = known.findIndex(({ mark }) => mark === mover || mark === -1);
        const isSame = same >= 0 && known[same].cost <= known[cheapest].cost + 1;
        const via = isSame ? same : cheapest;
        const cost = known[via].cost + (isSame ? 0 : 1);
        const met = depths.length;
        const target = meet(successor, depth + 1);
        if (target === met) next.push(target);
        // A shortest schedule comes to no state later than it could.
        if (depths[target] !== depth + 1) return;
        const entry = entries[target].find(({ mark }) => mark === system.mover);
        if (entry === undefined) {
          entries[target].push({ mark: system.mover, cost, from: id, fromEntry: via, choice });
        } else if (cost < entry.cost) {
          Object.assign(entry, { cost, from: id, fromEntry: via, choice });
        }
      });
      if (depths.length > mostCalmed) return undefined;
    }
    // Behind a violation nothing is explored.
    layer = depth + 1 === length ? next : next.filter((id) => states.get(id)[0] === 0);
  }
  return best(
    layer.filter((id) => isTarget(read(id))),
    entries,
    length,
  );
}

function best(targets: readonly number[], entries: readonly Entry[][], length: number): Calmest | undefined {
  const ends = targets.flatMap((id) => entries[id]);
  if (ends.length === 0) return undefined;
  let entry = ends.reduce((least, one) => (one.cost < least.cost ? one : least));
  const { cost } = entry;
  const choices = new Uint32Array(length);
  for (let step = length - 1; step >= 0; step--) {
    choices[step] = entry.choice;
    entry = entries[entry.from][entry.fromEntry];
  }
  return { choices, switches: cost };
}

/** The number of times that a schedule of packed choices goes from one CPU to another. */
export function switchesOf(schedule: readonly number[]): number {
  return schedule.filter((choice, i) => i > 0 && choice >>> 16 !== schedule[i - 1] >>> 16).length;
}
