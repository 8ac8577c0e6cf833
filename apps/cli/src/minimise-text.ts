import { formatAddress } from '@quiesce/insn';
import {
  type Finding,
  type Hardware,
  type Judged,
  type Judgement,
  type Minimised,
  type Weakening,
  gone,
} from '@quiesce/scenarios';
import { wrap } from '@quiesce/trace';
import type { Colours } from './colour.ts';
import type { Subject } from './subject.ts';

/** The parts of the table, in the order in which they are printed, with what each says. */
const partsOf = (tier: 1 | 2): readonly (readonly [judgement: Judgement, title: string])[] => [
  ['necessary', 'Necessary: without it the protocol is violated'],
  ['some hardware', 'Necessary on some hardware only'],
  ['redundant', `Redundant in tier ${tier}: nothing that this scenario asks depends on it`],
  ['not judged', 'Not judged: it orders data, and data is sequentially consistent in tier 1'],
  ['inconclusive', 'Inconclusive: a bound was hit'],
];

const hardwareText = ({ IDC, DIC }: Hardware): string => `IDC${IDC} DIC${DIC}`;

/** What the tier leaves out. */
const caveats = {
  1: 'Tier 1: data is sequentially consistent and instructions execute in program order. What orders data alone is judged by --tier 2.',
  2: 'Tier 2: weak data, but no store becomes visible before an earlier CAS, exclusive or atomic with release. What that needs is not found.',
} as const;

/** The outcome of one check in a cell. */
function cell({ outcome, violation }: Finding): string {
  if (violation !== undefined) return `${violation.kind} ${violation.steps}`;
  return outcome === 'differs' ? 'witness' : outcome === 'inconclusive' ? 'open' : 'holds';
}

const cellWidth = 9;

/** Columns of the table beside the cells of the hardware. */
interface Columns {
  readonly where: number;
  readonly instruction: number;
  readonly weakened: number;
}

function columnsOf(judged: readonly Judged[], place: (w: Weakening) => string, free: number): Columns {
  const widest = (of: (w: Weakening) => string, least: number): number =>
    judged.flatMap(({ weakenings }) => weakenings).reduce((so, w) => Math.max(so, of(w).length), least);
  const instruction = Math.min(
    21,
    widest((w) => w.instruction, 11),
  );
  const weakened = Math.min(21, widest(weakenedText, 9));
  return {
    where: Math.max(16, Math.min(widest(place, 5), free - instruction - weakened)),
    instruction,
    weakened,
  };
}

/** What stands there instead; operands only where they are others. */
function weakenedText({ instruction, weakened }: Weakening): string {
  if (weakened === gone) return '(gone)';
  const [mnemonic] = weakened.split(' ', 1);
  return weakened.slice(mnemonic.length) === instruction.slice(instruction.indexOf(' '))
    ? mnemonic
    : weakened;
}

/** Cut from the left, so that the offset stays; or from the right. */
function fitted(text: string, width: number, side: 'left' | 'right'): string {
  if (text.length <= width) return text.padEnd(width);
  return side === 'left' ? `..${text.slice(text.length - width + 2)}` : `${text.slice(0, width - 2)}..`;
}

