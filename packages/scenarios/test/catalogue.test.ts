import { Simulation, type SystemOptions } from '@quiesce/machine';
import {
  catalogue,
  check,
  type CheckResult,
  disagreements,
  pinnedSizes,
  type Scenario,
} from '@quiesce/scenarios';
import { afterAll, describe, expect, it } from 'vitest';
import { pinOf, readPins, writePins } from './pins.ts';

/** Set to write what is found into pins.txt; look at the difference before it is committed. */
const regenerate = process.env['QUIESCE_WRITE_PINS'] !== undefined;
const howTo = 'QUIESCE_WRITE_PINS=1 npx vitest run packages/scenarios/test/catalogue.test.ts';

const pins = regenerate ? {} : readPins();
const found: Record<string, readonly string[]> = {};

afterAll(() => {
  if (regenerate) writePins(found);
});

const sizesOf = (scenario: Scenario): readonly number[] =>
  pinnedSizes.filter((cpus) => cpus >= scenario.least);

describe('the catalogue', () => {
  it.each(catalogue)('$id comes out as pinned', async (scenario) => {
    const results: CheckResult[] = [];
    for (const cpus of sizesOf(scenario)) results.push(await check(scenario, cpus));
    expect(results.flatMap((result) => disagreements(scenario, result))).toEqual([]);
    found[scenario.id] = results.map(pinOf);
    if (!regenerate) expect(found[scenario.id], `to accept: ${howTo}`).toEqual(pins[scenario.id]);
    for (const result of results) expectReplay(scenario, result, true);
  });

  it('pins nothing that is not in the catalogue', () => {
    if (regenerate) return;
    expect(Object.keys(pins)).toEqual(catalogue.map(({ id }) => id));
  });

  it('has ids that are words joined by hyphens, each once', () => {
    const ids = catalogue.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z0-9.]+(-[a-z0-9.]+)*$/.test(id))).toEqual([]);
  });

  it('has a smallest size that shows the last outcome', () => {
    for (const { id, smallest, least, outcomes } of catalogue) {
      expect(smallest, id).toBeGreaterThanOrEqual(least);
      expect(pinnedSizes, id).toContain(smallest);
      expect(
        outcomes.map(([from]) => from),
        id,
      ).toEqual(outcomes.map(([from]) => from).toSorted((a, b) => a - b));
    }
  });
});

/** Executes every counterexample on a machine that shares nothing with the search. */
function expectReplay(scenario: Scenario, result: CheckResult, fuse: boolean): void {
  for (const { kind, schedule, cpu, detail, replay } of result.violations) {
    const where = `${scenario.id} with ${result.cpus} CPUs, ${replay}`;
    const simulation = new Simulation(scenario.image(result.cpus).spec);
    simulation.stepper.fuse = fuse;
    const early = schedule.findIndex((choice) => simulation.step(choice) !== undefined);
    expect(early, where).toBe(kind === 'hang' ? -1 : schedule.length - 1);
    if (kind === 'hang') expectHang(simulation, where);
    else expect(simulation.failure, where).toMatchObject({ kind, cpu, detail });
  }
}

/** From a hang nothing leads anywhere, whichever choice is made. */
function expectHang(simulation: Simulation, where: string): void {
  for (let i = 0; i < 200; i++) {
    const choices = simulation.choices();
    if (choices.length === 0) return;
    simulation.step(choices[(i * 7) % choices.length]);
    expect(simulation.failure === undefined && !simulation.done, where).toBe(true);
  }
}

/** What must be the same however the space is reduced: the verdict, the kinds of violations, the witnesses. */
function findings({ verdict, violations, witnesses }: CheckResult): object {
  return {
    verdict,
    kinds: violations.map(({ kind }) => kind).toSorted(),
    reached: Object.entries(witnesses).flatMap(([name, count]) => (count > 0 ? [name] : [])),
  };
}

/** Spaces beyond this many states are left out, and counted. */
const affordable = 40_000;
const limits = { all: true, bounds: { states: affordable } } as const;

const isCut = ({ bounds }: CheckResult): boolean => bounds.some((bound) => bound.startsWith('states'));

