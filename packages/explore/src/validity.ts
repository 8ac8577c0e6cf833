import { ExploreError } from './error.ts';
import type { TransitionSystem } from './system.ts';

/** Throws `invalid-system` for a system that cannot be explored. */
export function validate(system: TransitionSystem): void {
  if (!Number.isInteger(system.width) || system.width < 1 || system.width > 2 ** 16) {
    throw new ExploreError('invalid-system', {
      what: 'the width of the states',
      found: String(system.width),
      expected: 'an integer from 1 to 65536',
      remedy: 'intern parts of the state and name them by their numbers',
    });
  }
  const names = system.properties.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new ExploreError('invalid-system', {
    what: 'the names of the properties',
    found: `two called "${twice}"`,
    expected: 'different names',
    remedy: 'rename one',
  });
}

/** Of a system without initial states everything is true. */
export function noStart(): ExploreError {
  return new ExploreError('invalid-system', {
    what: 'the system has no initial state',
    found: 'none',
    expected: 'at least one',
    remedy: 'emit one; every property holds vacuously in a system without states',
  });
}
