import type { Classes } from './execution/symmetry.ts';
import type { FinalState, Observed } from './observed.ts';

/** States that are listed one by one; of larger sets one of each class is listed. */
const maximumListed = 20_000;

/** Threads that can be exchanged, with the places of their registers in a state. */
interface Group {
  /** For each thread, the indices of its values. */
  readonly places: readonly (readonly number[])[];
}

/** The final states of a test whose search told exchangeable threads apart only where it had to. */
export class Orbits {
  readonly #groups: readonly Group[];

  constructor(classes: Classes, observed: Observed) {
    const threads = [...classes.keys()];
    this.#groups = [...new Set(classes)].flatMap((first) => {
      const members = threads.filter((thread) => classes[thread] === first);
      const registers = observed.registersOf(first);
      if (members.length < 2 || registers.length === 0) return [];
      return [
        { places: members.map((thread) => registers.map((register) => observed.indexOf(thread, register))) },
      ];
    });
  }

  get isTrivial(): boolean {
    return this.#groups.length === 0;
  }

  /** The state in which the exchangeable threads stand in a fixed order: equal for states that an exchange relates. */
  representative(state: FinalState): FinalState {
    const values = [...state.values];
    for (const { places } of this.#groups) {
      const tuples = places.map((indices) => indices.map((index) => state.values[index])).sort(inOrder);
      places.forEach((indices, i) => {
        indices.forEach((index, k) => (values[index] = tuples[i][k]));
      });
    }
    return { ...state, values };
  }

  /** How many states exchanging threads makes of one. */
  sizeOf(state: FinalState): number {
    let size = 1;
    for (const { places } of this.#groups) {
      const counts = new Map<string, number>();
      let position = 0;
      for (const indices of places) {
        const tuple = indices.map((index) => state.values[index]).join();
        const count = (counts.get(tuple) ?? 0) + 1;
        counts.set(tuple, count);
        position += 1;
        // The multinomial coefficient, factor by factor.
        size = (size * position) / count;
      }
    }
    return Math.round(size);
  }

  /** All states of all classes, or undefined when they are too many to list. */
  expand(representatives: readonly FinalState[]): FinalState[] | undefined {
    const total = representatives.reduce((sum, state) => sum + this.sizeOf(state), 0);
    if (total > maximumListed) return undefined;
    return representatives.flatMap((state) => this.#arrangements(state, 0));
  }

  #arrangements(state: FinalState, group: number): FinalState[] {
    if (group === this.#groups.length) return [state];
    const { places } = this.#groups[group];
    const tuples = places.map((indices) => indices.map((index) => state.values[index])).sort(inOrder);
    const result: FinalState[] = [];
    const values = [...state.values];
    const used = tuples.map(() => false);
    const place = (position: number): void => {
      if (position === places.length) {
        result.push(...this.#arrangements({ ...state, values: [...values] }, group + 1));
        return;
      }
      for (let i = 0; i < tuples.length; i += 1) {
        // Of equal tuples the first unused one is taken.
        if (used[i] || (i > 0 && !used[i - 1] && inOrder(tuples[i - 1], tuples[i]) === 0)) continue;
        used[i] = true;
        places[position].forEach((index, k) => (values[index] = tuples[i][k]));
        place(position + 1);
        used[i] = false;
      }
    };
    place(0);
    return result;
  }
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}
