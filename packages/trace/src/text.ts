import { instructionTexts, stepTexts } from './effect-text.ts';
import { explanation } from './explanation.ts';
import { fit, wrap } from './layout.ts';
import type { Lane, Trace, TraceInstruction, TraceStep } from './trace.ts';

/** How parts of the text are marked, for instance with colours. Marks must not change what is visible. */
export interface Palette {
  readonly heading: (text: string) => string;
  /** What went wrong. */
  readonly bad: (text: string) => string;
  /** A modification of text. */
  readonly patch: (text: string) => string;
  readonly quiet: (text: string) => string;
}

const same = (text: string): string => text;

/** No marks. */
export const plain: Palette = { heading: same, bad: same, patch: same, quiet: same };

/** How {@link renderText} writes. */
export interface TextOptions {
  /** Every instruction with all its effects, not only what others can notice. Default false. */
  readonly full?: boolean;
  /** Registers that changed, below each instruction. Default false; only with `full`. */
  readonly registers?: boolean;
  /**
   * Leaves out the beginning: what lies more than a few steps before the first modification, if that is not among the
   * last few steps anyway; and the legend. Default false.
   */
  readonly brief?: boolean;
  /** Columns. Default 100. */
  readonly width?: number;
  readonly palette?: Palette;
}

/** From this many CPUs on there are no lanes, but the number of the CPU. */
const mostLanes = 12;

const mark: Readonly<Record<Lane['state'], string>> = {
  runs: '|',
  quiescent: ':',
  handler: '^',
  waits: 'z',
  done: ' ',
};

/** Columns of the trace: where text begins and how wide it may be. */
interface Columns {
  readonly place: number;
  /** 0 where no instruction comes from a line of another file. */
  readonly line: number;
  readonly text: number;
  readonly effect: number;
}

/** Columns that effects get before the others give way. */
const leastEffect = 24;

/** A row before it is broken into lines. */
interface Row {
  readonly step: string;
  readonly lanes: string;
  /** The lanes of the lines that follow. */
  readonly below: string;
  readonly place: string;
  /** The line of source, where the file that was checked is not the source itself. */
  readonly line: string;
  readonly text: string;
  readonly effect: string;
  readonly look: keyof Palette | 'normal';
}

/** A trace as text for a terminal: a line a step with a lane for each CPU, and a paragraph that says what happened. */
export function renderText(trace: Trace, options: TextOptions = {}): string {
  const { full = false, registers = false, brief = false, width = 100, palette = plain } = options;
  const from = brief ? beginning(trace) : 0;
  const rows = trace.steps.flatMap((step, i) =>
    i < from ? [] : full ? fullRows(trace, step, i, registers) : [compactRow(trace, step, i)],
  );
  const columns = columnsOf(rows, width);
  return [
    palette.heading(title(trace)),
    ...(brief ? [] : wrap(legend, width).map(palette.quiet)),
    palette.quiet(columnHeading(trace, columns, width)),
    ...(from === 0 ? [] : [palette.quiet(`   .  steps 1 to ${from}: replay shows them`)]),
    ...rows.flatMap((row) => lines(row, columns, palette)),
    '',
    ...explanation(trace).flatMap((paragraph) => wrap(paragraph, width)),
    '',
  ].join('\n');
}

/** Steps before the first modification, and at the end, that the brief form shows. */
const before = 3;
const atLeast = 8;

/** How many steps the brief form leaves out. */
function beginning({ steps }: Trace): number {
  const first = steps.findIndex(({ instructions, effects: own }) =>
    [...own, ...instructions.flatMap(({ effects }) => effects)].some(({ kind }) => kind === 'modified'),
  );
  const last = steps.length - atLeast;
  const from = first < 0 ? last : Math.min(first - before, last);
  return from < 3 ? 0 : from;
}

function title({ scenario, cpus, steps, end }: Trace): string {
  const count = steps.length === 1 ? '1 step' : `${steps.length} steps`;
  const how =
    end.kind === 'violated'
      ? `${end.violation.kind} after ${count}`
      : end.kind === 'finished'
        ? `every CPU finished after ${count}`
        : `unfinished after ${count}`;
  return `${scenario}, ${cpus} CPU${cpus === 1 ? '' : 's'}: ${how}`;
}

/** What the marks in the lanes mean; the brief form leaves it out. */
export const legend =
  'CPU: * moves  | runs  : quiescent  ^ in a handler  z in WFE or WFI  blank: finished  ! violation';

function columnHeading({ cpus }: Trace, columns: Columns, width: number): string {
  const numbers = Array.from({ length: cpus }, (_, cpu) => String(cpu % 10)).join(' ');
  const lanes = cpus > mostLanes ? 'CPU' : numbers;
  const line = columns.line === 0 ? '' : `${fit('line', columns.line)}  `;
  return `step  ${lanes}  ${fit('where', columns.place)}  ${line}${fit('instruction', columns.text)}  effect`
    .slice(0, width)
    .trimEnd();
}

/** The lanes of one line: `mover` marks the CPU that moves, `!` the one that shows the violation. */
function lanesText({ lanes, cpu }: TraceStep, mover: string, violating = -1): string {
  if (lanes.length > mostLanes) return String(cpu).padStart(3);
  return lanes
    .map(({ state }, i) => (i === violating ? '!' : i === cpu && mover !== '' ? mover : mark[state]))
    .join(' ');
}

