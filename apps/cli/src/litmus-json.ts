import { type Judged, differs } from './litmus-engines.ts';

/** The rows of a test: one for each engine that was asked, or the error. */
export function rowsJson(judged: Judged): object[] {
  const { file, test, axioms, machine, notRunnable, error } = judged;
  if (error !== undefined) {
    const { code, line, column, expected, found, remedy } = error;
    return [{ file, error: { code, line, column, expected, found, remedy } }];
  }
  if (test === undefined) return [];
  const named = (engine: string): object => ({ test: test.name, file, engine });
  const rows: object[] = [];
  if (axioms !== undefined) {
    const { states, stateCount, isListed, observation, isValidated, flags, isCut, positive, negative } =
      axioms.outcome;
    rows.push({
      ...named('axioms'),
      states,
      stateCount,
      allListed: isListed,
      condition: test.conditionText,
      validated: isValidated,
      observation,
      flags,
      loop: isCut,
      ...(positive === undefined ? {} : { positive, negative }),
      milliseconds: rounded(axioms.milliseconds),
    });
  }
  if (machine !== undefined) {
    const { states, observation, isValidated, tier, explored, bounds, leftOut } = machine.outcome;
    rows.push({
      ...named('machine'),
      tier,
      states,
      stateCount: states.length,
      allListed: true,
      condition: test.conditionText,
      validated: isValidated,
      observation,
      explored,
      bounds,
      leftOut,
      ...(judged.difference === undefined ? {} : { agrees: !differs(judged), ...judged.difference }),
      milliseconds: rounded(machine.milliseconds),
    });
  }
  if (notRunnable !== undefined) {
    rows.push({ ...named('machine'), notRun: { reason: notRunnable.reason, detail: notRunnable.message } });
  }
  return rows;
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
