import { catalogue, check, type CheckResult, pinnedOutcome } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';

const judged = (id: string, cpus: number): Promise<CheckResult> => {
  const scenario = catalogue.find((one) => one.id === id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return check(scenario, cpus, { termination: true });
};

describe('a CPU that is parked in a branch to itself', () => {
  it.each([2, 3])('may stay there for ever, with %i CPUs', async (cpus) => {
    const result = await judged('branch-to-itself-broken', cpus);
    expect(result.verdict).toBe('violated');
    const [violation] = result.violations;
    expect(violation.kind).toBe('livelock');
    // It has finished for CPU 0, and the others go round, one step each.
    expect(violation.schedule.length - (violation.loopAt ?? 0)).toBe(cpus - 1);
  });

  it('is the only scenario that livelocks', () => {
    expect(catalogue.filter(({ livelocks }) => livelocks === true).map(({ id }) => id)).toEqual([
      'branch-to-itself-broken',
    ]);
  });

  it('can always finish, so that a check without fairness does not object', async () => {
    const scenario = catalogue.find(({ id }) => id === 'branch-to-itself-broken');
    if (scenario === undefined) throw new Error('no such scenario');
    expect((await check(scenario, 2)).verdict).toBe('holds');
  });

  it.each([2, 3])('is released by an interrupt, with %i CPUs', async (cpus) => {
    const result = await judged('branch-to-itself-repaired', cpus);
    expect(result.verdict).toBe('holds');
    expect(result.termination?.states).toBeGreaterThanOrEqual(result.states);
  });
});

describe('every protocol that holds', () => {
  // With weak data it would be a matter of when a store becomes visible.
  const holding = catalogue.filter(
    (scenario) =>
      scenario.chapter !== 'weak data' &&
      scenario.livelocks !== true &&
      scenario.least <= 2 &&
      pinnedOutcome(scenario, 2) === 'holds',
  );

  it('is one of a hundred at least', () => {
    expect(holding.length).toBeGreaterThan(99);
  });

  it.each(holding.map(({ id }) => id))('%s lets every one of two CPUs go', async (id) => {
    expect((await judged(id, 2)).verdict).toBe('holds');
  });
});
