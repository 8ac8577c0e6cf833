import { type ExploreOptions, exploreSync, type Result, type TransitionSystem } from '@quiesce/explore';
import { type MachineSystem, shortestHang } from '@quiesce/machine';

/**
 * Steps of the shortest schedule to a hang, if that is what a search of a machine has found.
 *
 * @param ends Where hangs ended in it.
 */
export async function lengthOfHang(
  system: MachineSystem,
  result: Result,
  ends: readonly Uint32Array[],
): Promise<number | undefined> {
  if (result.verdict !== 'violated' || result.violations[0].kind === 'always') return undefined;
  if (!system.ordered) return result.violations[0].path.choices.length;
  const explores = (one: TransitionSystem, options: ExploreOptions): Promise<Result> =>
    Promise.resolve(exploreSync(one, options));
  const shortest = await shortestHang(system, result, ends, explores, Infinity);
  // Where none is found the lengths differ.
  return shortest?.violations[0].path.choices.length ?? Infinity;
}
