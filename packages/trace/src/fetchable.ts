import { effectsOf } from './phases.ts';
import type { Trace } from './trace.ts';

/** One version of a patchable word. */
export interface Version {
  readonly word: string;
  readonly text: string;
  /** The step that wrote it; 0 for what was there at the start. */
  readonly step: number;
  /** The CPU that wrote it; -1 for what was there at the start. */
  readonly cpu: number;
}

/** What one patchable word was, over a whole trace. */
export interface WordHistory {
  readonly site: string;
  readonly place: string;
  readonly versions: readonly Version[];
  /** For each CPU: the steps after which its floor rose, ascending, with the oldest version from then on. */
  readonly floors: readonly (readonly (readonly [step: number, version: number])[])[];
}

/** Versions and floors of every patchable word, in the order of the sites. */
export function wordHistories(trace: Trace): WordHistory[] {
  const histories = trace.sites.flatMap(({ name, initial }) =>
    initial.map(({ place, word, text }) => ({
      site: name,
      place,
      versions: [{ word, text, step: 0, cpu: -1 }] as Version[],
      floors: Array.from({ length: trace.cpus }, (): (readonly [number, number])[] => []),
    })),
  );
  const byPlace = new Map(histories.map((history) => [history.place, history]));
  for (const step of trace.steps) {
    for (const effect of effectsOf(step)) {
      if (effect.kind === 'modified') {
        const { place, new: word, newText } = effect;
        byPlace.get(place)?.versions.push({ word, text: newText, step: step.step, cpu: step.cpu });
      } else if (effect.kind === 'floor' && effect.of === 'cpu') {
        byPlace.get(effect.place)?.floors[step.cpu].push([step.step, effect.after]);
      }
    }
  }
  return histories;
}

/** The last entry that is not later than a step, by bisection; -1 where all are later. */
function lastUpTo<T>(entries: readonly T[], step: number, of: (entry: T) => number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(entries[middle]) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The versions of a word that a CPU may fetch after a step (0: at the start): from its floor to the newest. One value,
 * or several while the word is being patched.
 */
export function mayFetch({ versions, floors }: WordHistory, cpu: number, step: number): readonly Version[] {
  const newest = lastUpTo(versions, step, (version) => version.step);
  const risen = lastUpTo(floors[cpu], step, ([at]) => at);
  const oldest = risen < 0 ? 0 : floors[cpu][risen][1];
  return versions.slice(oldest, newest + 1);
}
