import { type Image, type Scenario, catalogue } from '@quiesce/scenarios';
import { suggestion } from './nearest.ts';
import { usage } from './usage-error.ts';

/** The scenario of an id. Throws a usage error that names those most like it. */
export function scenarioNamed(id: string): Scenario {
  const found = catalogue.find((scenario) => scenario.id === id);
  if (found !== undefined) return found;
  const ids = catalogue.map((scenario) => scenario.id);
  throw usage(`no scenario '${id}'${suggestion(id, ids, "'quiesce list' shows them all")}`);
}

/** The scenarios of ids and globs (`*` any text, `?` any character), each once, in the order of the catalogue. */
export function scenariosNamed(patterns: readonly string[]): Scenario[] {
  const chosen = new Set<Scenario>();
  for (const pattern of patterns) {
    if (!/[*?]/.test(pattern)) {
      chosen.add(scenarioNamed(pattern));
      continue;
    }
    const expression = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    const matches = catalogue.filter(({ id }) => new RegExp(`^${expression}$`).test(id));
    if (matches.length === 0) throw usage(`no scenario matches '${pattern}'; 'quiesce list' shows them all`);
    for (const scenario of matches) chosen.add(scenario);
  }
  return catalogue.filter((scenario) => chosen.has(scenario));
}

/** The machine of a scenario. Throws a usage error for a number of CPUs that it cannot have. */
export function imageFor(scenario: Scenario, cpus: number): Image {
  if (cpus < scenario.least) {
    throw usage(`'${scenario.id}' needs at least ${scenario.least} CPUs; found --cpus ${cpus}`);
  }
  try {
    return scenario.image(cpus);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(`'${scenario.id}' cannot be built for ${cpus} CPUs (${why}); give fewer`);
  }
}
