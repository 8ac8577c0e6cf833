import { type Scenario, catalogue, parseVariantId, scenarioOf } from '@quiesce/scenarios';
import type { Host } from './host.ts';
import { protocolIn } from './protocol-file.ts';
import { suggestion } from './nearest.ts';
import { type Subject, protocolSubject, protocolVariant, scenarioSubject } from './subject.ts';
import { usage } from './usage-error.ts';

/** The scenario of an id, or of a variant that minimise names; undefined where there is none. */
export function knownScenario(id: string): Scenario | undefined {
  try {
    return scenarioOf(id);
  } catch (error) {
    // A variant with a number that names nothing.
    if (error instanceof RangeError) throw usage(error.message);
    throw error;
  }
}

/** The scenario of an id. Throws a usage error that names those most like it. */
export function scenarioNamed(id: string): Scenario {
  const found = knownScenario(id);
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
  return [...chosen].sort((a, b) => place(a) - place(b));
}

/** Whether an argument is the path of a protocol, not the id of a scenario. */
export function isPath(argument: string): boolean {
  return /[/\\]|\.(?:s|asm|o|obj|a|bc)$/i.test(parseVariantId(argument)?.base ?? argument);
}

/** Scenarios of the catalogue and protocols of files, as arguments name them; the catalogue comes first. */
export function subjectsNamed(args: readonly string[], host: Host): Subject[] {
  const files = [...new Set(args.filter(isPath))];
  return [
    ...scenariosNamed(args.filter((argument) => !isPath(argument))).map(scenarioSubject),
    ...files.map((path) => subjectNamed(path, host)),
  ];
}

/** The one scenario or protocol that an argument names, or its variant that minimise names. */
export function subjectNamed(argument: string, host: Host): Subject {
  if (!isPath(argument)) return scenarioSubject(scenarioNamed(argument));
  const variant = parseVariantId(argument);
  return variant === undefined
    ? protocolSubject(protocolIn(argument, host))
    : protocolVariant(protocolIn(variant.base, host), variant);
}

/** The place of a scenario, or of what it is a variant of, in the catalogue. */
function place({ id }: Scenario): number {
  const [base] = id.split('~', 1);
  return catalogue.findIndex((scenario) => scenario.id === base);
}
