import type { MachineOutcome } from '@quiesce/bridge';
import type { Answer, LitmusTest, Outcome } from '@quiesce/litmus';
import { type Judged, differs } from './litmus-engines.ts';

const kinds = { exists: 'Allowed', 'not-exists': 'Forbidden', forall: 'Required' } as const;

/** The answers to a test in the form that herd7 prints; with two engines, that of the axioms and how the other compares. */
export function answersText(judged: Judged): string {
  const { test, axioms, machine, notRunnable } = judged;
  if (test === undefined) return '';
  const notRun =
    notRunnable === undefined ? [] : [`Machine ${test.name} does not run: ${notRunnable.message}`, ''];
  if (axioms !== undefined) {
    return [
      ...axiomsLines(test, axioms.outcome, axioms.milliseconds),
      ...comparisonLines(test, judged),
      ...notRun,
      '',
    ].join('\n');
  }
  if (machine === undefined) return [...notRun, ''].join('\n');
  const { outcome, milliseconds } = machine;
  const { states, isValidated } = outcome;
  return [
    ...stateLines(test, states.length, states),
    isValidated ? 'Ok' : 'No',
    ...endLines(test, outcome, milliseconds),
    `Machine ${test.name} ${exploredText(outcome)}`,
    '',
    '',
  ].join('\n');
}

function axiomsLines(test: LitmusTest, outcome: Outcome, milliseconds: number): string[] {
  const { stateCount, states, isListed, isCut, isValidated, flags, positive, negative } = outcome;
  const isCounted = positive !== undefined && negative !== undefined;
  const [holding, others] = test.quantifier === 'not-exists' ? [negative, positive] : [positive, negative];
  return [
    ...stateLines(test, stateCount, states),
    ...(isListed
      ? []
      : [`# ${states.length} of ${stateCount} states: one of those that exchanging equal threads relates`]),
    `${isCut ? 'Loop ' : ''}${isValidated ? 'Ok' : 'No'}`,
    ...(isCounted ? ['Witnesses', `Positive: ${holding} Negative: ${others}`] : []),
    ...flags.map((flag) => `Flag ${flag}`),
    ...endLines(test, outcome, milliseconds, isCounted ? ` ${positive} ${negative}` : ''),
    '',
  ];
}

function stateLines({ name, quantifier }: LitmusTest, count: number, states: readonly string[]): string[] {
  return [`Test ${name} ${kinds[quantifier]}`, `States ${count}`, ...states];
}

function endLines(
  { name, conditionText }: LitmusTest,
  { observation }: Answer,
  milliseconds: number,
  counts = '',
): string[] {
  return [
    `Condition ${conditionText}`,
    `Observation ${name} ${observation}${counts}`,
    `Time ${name} ${(milliseconds / 1000).toFixed(2)}`,
  ];
}

/** How the machine's states compare with those of the axioms. */
function comparisonLines({ name }: LitmusTest, judged: Judged): string[] {
  const { machine, difference, axioms } = judged;
  if (machine === undefined || difference === undefined || axioms === undefined) return [];
  const { onlyAxioms, onlyMachine } = difference;
  const { states } = machine.outcome;
  const verdict = differs(judged)
    ? 'differs'
    : states.length === axioms.outcome.stateCount
      ? 'agrees'
      : `agrees on ${Math.min(states.length, axioms.outcome.stateCount)} states`;
  return [
    `Machine ${name} ${verdict}: ${exploredText(machine.outcome)}, ${(machine.milliseconds / 1000).toFixed(2)} s`,
    ...onlyAxioms.map((state) => `Only axioms: ${state}`),
    ...onlyMachine.map((state) => `Only machine: ${state}`),
    '',
  ];
}

/** What the machine explored, and what it leaves out. */
function exploredText({ tier, explored, bounds, leftOut }: MachineOutcome): string {
  const within = bounds.length === 0 ? '' : `, within ${bounds.join(', ')}`;
  const without = leftOut.length === 0 ? '' : `, without ${leftOut.join(', ')}`;
  return `tier ${tier}, ${explored} states explored${within}${without}`;
}