/** The result as text: a table by judgement, and how to see each counterexample. */
export function minimisedText(subject: Subject, result: Minimised, colours: Colours, width: number): string {
  const { cpus, tier, hardware, excluded, single, pairs, unexecuted } = result;
  const parts = partsOf(tier);
  const source = subject.source(cpus);
  const place = ({ address }: Weakening): string => source.symbolise(address);
  const free = width - 4 - 2 * 3 - 1 - hardware.length * (cellWidth + 1);
  const columns = columnsOf(single, place, free);
  const heads = hardware.map((one) => hardwareText(one).padEnd(cellWidth)).join(' ');
  const heading = `   #  ${fitted('where', columns.where, 'right')}  ${'instruction'.padEnd(columns.instruction)}  ${'weakened'.padEnd(columns.weakened)}  ${heads}`;
  const row = ({ weakenings, findings }: Judged): string[] => {
    const cells = hardware
      .map((one) => {
        const finding = findings.find((candidate) => candidate.hardware === one);
        if (finding === undefined) return colours.quiet('-'.padEnd(cellWidth));
        const text = cell(finding).padEnd(cellWidth);
        return finding.outcome === 'holds' ? colours.good(text) : colours.bad(text);
      })
      .join(' ');
    return weakenings.map((weakening, i) => {
      const { number, instruction } = weakening;
      const start = `${String(number).padStart(4)}  ${fitted(place(weakening), columns.where, 'left')}  ${fitted(instruction, columns.instruction, 'right')}  ${fitted(weakenedText(weakening), columns.weakened, 'right')}  `;
      return `${start}${i === weakenings.length - 1 ? cells : ''}`.trimEnd();
    });
  };
  const table = (judged: readonly Judged[], only: readonly Judgement[]): string[] =>
    parts.flatMap(([judgement, title]) => {
      const rows = judged.filter((one) => one.judgement === judgement);
      if (rows.length === 0 || !only.includes(judgement)) return [];
      return ['', colours.heading(title), colours.quiet(heading.trimEnd()), ...rows.flatMap(row)];
    });
  const every = parts.map(([judgement]) => judgement);
  const cpusText = `${cpus} CPU${cpus === 1 ? '' : 's'}`;
  return [
    `${colours.heading(`${subject.id}, ${cpusText}:`)} ${single.length} weakenings, one at a time`,
    ...wrap(caveats[tier], width - 2).map((line) => `  ${line}`),
    ...excluded.map((one) => `  Left out: ${hardwareText(one)}, where the protocol is violated as it is.`),
    ...(unexecuted.length === 0
      ? []
      : [`  Left out: ${listedNumbers(unexecuted)}, which no CPU executes with ${cpusText}.`]),
    ...table(single, every),
    ...(pairs === undefined ? [] : pairsText(pairs, table)),
    ...counterexamples(
      [...single, ...(pairs ?? [])],
      subject,
      `--cpus ${cpus}${tier === 1 ? '' : ' --tier 2'}`,
      colours,
    ),
    '',
  ].join('\n');
}

const listedNumbers = (weakenings: readonly Weakening[]): string =>
  weakenings.map(({ number }) => `#${number}`).join(', ');

function pairsText(
  pairs: readonly Judged[],
  table: (judged: readonly Judged[], only: readonly Judgement[]) => string[],
): string[] {
  const bad = pairs.filter(({ judgement }) => judgement !== 'redundant' && judgement !== 'not judged');
  return [
    '',
    `Two at a time, where each can go alone: ${pairs.length} pairs, of which ${bad.length} cannot both go everywhere.`,
    ...table(bad, ['necessary', 'some hardware', 'inconclusive']),
  ];
}

/** A command for each counterexample, on the first hardware that shows it. */
function counterexamples(
  judged: readonly Judged[],
  { id, argument }: Subject,
  options: string,
  colours: Colours,
): string[] {
  const lines = judged.flatMap(({ weakenings, findings }) => {
    const shown = findings.find(({ violation }) => violation !== undefined);
    if (shown === undefined) return [];
    const numbers = weakenings.map(({ number }) => `#${number}`).join(' + ');
    return [`  ${numbers.padEnd(9)} quiesce check ${argument}${shown.id.slice(id.length)} ${options}`];
  });
  if (lines.length === 0) return [];
  return ['', colours.heading('Counterexamples'), ...lines];
}

/** The result as `minimise --json` prints it. */
export function minimisedRow(result: Minimised): object {
  const { scenario, cpus, tier, hardware, excluded, single, pairs, unexecuted, isComplete } = result;
  return {
    scenario,
    cpus,
    tier,
    hardware,
    excluded,
    complete: isComplete,
    weakenings: single.map(judgedRow),
    ...(pairs === undefined ? {} : { pairs: pairs.map(judgedRow) }),
    unexecuted: unexecuted.map(({ number }) => number),
  };
}

function judgedRow({ weakenings, findings, judgement }: Judged): object {
  return {
    judgement,
    weakenings: weakenings.map(({ number, address, instruction, weakened, ordersData }) => ({
      number,
      address: formatAddress(address),
      instruction,
      weakened: weakened === gone ? null : weakened,
      ordersData,
    })),
    findings: findings.map(({ hardware, outcome, id, violation, detail }) => ({
      ...hardware,
      outcome,
      scenario: id,
      ...(violation === undefined
        ? {}
        : {
            violation: violation.kind,
            steps: violation.steps,
            replay: `quiesce replay ${violation.replay}`,
          }),
      ...(detail === undefined ? {} : { detail }),
    })),
  };
}
