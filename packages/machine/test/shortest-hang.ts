import { exploreSync, Interner, type Result } from '@quiesce/explore';
import { HangEnds, HangSearch, type MachineSystem } from '@quiesce/machine';

/**
 * Steps of the shortest schedule to a hang, if that is what a search of a machine has found.
 *
 * @param ends Where hangs ended in it.
 */
export function hangOf(
  system: MachineSystem,
  result: Result,
  ends: readonly Uint32Array[],
): number | undefined {
  if (result.verdict !== 'violated' || result.violations[0].kind === 'always') return undefined;
  return system.ordered ? shortestHang(system, ends) : result.violations[0].path.choices.length;
}

function shortestHang(system: MachineSystem, ends: readonly Uint32Array[]): number {
  system.exhaust();
  const all = new Interner();
  exploreSync(new HangEnds(system, ends), { onEnd: (state) => void all.intern(state) });
  const search = new HangSearch(system, all);
  for (let depth = search.least; depth < 1000; depth++) {
    const result = exploreSync(search, { bounds: { depth } });
    if (result.verdict === 'violated') return result.violations[0].path.choices.length;
  }
  return Infinity;
}
