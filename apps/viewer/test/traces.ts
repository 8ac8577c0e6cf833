import { check, scenarioOf } from '@quiesce/scenarios';
import { type Trace, traceOf } from '@quiesce/trace';

/** The counterexample of a scenario. */
export async function counterexample(id: string, cpus: number): Promise<Trace> {
  const scenario = scenarioOf(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  const { violations } = await check(scenario, cpus);
  return traceOf(scenario.image(cpus), violations[0].schedule, { scenario: id });
}

/** A trace of many steps and CPUs, out of the steps of a small one: for the page it is as good as a real one. */
export function long(small: Trace, steps: number, cpus: number): Trace {
  const states = ['runs', 'quiescent', 'handler', 'waits'] as const;
  const lanes = states.map((state) =>
    Array.from({ length: cpus }, (_, cpu) => ({
      state: cpu % 3 === 0 ? ('runs' as const) : state,
      place: `place_${cpu}`,
    })),
  );
  const plain = small.steps.filter(({ instructions }) =>
    instructions.every(
      ({ fetch, effects }) =>
        fetch === undefined && effects.every(({ kind }) => kind !== 'masks' && kind !== 'modified'),
    ),
  );
  return {
    ...small,
    scenario: 'long',
    cpus,
    start: lanes[0],
    steps: Array.from({ length: steps }, (_, i) => ({
      ...plain[i % plain.length],
      step: i + 1,
      cpu: (i * 7) % cpus,
      lanes: lanes[Math.floor(i / 400) % lanes.length],
    })),
    end: { kind: 'finished' },
  };
}
