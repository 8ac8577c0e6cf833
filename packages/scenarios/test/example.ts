import { check, disagreements, scenarioOf } from '@quiesce/scenarios';

// Alternatives as Linux has them until today, and with patch 1 of the series.
for (const id of ['alternatives-mainline-state-load', 'alternatives-patch1-state-load']) {
  const scenario = scenarioOf(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  const result = await check(scenario, 2);
  console.log(
    id,
    result.verdict,
    ...result.violations.map(({ kind, steps }) => `${kind} after ${steps} steps`),
  );
  console.log(`${result.states} states, as pinned: ${disagreements(scenario, result).length === 0}`);
}
