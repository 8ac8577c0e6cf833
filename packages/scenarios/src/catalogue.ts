import { alternatives } from './catalogue/alternatives.ts';
import { exceptions, sdei, window } from './catalogue/exceptions.ts';
import { maintenance, routines } from './catalogue/maintenance.ts';
import { patchMachine } from './catalogue/patch-machine.ts';
import { patchText } from './catalogue/patch-text.ts';
import { mechanisms } from './mechanisms/index.ts';
import { parseVariantId, variantOf } from './minimise/variant.ts';
import type { Scenario } from './scenario.ts';

/** The scenarios of the series of 2021, in the order of the story. */
export const series: readonly Scenario[] = [
  ...patchText,
  ...alternatives,
  ...patchMachine,
  ...routines,
  ...maintenance,
  ...exceptions,
  ...sdei,
  ...window,
];

/** Every scenario: the series, and the mechanisms beside it. */
export const catalogue: readonly Scenario[] = [...series, ...mechanisms];

/**
 * The scenario of an id, or undefined. The id may be that of a variant, as {@link variantId} writes it.
 *
 * @throws {RangeError} for a variant of a scenario that has no such weakening.
 */
export function scenarioOf(id: string): Scenario | undefined {
  const variant = parseVariantId(id);
  const scenario = catalogue.find((one) => one.id === (variant?.base ?? id));
  return scenario === undefined || variant === undefined ? scenario : variantOf(scenario, variant);
}
