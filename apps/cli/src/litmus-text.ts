import type { Answer, LitmusTest, Outcome } from '@quiesce/litmus';
import type { Judged } from './litmus-engines.ts';

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
  const { states, explored, bounds, isValidated } = outcome;
  return [
    ...stateLines(test, states.length, states),
    isValidated ? 'Ok' : 'No',
    ...endLines(test, outcome, milliseconds),
    `Machine ${test.name} tier ${outcome.tier}, ${explored} states explored${bounded(bounds)}`,
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
function comparisonLines({ name }: LitmusTest, { machine, difference, axioms }: Judged): string[] {
  if (machine === undefined || difference === undefined || axioms === undefined) return [];
  const { tier, states, bounds, explored } = machine.outcome;
  const { onlyAxioms, onlyMachine } = difference;
  const isEqual = states.length === axioms.outcome.stateCount;
  const verdict =
    onlyAxioms.length + onlyMachine.length > 0
      ? 'differs'
      : isEqual
        ? 'agrees'
        : `agrees on ${Math.min(states.length, axioms.outcome.stateCount)} states`;
  return [
    `Machine ${name} ${verdict}: tier ${tier}, ${explored} states explored${bounded(bounds)}, ${(machine.milliseconds / 1000).toFixed(2)} s`,
    ...onlyAxioms.map((state) => `Only axioms: ${state}`),
    ...onlyMachine.map((state) => `Only machine: ${state}`),
    '',
  ];
}

function bounded(bounds: readonly string[]): string {
  return bounds.length === 0 ? '' : `, within ${bounds.join(', ')}`;
}
