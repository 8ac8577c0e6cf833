import { type Scenario, catalogue } from '@quiesce/scenarios';

/** The entry of the catalogue with this id; throws if there is none. */
export function scenarioNamed(id: string): Scenario {
  const found = catalogue.find((scenario) => scenario.id === id);
  if (found === undefined) throw new Error(`the catalogue has no scenario '${id}'`);
  return found;
}
