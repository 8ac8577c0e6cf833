import {
  type ExploreOptions,
  Interner,
  type Result,
  type TransitionSystem,
  type Violated,
} from '@quiesce/explore';
import { unreachable } from './approach.ts';
import { doomedAt } from './doom.ts';
import { HangEnds, HangSearch } from './hang-search.ts';
import type { MachineSystem } from './system.ts';

/** Explores a system within what is left of the bounds. */
type Explores = (system: TransitionSystem, options: ExploreOptions) => Promise<Result>;

/** Steps beyond those that CPUs have to make in any case, within which a way is looked for: far more than ways have. */
const rounds = 500;

/**
 * Finds the shortest way to a hang, in every order of steps, on a machine of which a search that left orders out has come to
 * its end and found a hang; from then on the machine explores every order. The ways that are still possible within a number
 * of steps are gone through for rising numbers, from what CPUs have to do in any case.
 *
 * Returns what `reduced` found, with that way; undefined where a bound came before it, or it is far longer than that.
 *
 * @param ends The states in which hangs end in the reduced space.
 * @param most Steps beyond which no way is looked for.
 */
export async function shortestHang(
  system: MachineSystem,
  reduced: Violated,
  ends: readonly Uint32Array[],
  explores: Explores,
  most: number,
): Promise<Violated | undefined> {
  if (ends.length === 0) return undefined;
  system.exhaust();
  const all = new Interner();
  const closed = await explores(new HangEnds(system, ends), {
    strategy: 'breadth-first',
    onEnd: (state) => void all.intern(state),
  });
  if (closed.verdict !== 'violated' || all.size === 0) return undefined;
  const search = new HangSearch(system, all);
  const { least } = search;
  if (least >= unreachable) return undefined;
  for (let depth = least; depth <= Math.min(least + rounds, most); depth++) {
    const result = await explores(search, { strategy: 'breadth-first', bounds: { depth } });
    if (result.verdict === 'violated') {
      const { path } = result.violations[0];
      const doomed = doomedAt(system, path.choices);
      const known = doomed === undefined ? {} : { doomedAt: doomed };
      return { ...reduced, violations: [{ kind: 'reachable', property: 'hang', path, ...known }] };
    }
    if (result.verdict !== 'holds-within-bounds' || result.bounds.some(({ bound }) => bound !== 'depth')) {
      return undefined;
    }
  }
  return undefined;
}
