import type { CounterWrite, Family, FamilyStep } from './family.ts';
import { type Population, sumOf } from './interval.ts';
import { Refusal } from './refusal.ts';

/**
 * Holds the claim that every counter is the sum of the weights of all processes against one step: what the sum becomes
 * must be what the step made of the counter, for every population in question.
 *
 * @param others The processes that do not move, before the step.
 * @throws {Refusal} if the claim fails.
 */
export function checkLemma(
  family: Family,
  shared: number,
  local: number,
  step: FamilyStep,
  others: Population,
): void {
  const isQuiet = step.shared === shared && step.broadcast === 0 && step.writes.length === 0;
  for (let counter = 0; counter < family.counters.length; counter++) {
    const own = family.weight(counter, step.shared, step.local);
    // Nothing else changes, so the sum changes by what the mover's weight does.
    if (isQuiet && own === family.weight(counter, shared, local)) continue;
    const write = step.writes.find((candidate) => candidate.counter === counter);
    const { low, high } = difference(family, shared, local, step, others, counter, write);
    if (low === 0 && high === 0) continue;
    const wrong = low === high ? String(low) : `${low} to ${high}`;
    throw new Refusal(
      `the lemma fails: '${family.counters[counter]}' is not the number of processes that it is said to count; ` +
        `after a step that ${actionOf(write)} the two differ by ${wrong}`,
    );
  }
}

/**
 * Holds the same claim against the values at the start.
 *
 * @throws {Refusal} if the claim fails.
 */
export function checkStart(family: Family, population: Population): void {
  family.counters.forEach((name, counter) => {
    const base = family.base(counter, family.shared);
    const start = family.initially[counter];
    const { low, high } = sumOf(
      { total: base.total - start.total, constant: base.constant - start.constant },
      population,
      (process) => family.weight(counter, family.shared, process),
    );
    if (low === 0 && high === 0) return;
    throw new Refusal(
      `the lemma fails: '${name}' is not the number of processes that it is said to count; at the start the two differ`,
    );
  });
}

/** By how much the claimed value after the step differs from the one that the step made. */
function difference(
  family: Family,
  shared: number,
  local: number,
  step: FamilyStep,
  others: Population,
  counter: number,
  write: CounterWrite | undefined,
): { readonly low: number; readonly high: number } {
  const after = family.base(counter, step.shared);
  const weightAfter = (process: number): number =>
    family.weight(counter, step.shared, family.receive(step.broadcast, process).local);
  const moved = family.weight(counter, step.shared, step.local);
  if (write !== undefined && 'set' in write) {
    const { set } = write;
    const total = after.total - set.total;
    // The process that moves is one of the N.
    const constant = after.constant - set.constant + moved + total;
    return sumOf({ total, constant }, others, weightAfter);
  }
  const before = family.base(counter, shared);
  const total = after.total - before.total;
  const own = moved - family.weight(counter, shared, local);
  const constant = after.constant - before.constant + own + total - (write?.add ?? 0);
  return sumOf(
    { total, constant },
    others,
    (process) => weightAfter(process) - family.weight(counter, shared, process),
  );
}

function actionOf(write: CounterWrite | undefined): string {
  if (write === undefined) return 'leaves it alone';
  return 'set' in write ? `sets it to ${write.set.total} * N + ${write.set.constant}` : `adds ${write.add}`;
}
