import type { Simulation } from '@quiesce/machine';
import type { Effect } from './trace.ts';

/** What may be fetched from every patchable word, as one CPU sees it, at one moment. */
interface Moment {
  readonly cpu: readonly number[];
  readonly caches: readonly number[];
  readonly unification: readonly number[];
  readonly reading: readonly number[];
  readonly fetching: readonly number[];
  readonly versions: readonly number[];
}

const floors = ['unification', 'caches', 'cpu'] as const;
const knowledge = ['reading', 'fetching'] as const;

/** Follows versions, floors and knowledge from instruction to instruction of one CPU. */
export class FetchState {
  readonly #simulation: Simulation;
  readonly #cpu: number;
  #last: Moment;

  constructor(simulation: Simulation, cpu: number) {
    this.#simulation = simulation;
    this.#cpu = cpu;
    this.#last = this.#look();
  }

  #look(): Moment {
    const { layout, shared, locals, stepper } = this.#simulation;
    const { text } = stepper.memory;
    const local = locals[this.#cpu];
    text.attach(shared, local.subarray(layout.view, layout.view + layout.viewLength));
    const each = (read: (t: number) => number): number[] => layout.map.siteWords.map((_, t) => read(t));
    return {
      cpu: each((t) => text.floor(t)),
      caches: each((t) => text.globalFloor(t)),
      unification: each((t) => text.cleaned(t)),
      reading: each((t) => text.known(t, false)),
      fetching: each((t) => text.known(t, true)),
      versions: each((t) => text.versions(t)),
    };
  }

  /** Whether the CPU knows, for fetching, of every write to a patchable word. */
  knowsForFetching(t: number): boolean {
    return this.#last.fetching[t] >= this.#last.versions[t] - 1;
  }

  /** What changed since the last call. `modified` is called for each word that has a new version. */
  changes(place: (address: number) => string, modified: (t: number, version: number) => Effect): Effect[] {
    const before = this.#last;
    const after = this.#look();
    this.#last = after;
    const effects: Effect[] = [];
    this.#simulation.layout.map.siteWords.forEach(({ address }, t) => {
      const isNew = after.versions[t] > before.versions[t];
      if (isNew) effects.push(modified(t, after.versions[t] - 1));
      for (const of of knowledge) {
        // The writer knows what it wrote.
        if (after[of][t] > before[of][t] && !isNew) {
          effects.push({ kind: 'knows', place: place(address), version: after[of][t], of });
        }
      }
      for (const of of floors) {
        // With DIC the caches follow every store; that is no effect of an instruction.
        if (after[of][t] > before[of][t] && !isNew) {
          const [from, to] = [before[of][t], after[of][t]];
          effects.push({ kind: 'floor', of, place: place(address), before: from, after: to });
        }
      }
    });
    return effects;
  }
}
