import { wrap } from '@quiesce/trace';
import type { Look } from './check-text.ts';
import { type ScenarioComparison, agrees, outcomeWord, statesOf } from './comparison.ts';
import { duration, grouped } from './numbers.ts';

const cell = 7;

function titleWidth(sizes: readonly number[]): number {
  return Math.max(24, 100 - 2 - (cell + 1) * sizes.length - 11 - 9);
}

/** The heading of a chapter's table. */
export function tableHeading(sizes: readonly number[]): string {
  const cells = sizes.map((cpus) => `N=${cpus}`.padEnd(cell)).join(' ');
  return `  ${'scenario'.padEnd(titleWidth(sizes))}${cells} ${'states'.padStart(10)}  pinned`;
}

/** One scenario: its verdict for each size, its states, whether that is what is pinned; below, what it is. */
export function tableRow(comparison: ScenarioComparison, sizes: readonly number[], look: Look): string {
  const { scenario, checks } = comparison;
  const { colours } = look;
  const cells = sizes.map((cpus) => {
    const found = checks.find((compared) => compared.cpus === cpus);
    const text = found === undefined ? '-' : outcomeWord(found.result);
    const mark = text === 'holds' ? colours.good : text === '-' ? colours.quiet : colours.bad;
    return mark(text.padEnd(cell));
  });
  const verdict = agrees(comparison) ? colours.good('ok') : colours.bad('DIFFERS');
  const row = `  ${scenario.id.padEnd(titleWidth(sizes) - 1)} ${cells.join(' ')} ${grouped(statesOf(comparison)).padStart(10)}  ${verdict}`;
  return [row, ...wrap(scenario.variant, look.width - 4).map((line) => colours.quiet(`    ${line}`))].join(
    '\n',
  );
}

/** What differs from the pinned verdicts, a line each. */
export function differencesText(comparisons: readonly ScenarioComparison[]): string[] {
  return comparisons.flatMap(({ scenario, checks }) =>
    checks.flatMap(({ cpus, differences }) =>
      differences.map((difference) => `${scenario.id}, ${cpus} CPUs: ${difference}`),
    ),
  );
}

/** How it came out, and what the verdicts mean. */
export function summaryText(
  comparisons: readonly ScenarioComparison[],
  wanted: number,
  milliseconds: number,
  { colours, width }: Look,
): string {
  const made = comparisons.flatMap(({ checks }) => checks);
  const agreeing = made.filter(({ differences }) => differences.length === 0).length;
  const states = comparisons.reduce((sum, comparison) => sum + statesOf(comparison), 0);
  const differences = differencesText(comparisons);
  const missing = wanted - made.length;
  const all = agreeing === made.length && missing === 0;
  const issues = [...new Set(made.map(({ result }) => result.model.safeList))].join(', ');
  const bounds = [...new Set(made.flatMap(({ result }) => result.bounds))];
  const mark = all ? colours.good : colours.bad;
  return [
    mark(`${agreeing} of ${made.length} verdicts are the pinned ones.`) +
      ` ${grouped(states)} states in ${duration(milliseconds)}.`,
    ...(missing === 0
      ? []
      : [colours.bad(`${missing} check${missing === 1 ? ' was' : 's were'} not made: interrupted.`)]),
    ...differences.map((difference) => colours.bad(`  DIFFERS  ${difference}`)),
    '',
    ...(missing === 0 ? [] : ['Of the checks that were made:']),
    ...wrap(
      'holds: whatever the order, no CPU executes a patched word in a way that the architecture leaves open (cmodx, ' +
        'stale, torn), no check of the program fails, nothing faults, and every CPU can always finish. Every ' +
        'interleaving, every old word that a CPU may still fetch and every event that the scenario allows was ' +
        'explored, and no two states were taken for one. The other verdicts are counterexamples.',
      width,
    ),
    ...wrap(
      `Model: tier 1 (sequentially consistent data, relaxed instruction fetch); list of instructions that may be ` +
        `modified under execution: Arm ARM ${issues}. Bounds: ${bounds.length === 0 ? 'none, events without limit' : bounds.join(', ')}.`,
      width,
    ),
    "More: 'quiesce explain cmodx' (stale, torn, hang, tier), 'quiesce list', 'quiesce check ID'.",
    '',
  ].join('\n');
}
