import { exploreSync } from '@quiesce/explore';
import { type MachineSpec, MachineSystem } from '@quiesce/machine';
import { type Scenario, catalogue, check, series } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';

// Tier 1 is tier 2 with stores that are visible at once and loads that read the newest.

/** Everything that goes wrong on a machine, and every witness that is met. */
function behaviours(scenario: Scenario, change: Partial<MachineSpec>, sequential: boolean): string[] {
  const image = scenario.image(scenario.smallest);
  const system = new MachineSystem(
    { ...image.spec, ...change },
    { witnesses: scenario.ask(image), order: false },
  );
  const { weak } = system.stepper;
  if (weak !== undefined) weak.order.sequential = sequential;
  const result = exploreSync(system, { all: true });
  if (result.verdict === 'aborted') throw result.reason.error;
  const violated = result.verdict === 'violated' ? result.violations.map(({ property }) => property) : [];
  const met = result.witnesses.flatMap(({ name, count }) => (count > 0 ? [`meets ${name}`] : []));
  return [...new Set([...violated, ...met])].sort();
}

/**
 * A handler runs a word that its own CPU has just stored. Tier 1 takes a CPU to know its own stores when it takes an
 * exception; tier 2 asks for a DSB, as the model does.
 */
const ownStore = 'half-written-broken';

describe('with stores visible at once and newest reads', () => {
  it.each(catalogue.map((scenario) => [scenario.id, scenario] as const))(
    '%s is in tier 2 what it is in tier 1',
    (_, scenario) => {
      const one = behaviours(scenario, { tier: 1 }, false);
      const expected = scenario.id === ownStore ? ['cmodx', ...one] : one;
      expect(behaviours(scenario, { tier: 2 }, true)).toEqual(expected);
    },
  );
});

describe('a violation of tier 1', () => {
  // Of the series, weak-data.test.ts compares verdicts and witnesses.
  const mechanisms = catalogue.filter((one) => one.chapter !== 'weak data' && !series.includes(one));
  it.each(mechanisms.map((scenario) => [scenario.id, scenario] as const))(
    'in %s is one of tier 2',
    async (_, scenario) => {
      const [one, two] = [
        await check(scenario, scenario.smallest, { tier: 1 }),
        await check(scenario, scenario.smallest, { tier: 2 }),
      ];
      if (one.violations.length > 0) expect(two.violations).not.toEqual([]);
      else expect(one.verdict).toMatch(/^holds/);
    },
  );
});
