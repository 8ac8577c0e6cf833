import { type Result, exploreSync } from '@quiesce/explore';
import type { BoundedStop } from '@quiesce/kernel';
import { MachineSystem } from '@quiesce/machine';

/** What a search of a bounded machine found: the verdict, the kind of violation, and how often its witness was met. */
export interface Searched {
  readonly verdict: Result['verdict'];
  readonly kind: string | undefined;
  readonly witnessed: number;
  readonly states: number;
}

/** Searches a bounded machine, which grows as long as it lacks something. `strict` asks for quiescence. */
export function search(stop: BoundedStop, strict: boolean, states = 500_000): Searched {
  for (;;) {
    const { spec } = stop.image();
    const system = new MachineSystem(strict ? { ...spec, safeList: 'none' } : spec, {
      witnesses: stop.ask(),
    });
    const result = exploreSync(system, { bounds: { states } });
    if (result.verdict === 'aborted') throw new Error(result.reason.message);
    const violation = result.verdict === 'violated' ? result.violations[0] : undefined;
    if (violation !== undefined && stop.grow(system.schedule(violation.path.choices))) continue;
    return {
      verdict: result.verdict,
      kind: violation?.property,
      witnessed: result.witnesses[0].count,
      states: result.statistics.states,
    };
  }
}
