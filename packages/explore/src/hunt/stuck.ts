import { Interner } from '../interner.ts';
import type { Reachable, TransitionSystem } from '../system.ts';

/** States that are looked at from one before it is taken for one that can go on. */
const horizon = 512;

/** The `reachable` property that no state reachable from this one satisfies, if that is plain from a few states. */
export function stuckFor(
  system: TransitionSystem,
  reachable: readonly Reachable[],
  from: Uint32Array,
): Reachable | undefined {
  if (reachable.length === 0) return undefined;
  const states = new Interner();
  let open = reachable;
  states.intern(from);
  for (let i = 0; i < states.size; i++) {
    const state = Uint32Array.from(states.get(i));
    open = open.filter((property) => !property.holds(state));
    if (open.length === 0 || states.size > horizon) return undefined;
    if (fails(system, state)) return undefined;
    system.successors(state, (_, next) => states.intern(next));
  }
  return open[0];
}

/** Whether an `always` property fails: such a state ends its path and is neither good nor bad. */
function fails(system: TransitionSystem, state: Uint32Array): boolean {
  return system.properties.some((property) => property.kind === 'always' && !property.holds(state));
}
