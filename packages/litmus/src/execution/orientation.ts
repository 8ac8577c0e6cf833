import { isSameLine } from './maintenance.ts';
import type { Partial } from './partial.ts';

/** Two events that must be ordered by `ob` in the end. */
export type Pair = readonly [number, number];

/** Two writes to one location that `co` has not ordered yet. */
export function unorderedWrites({ written, ob }: Partial): Pair | undefined {
  for (let first = 0; first < written.length; first += 1) {
    if (written[first] < 0) continue;
    for (let second = first + 1; second < written.length; second += 1) {
      if (written[second] !== written[first]) continue;
      if (!ob.has(first, second) && !ob.has(second, first)) return [first, second];
    }
  }
  return undefined;
}

/** A DC and a write of its line that DC-after has not ordered, or a complete IC and a fetch that IC-after has not. */
export function unorderedMaintenance(execution: Partial): Pair | undefined {
  const { effects, ob, isComplete } = execution;
  for (let operation = 0; operation < effects.length; operation += 1) {
    const { kind, location } = effects[operation].event;
    if (kind !== 'DC' && !isComplete[operation]) continue;
    for (let other = 0; other < effects.length; other += 1) {
      const { event } = effects[other];
      const isPair =
        kind === 'DC'
          ? event.kind === 'W' && event.location === location
          : event.kind === 'IF' && isSameLine(execution, operation, other);
      if (isPair && !ob.has(operation, other) && !ob.has(other, operation)) return [operation, other];
    }
  }
  return undefined;
}
