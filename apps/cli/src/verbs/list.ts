import { type Scenario, catalogue, pinnedOutcome, pinnedSizes } from '@quiesce/scenarios';
import { wrap } from '@quiesce/trace';
import { coloursFor, widthFor } from '../colour.ts';
import { printJson } from '../json.ts';
import { scenariosNamed } from '../selection.ts';
import type { Verb } from '../verb.ts';

/** The sizes that outcomes are pinned for and that make sense. */
function sizesOf(scenario: Scenario): readonly number[] {
  return pinnedSizes.filter((cpus) => cpus >= scenario.least);
}

function row(scenario: Scenario): object {
  const { id, chapter, variant, shows, origin, least, smallest, witnesses, story } = scenario;
  const outcomes = Object.fromEntries(
    sizesOf(scenario).map((cpus) => [String(cpus), pinnedOutcome(scenario, cpus)]),
  );
  return {
    id,
    chapter,
    variant,
    shows,
    origin,
    least,
    smallest,
    outcomes,
    witnesses,
    ...(story === undefined ? {} : { story }),
  };
}

/** Outcomes by size, short: `holds`; `cmodx 2+` for what holds below 2 CPUs; `hang, cmodx 2+`. */
function outcomesText(scenario: Scenario): string {
  const { outcomes } = scenario;
  const [[, first]] = outcomes;
  const words = outcomes.map(([from, outcome], i) => (i === 0 ? outcome : `${outcome} ${from}+`));
  return (first === 'holds' && words.length > 1 ? words.slice(1) : words).join(', ');
}

/** `quiesce list` */
export const list: Verb = {
  name: 'list',
  synopsis: '[ID...]',
  does: 'the catalogue: every scenario with what it shows',
  options: { long: { short: 'l', does: 'with what each scenario shows, and where it comes from' } },
  notes: [
    "ID is a scenario or a pattern, such as 'patch-text-*', '*-broken' or 'kgdb-*'.",
    'Columns: id, pinned outcome (cmodx 2+: from 2 CPUs on, holds below), protocol.',
  ],
  run: (given, host) => {
    const { positionals } = given;
    const scenarios = positionals.length === 0 ? catalogue : scenariosNamed(positionals);
    if (given.flag('json')) {
      printJson(host, scenarios.map(row));
      return 0;
    }
    const colours = coloursFor(host, given.flag('no-color'));
    const width = widthFor(host);
    const idWidth = Math.max(...scenarios.map(({ id }) => id.length));
    let chapter = '';
    for (const scenario of scenarios) {
      if (scenario.chapter !== chapter) {
        host.out(`${chapter === '' ? '' : '\n'}${colours.heading(scenario.chapter)}\n`);
        chapter = scenario.chapter;
      }
      const outcome = outcomesText(scenario);
      const start = `  ${scenario.id.padEnd(idWidth)} ${outcome.padEnd(14)}`;
      if (!given.flag('long')) {
        const [first, ...more] = wrap(scenario.variant, Math.max(24, width - start.length - 1));
        host.out(`${start} ${first}\n`);
        for (const line of more) host.out(`${' '.repeat(start.length + 1)}${line}\n`);
        continue;
      }
      const { commits, year, note } = scenario.origin;
      const from = commits.length === 0 ? String(year) : `${year}, ${commits.join(' ')}`;
      const lines = [scenario.variant, scenario.shows, `${note} (${from})`].flatMap((text) =>
        wrap(text, width - 6),
      );
      host.out([start.trimEnd(), ...lines.map((line) => `    ${line}`), ''].join('\n'));
    }
    return 0;
  },
};
