import { type CheckResult, type Scenario, pinnedSizes } from '@quiesce/scenarios';
import { type Expectation, type Interruption, runCheck, wholePlan } from './checking.ts';
import type { ProgressLine } from './progress.ts';
import { scenarioSubject } from './subject.ts';

/** A check beside its pinned verdict. */
export interface Compared extends Expectation {
  readonly cpus: number;
  readonly result: CheckResult;
}

/** A scenario with its checks, by ascending number of CPUs. */
export interface ScenarioComparison {
  readonly scenario: Scenario;
  readonly checks: readonly Compared[];
}

/** The sizes to compare a scenario at: those asked for, or the pinned ones, that it can have. */
export function sizesOf(scenario: Scenario, sizes: readonly number[] | undefined): readonly number[] {
  return (sizes ?? pinnedSizes).filter((cpus) => cpus >= scenario.least);
}

/** Checks a scenario at every size and compares. Stops early when the user interrupts. */
export async function compareScenario(
  scenario: Scenario,
  sizes: readonly number[],
  progress: ProgressLine,
  interruption: Interruption,
  label: (cpus: number) => string,
): Promise<ScenarioComparison> {
  const checks: Compared[] = [];
  const isInterrupted = (): boolean => interruption.aborted;
  for (const cpus of sizes) {
    if (isInterrupted()) break;
    progress.label(label(cpus));
    const subject = scenarioSubject(scenario);
    const result = await runCheck(subject, cpus, wholePlan, progress, interruption);
    if (result.verdict === 'aborted' && isInterrupted()) break;
    checks.push({ cpus, result, ...subject.compare(result) });
  }
  return { scenario, checks };
}

/** A verdict as one word of a table. */
export function outcomeWord({ verdict, violations }: CheckResult): string {
  const [first] = violations as readonly ((typeof violations)[number] | undefined)[];
  return first?.kind ?? (verdict === 'holds-within-bounds' ? 'bounded' : verdict);
}

/** Whether all checks agree with what is pinned. */
export function agrees({ checks }: ScenarioComparison): boolean {
  return checks.every(({ differences }) => differences.length === 0);
}

/** States of all checks of a scenario. */
export function statesOf({ checks }: ScenarioComparison): number {
  return checks.reduce((sum, { result }) => sum + result.states, 0);
}
