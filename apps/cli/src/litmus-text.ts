import type { LitmusTest, Outcome } from '@quiesce/litmus';

const kinds = { exists: 'Allowed', 'not-exists': 'Forbidden', forall: 'Required' } as const;

/** The answer to a test in the form that herd7 prints, with the model and its bounds. */
export function outcomeText(test: LitmusTest, outcome: Outcome, milliseconds: number): string {
  const { stateCount, states, isListed, isCut, isValidated, observation, flags, positive, negative } =
    outcome;
  const isCounted = positive !== undefined && negative !== undefined;
  const [holding, others] = test.quantifier === 'not-exists' ? [negative, positive] : [positive, negative];
  return [
    `Test ${test.name} ${kinds[test.quantifier]}`,
    `States ${stateCount}`,
    ...states,
    ...(isListed
      ? []
      : [`# ${states.length} of ${stateCount} states: one of those that exchanging equal threads relates`]),
    `${isCut ? 'Loop ' : ''}${isValidated ? 'Ok' : 'No'}`,
    ...(isCounted ? ['Witnesses', `Positive: ${holding} Negative: ${others}`] : []),
    ...flags.map((flag) => `Flag ${flag}`),
    `Condition ${test.conditionText}`,
    `Observation ${test.name} ${observation}${isCounted ? ` ${positive} ${negative}` : ''}`,
    `Time ${test.name} ${(milliseconds / 1000).toFixed(2)}`,
    '',
    '',
  ].join('\n');
}