const whole = new Map<string, CheckResult>();

/** The whole space of a scenario with all reductions. */
async function reducedSpace(scenario: Scenario, cpus: number): Promise<CheckResult> {
  const key = `${scenario.id} ${cpus}`;
  const result = whole.get(key) ?? (await check(scenario, cpus, limits));
  whole.set(key, result);
  return result;
}

interface Reduced {
  readonly title: string;
  readonly reductions: Pick<SystemOptions, 'symmetry' | 'fuse' | 'liveness'>;
  readonly sizes: readonly number[];
  /** Scenarios with more states than this, with all reductions, are left out at once. */
  readonly largest: number;
  /** How many scenarios and sizes are left out, or prove too large. */
  readonly beyond: number;
}

const without: readonly Reduced[] = [
  { title: 'symmetry', reductions: { symmetry: false }, sizes: [1, 2, 3, 4], largest: 10_000, beyond: 47 },
  {
    title: 'dead registers',
    reductions: { liveness: false },
    sizes: [1, 2, 3, 4],
    largest: 1000,
    beyond: 112,
  },
  { title: 'local steps', reductions: { fuse: false }, sizes: [1, 2, 3, 4], largest: 300, beyond: 375 },
  {
    title: 'any reduction',
    reductions: { symmetry: false, fuse: false, liveness: false },
    sizes: [1, 2, 3, 4],
    largest: 130,
    beyond: 456,
  },
];

describe('the reductions', () => {
  it.each(without)(
    'change no finding: without $title it is the same',
    async ({ reductions, sizes, largest, beyond }) => {
      let left = 0;
      for (const scenario of catalogue) {
        for (const cpus of sizes) {
          const reduced = await reducedSpace(scenario, cpus);
          const result =
            reduced.states <= largest ? await check(scenario, cpus, { ...limits, reductions }) : undefined;
          if (result === undefined || isCut(result)) {
            left++;
            continue;
          }
          expect(findings(result), `${scenario.id} with ${cpus} CPUs`).toEqual(findings(reduced));
          expectReplay(scenario, result, reductions.fuse ?? true);
        }
      }
      expect(left).toBe(beyond);
    },
    400_000,
  );
});

describe('the order of the search', () => {
  it.each([1, 2, 3])(
    'changes no finding and no count with %i CPUs',
    async (cpus) => {
      for (const scenario of catalogue) {
        const breadth = await reducedSpace(scenario, cpus);
        if (isCut(breadth)) continue;
        const depth = await check(scenario, cpus, { ...limits, strategy: 'depth-first' });
        const counts = ({ states, transitions, witnesses }: CheckResult): object => ({
          states,
          transitions,
          witnesses,
        });
        expect({ ...findings(depth), ...counts(depth) }, scenario.id).toEqual({
          ...findings(breadth),
          ...counts(breadth),
        });
        expectReplay(scenario, depth, true);
      }
    },
    180_000,
  );
});

describe('leaving out orders of steps', () => {
  // What is left out is too large without; it is counted.
  it.each([
    [1, 0],
    [2, 0],
    [3, 1],
    [4, 6],
  ])(
    'changes no finding, and no length of a counterexample, with %i CPUs',
    async (cpus, beyond) => {
      let left = 0;
      let fewer = 0;
      for (const scenario of catalogue) {
        if (scenario.least > cpus) continue;
        const every = await reducedSpace(scenario, cpus);
        if (isCut(every)) {
          left++;
          continue;
        }
        const result = await check(scenario, cpus);
        const where = `${scenario.id} with ${cpus} CPUs`;
        expect(result.verdict, where).toBe(every.verdict);
        for (const { kind, steps } of result.violations) {
          const same = every.violations.find((violation) => violation.kind === kind);
          expect(same?.steps, where).toBe(steps);
        }
        if (result.verdict === 'violated') continue;
        expect(findings(result), where).toEqual(findings(every));
        expect(result.states, where).toBeLessThanOrEqual(every.states);
        if (result.states < every.states) fewer++;
      }
      expect(left).toBe(beyond);
      expect(fewer).toBeGreaterThan(0);
    },
    180_000,
  );
});
