import { type Scenario, type Story, catalogue, pinnedOutcome, pinnedSizes } from '@quiesce/scenarios';
import { wrap } from '@quiesce/trace';
import { type Colours, coloursFor, widthFor } from '../colour.ts';
import { fieldLines } from '../fields.ts';
import { printJson } from '../json.ts';
import { listing, listingLegend, wholeListing } from '../listing.ts';
import { suggestion } from '../nearest.ts';
import { pageNames, pageSource, pageText } from '../pages.ts';
import { scenarioNamed } from '../selection.ts';
import { imageFor } from '../subject.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** `quiesce explain` */
export const explain: Verb = {
  name: 'explain',
  synopsis: '[WORD]',
  does: 'one page about a violation, a verdict or a scenario',
  options: {},
  notes: ['Without WORD: what there is to explain. WORD may be the id of a scenario.'],
  run: (given, host) => {
    const [word, ...more] = given.positionals as readonly (string | undefined)[];
    if (more.length > 0) throw usage("explain takes one word; for example 'quiesce explain cmodx'");
    const colours = coloursFor(host, given.flag('no-color'));
    if (word === undefined) {
      const names = pageNames();
      if (given.flag('json'))
        printJson(
          host,
          names.map((name) => ({ word: name, title: titleOf(name) })),
        );
      else {
        for (const name of names) host.out(`${name.padEnd(12)}${titleOf(name)}\n`);
        host.out("and every scenario: 'quiesce list' shows their ids\n");
      }
      return 0;
    }
    const text = textOf(word, colours, widthFor(host));
    if (given.flag('json')) printJson(host, [{ word, text: textOf(word, coloursFor(host, true), 100) }]);
    else host.out(text);
    return 0;
  },
};

function titleOf(name: string): string {
  const title = /^# (.*)/.exec(pageSource(name))?.[1] ?? name;
  return title.startsWith(`${name}: `) ? title.slice(name.length + 2) : title;
}

/** Words that the checker prints and that a page of another name explains. */
const synonyms: Readonly<Partial<Record<string, string>>> = {
  holds: 'verdict',
  violated: 'verdict',
  'holds-within-bounds': 'verdict',
  aborted: 'verdict',
  witness: 'verdict',
  idc: 'stale',
  dic: 'stale',
  quiescent: 'cmodx',
};

function textOf(given: string, colours: Colours, width: number): string {
  const word = synonyms[given.toLowerCase()] ?? given.toLowerCase();
  if (pageNames().includes(word)) return pageText(word, width, colours.heading);
  const scenario = word.includes('~') ? scenarioNamed(word) : catalogue.find(({ id }) => id === word);
  if (scenario !== undefined) return scenarioPage(scenario, colours, width);
  const words = [...pageNames(), ...catalogue.map(({ id }) => id)];
  throw usage(
    `nothing to explain about '${given}'${suggestion(word, words, "'quiesce explain' lists the words")}`,
  );
}

function scenarioPage(scenario: Scenario, colours: Colours, width: number): string {
  const { id, variant, shows, origin, chapter, least, smallest, story } = scenario;
  const image = imageFor(scenario, Math.max(least, smallest));
  const outcomes = pinnedSizes
    .filter((cpus) => cpus >= least)
    .map((cpus) => `${cpus}: ${pinnedOutcome(scenario, cpus)}`);
  const from = origin.commits.length === 0 ? '' : ` (${origin.commits.join(', ')})`;
  const evidence = origin.evidence === 'reconstructed' ? '; reconstructed from rules and reports' : '';
  const witnesses = scenario.witnesses.map(({ name, from: least, upTo }) => {
    if (least === 'never') return `  never reachable     ${name}`;
    const sizes = upTo === undefined ? `from ${least}` : `${least} to ${upTo}`;
    return `  reachable ${sizes.padEnd(9)} ${name}`;
  });
  const { events = [], memory } = image.spec;
  const eventsText =
    events.length === 0
      ? 'no events'
      : `events: ${events.map(({ kind, budget }) => `${kind} ${budget}`).join(', ')}`;
  const line = (label: string, text: string): string[] => fieldLines(label, text, width);
  return [
    colours.heading(id),
    '',
    ...line('chapter', chapter),
    ...line('protocol', variant),
    ...line('shows', shows),
    ...line('origin', `${origin.note}, ${origin.year}${from}${evidence}`),
    ...line('machine', `IDC=${memory.cache?.IDC ?? 0} DIC=${memory.cache?.DIC ?? 0}, ${eventsText}`),
    ...image.program.sites.flatMap((site) => line('patches', `${site.label}: ${site.purpose}`)),
    ...line('by CPUs', outcomes.join(', ')),
    ...(witnesses.length === 0 ? [] : ['', 'Witnesses, by number of CPUs:', ...witnesses]),
    ...(story === undefined ? [] : storyLines(story, colours, width)),
    '',
    `${colours.heading('Code')}   ${listingLegend}`,
    ...(story === undefined ? listing(image, chapter === 'maintenance') : wholeListing(image)),
    '',
    `Check it: quiesce check ${id} --cpus ${smallest}`,
    ...(story === undefined ? [] : [`The other variant: quiesce explain ${story.other}`]),
    '',
  ].join('\n');
}

/** What happened, what the counterexample shows, and what repairs it. */
function storyLines({ happened, trace, repair }: Story, colours: Colours, width: number): string[] {
  const parts: readonly (readonly [heading: string, text: string])[] = [
    ['What happened', happened],
    ['What the counterexample of the broken variant shows', trace],
    ['What repairs it', repair],
  ];
  return parts.flatMap(([heading, text]) => ['', colours.heading(heading), ...wrap(text, width)]);
}