/** The CPU that shows a violation with this step, or -1. */
function violatingCpu({ end, steps }: Trace, index: number): number {
  return index === steps.length - 1 && end.kind === 'violated' ? end.violation.cpu : -1;
}

function lookOf(trace: Trace, index: number, instructions: readonly TraceInstruction[]): Row['look'] {
  if (violatingCpu(trace, index) >= 0) return 'bad';
  const patches = instructions.some(({ effects }) => effects.some(({ kind }) => kind === 'modified'));
  return patches || trace.steps[index].effects.some(({ kind }) => kind === 'modified') ? 'patch' : 'normal';
}

/** `file.c:12`, unless the instruction is itself a line of the file that was checked. */
function lineOf({ file }: Trace, instruction: TraceInstruction | undefined): string {
  const source = instruction?.source;
  if (source === undefined || source.file === file) return '';
  return `${source.file.slice(source.file.lastIndexOf('/') + 1)}:${source.line}`;
}

function eventRow(trace: Trace, step: TraceStep, index: number, texts: readonly string[]): Row {
  const from = step.effects.find((effect) => effect.kind === 'exception')?.from ?? '';
  return {
    step: String(step.step),
    lanes: lanesText(step, '*', violatingCpu(trace, index)),
    below: lanesText(step, ''),
    place: from,
    line: '',
    text: `-- ${step.what ?? step.kind} --`,
    effect: texts.join(', '),
    look: lookOf(trace, index, step.instructions),
  };
}

function compactRow(trace: Trace, step: TraceStep, index: number): Row {
  const texts = stepTexts(step);
  if (step.kind !== 'execute') return eventRow(trace, step, index, texts);
  const [first] = step.instructions as readonly (TraceInstruction | undefined)[];
  return {
    step: String(step.step),
    lanes: lanesText(step, '*', violatingCpu(trace, index)),
    below: lanesText(step, ''),
    place: first?.place ?? step.lanes[step.cpu].place,
    line: lineOf(trace, first),
    text: first?.text ?? '',
    effect: texts.join(', '),
    look: lookOf(trace, index, step.instructions),
  };
}

function fullRows(trace: Trace, step: TraceStep, index: number, registers: boolean): Row[] {
  const below = lanesText(step, '');
  const rows: Row[] =
    step.kind === 'execute' ? [] : [eventRow(trace, step, index, stepTexts({ ...step, instructions: [] }))];
  for (const instruction of step.instructions) {
    const isFirst = rows.length === 0;
    rows.push({
      step: isFirst ? String(step.step) : '',
      lanes: lanesText(step, isFirst ? '*' : '.', isFirst ? violatingCpu(trace, index) : -1),
      below,
      place: instruction.place,
      line: lineOf(trace, instruction),
      text: instruction.text,
      effect: instructionTexts(instruction, true).join(', '),
      look: isFirst ? lookOf(trace, index, [instruction]) : 'normal',
    });
    if (!registers || instruction.registers.length === 0) continue;
    const changes = instruction.registers.map(({ name, before, after }) => `${name} ${before} -> ${after}`);
    rows.push({
      step: '',
      lanes: below,
      below,
      place: '',
      line: '',
      text: '',
      effect: changes.join(', '),
      look: 'quiet',
    });
  }
  return rows;
}

function columnsOf(rows: readonly Row[], width: number): Columns {
  const widest = (of: (row: Row) => string, most: number, least = 11): number =>
    rows.reduce((so, row) => Math.min(most, Math.max(so, of(row).length)), least);
  const lanes = rows.at(0)?.lanes.length ?? 1;
  const line = widest((row) => row.line, 20, 0);
  const free = width - (4 + 2 + lanes + 2 + 2 + 2) - (line === 0 ? 0 : line + 2);
  const text = Math.min(
    widest((row) => row.text, 30),
    Math.max(18, free - leastEffect - 14),
  );
  const place = Math.min(
    widest((row) => row.place, 29),
    Math.max(14, free - leastEffect - text),
  );
  return { place, line, text, effect: Math.max(10, free - place - text) };
}

/** Cuts an instruction to a width from the right. */
function shortened(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 2)}..` : text.padEnd(width);
}

function lines(row: Row, columns: Columns, palette: Palette): string[] {
  const [first, ...more] = wrap(row.effect, columns.effect);
  const colour = row.look === 'normal' ? same : palette[row.look];
  const lineWidth = columns.line === 0 ? 0 : columns.line + 2;
  if (row.place === '' && row.text === '') {
    const wide = columns.place + lineWidth + columns.text + columns.effect + 2;
    return wrap(row.effect, wide).map((rest) => palette.quiet(`      ${row.below}    ${rest}`));
  }
  const start = `${row.step.padStart(4)}  ${row.lanes}  `;
  const line = lineWidth === 0 ? '' : `${fit(row.line, columns.line)}  `;
  const body =
    `${fit(row.place, columns.place)}  ${line}${shortened(row.text, columns.text)}  ${first}`.trimEnd();
  const indent = ' '.repeat(columns.place + lineWidth + columns.text + 4);
  return [
    `${palette.quiet(start)}${colour(body)}`.trimEnd(),
    ...more.map((rest) => `${palette.quiet(`      ${row.below}  ${indent}`)}${colour(rest)}`),
  ];
}
