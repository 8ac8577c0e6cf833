import { MachineSystem, Simulation, switchesOf } from '@quiesce/machine';
import { catalogue, check, pinnedOutcome, type Scenario } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';

/**
 * The fewest switches of all schedules of `length` steps that end in a violation of `kind`, by trying every schedule on a
 * machine whose CPUs all have names of their own: no exchange of CPUs, no layers, no remembered states.
 */
function byBruteForce(scenario: Scenario, cpus: number, length: number, kind: string): number {
  const system = new MachineSystem(scenario.image(cpus).spec, { symmetry: false });
  const violated = system.properties.find(({ name }) => name === kind);
  let least = Infinity;
  const walk = (state: Uint32Array, depth: number, last: number, switches: number): void => {
    if (switches >= least) return;
    if (depth === length) {
      if (violated?.kind === 'always' && !violated.holds(state)) least = switches;
      return;
    }
    if (state[0] !== 0) return;
    const next: [number, Uint32Array][] = [];
    system.successors(state, (choice, successor) => next.push([choice >>> 16, successor.slice()]));
    for (const [cpu, successor] of next) {
      walk(successor, depth + 1, cpu, switches + (last === -1 || last === cpu ? 0 : 1));
    }
  };
  system.initial((state) => walk(state.slice(), 0, -1, 0));
  return least;
}

/** Violations near enough for every schedule to be tried. */
const near = catalogue
  .filter((scenario) => !['holds', 'hang'].includes(pinnedOutcome(scenario, scenario.smallest)))
  .flatMap((scenario) => [2, 3].filter((cpus) => cpus >= scenario.least).map((cpus) => ({ scenario, cpus })));

describe('a counterexample', () => {
  it('has the fewest switches among the shortest', async () => {
    let tried = 0;
    let calmer = 0;
    for (const { scenario, cpus } of near) {
      const result = await check(scenario, cpus);
      const [{ kind, steps, switches, schedule }] = result.violations;
      if (cpus ** steps > 60_000) continue;
      tried++;
      expect(switches, scenario.id).toBe(byBruteForce(scenario, cpus, steps, kind));
      expect(switchesOf(schedule)).toBe(switches);
      if (switches > 0) calmer++;
    }
    expect({ tried, calmer }).toEqual({ tried: 92, calmer: 66 });
  });

  it('of a hang ends where nobody can finish, and says from which step on', async () => {
    for (const scenario of catalogue) {
      if (pinnedOutcome(scenario, 2) !== 'hang' || scenario.least > 2) continue;
      const result = await check(scenario, 2);
      const [{ kind, schedule, doomedAt = -1 }] = result.violations;
      expect(kind).toBe('hang');
      const simulation = new Simulation(scenario.image(2).spec);
      for (const choice of schedule) simulation.step(choice);
      expect(simulation.failure).toBeUndefined();
      expect(doomedAt).toBeGreaterThanOrEqual(0);
      expect(doomedAt).toBeLessThanOrEqual(schedule.length);
    }
  });
});
