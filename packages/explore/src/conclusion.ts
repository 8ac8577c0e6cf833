import type { Explored } from './explored.ts';
import type { Judgement } from './judgement.ts';
import type { Limits } from './options.ts';
import { pathTo } from './path.ts';
import type { AbortReason, BoundHit, Result, Statistics, Violation, Witness } from './result.ts';

/** Makes a result of what a search found out. */
export function conclude(
  search: Explored,
  judgement: Judgement,
  limits: Limits,
  statistics: Statistics,
  reason: AbortReason | undefined,
): Result {
  const witnesses = search.tallies.map(({ property, count, first }): Witness => {
    const { name } = property;
    const all = count + (property.passed?.() ?? 0);
    return count === 0 ? { name, count: all } : { name, count: all, path: pathTo(search.visited, first) };
  });
  const found = search.violations.map(({ name, state }): Violation => {
    return { kind: 'always', property: name, path: pathTo(search.visited, state) };
  });
  const violations = [...found, ...judgement.violations];
  const { omission } = search;
  const bounds: BoundHit[] = [...search.hits].map((bound) => ({ bound, limit: limits[bound] }));
  if (omission !== undefined) bounds.push({ bound: 'compaction', omission });
  const unjudged = search.reachable
    .map(({ name }) => name)
    .filter((name) => !judgement.judged.includes(name));
  const findings = { statistics, witnesses };

  if (reason !== undefined) {
    return { verdict: 'aborted', reason, violations, bounds, unjudged, ...findings };
  }
  if (isNonEmpty(violations)) return { verdict: 'violated', violations, bounds, unjudged, ...findings };
  if (isNonEmpty(bounds)) return { verdict: 'holds-within-bounds', bounds, unjudged, ...findings };
  return { verdict: 'holds', ...findings };
}

function isNonEmpty<T>(list: readonly T[]): list is readonly [T, ...T[]] {
  return list.length > 0;
}
