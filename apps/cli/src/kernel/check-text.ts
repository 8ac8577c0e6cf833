import type { Exception, Found, Kernel, KernelCheck, Poke, Stop, Warning } from '@quiesce/kernel';
import { disassemble, formatAddress } from '@quiesce/insn';
import { wrap } from '@quiesce/trace';
import type { Colours } from '../colour.ts';
import { fieldLines } from '../fields.ts';
import { grouped } from '../numbers.ts';

/** An address as symbol and offset; empty for none. */
export function place(kernel: Kernel, address: number): string {
  return address === 0 ? '' : (kernel.symbols.name(address) ?? formatAddress(address));
}

/** A count and what is counted. */
export const counted = (count: number, name: string): string =>
  `${grouped(count)} ${name}${count === 1 ? '' : 's'}`;

const titles = { violated: 'violated', 'not-quiescent': 'not quiescent', clean: 'clean' } as const;

/** A label and its text, as lines. */
export function fieldText(label: string, value: string, width: number): string {
  return fieldLines(label, value, width)
    .map((line) => `${line}\n`)
    .join('');
}

/** How the text that is left compares with the prediction. */
export const textOf = ({ words, different }: KernelCheck['text']): string =>
  `${grouped(words)} words compared with the prediction, ${grouped(different)} differ`;

/** The WARNs that CPUs came to, as fields; empty for none. */
export function warningsText(kernel: Kernel, warnings: readonly Warning[], width: number): string {
  if (warnings.length === 0) return '';
  const places = warnings.map(({ cpu, pc }) => `CPU ${cpu} at ${place(kernel, pc)}`).join(', ');
  return fieldText('warnings', `the kernel warns (WARN) and goes on: ${places}`, width);
}

/** Why a run did not come to its end. */
export function stopText(kernel: Kernel, stop: Stop, colours: Colours): string {
  return `\n${colours.bad(stop.kind)}: CPU ${stop.cpu} at ${place(kernel, stop.pc)}: ${stop.detail}\n`;
}

function pokeText(kernel: Kernel, { offset, word }: Poke): string {
  const address = kernel.layout.base + offset;
  return `${place(kernel, address)}  ${instructionAt(kernel, address)} -> ${wordAt(kernel, address, word)}`;
}

function exceptionsText({ exceptions }: KernelCheck): string {
  if (exceptions.length === 0) return 'no exceptions';
  const taken = exceptions.map(({ kind, taken }) => `${grouped(taken)} ${kind}`).join(', ');
  return `exceptions that CPUs took: ${taken}`;
}

/** The result of a check for people. */
export function checkText(kernel: Kernel, result: KernelCheck, colours: Colours, width: number): string {
  const { release, cpus, path, verdict, cache, windows, text, stubs, stop } = result;
  const mark = { violated: colours.bad, 'not-quiescent': colours.doubt, clean: colours.good }[verdict];
  const field = (label: string, value: string): string => fieldText(label, value, width);
  const out = [
    `${colours.heading(release)}, ${path}, ${counted(cpus, 'CPU')}: ${mark(titles[verdict])}\n`,
    field(
      'explored',
      `${result.schedules} schedules: CPU 1 held at ${windows.first} places after it acknowledged first and ` +
        `${windows.last} after it acknowledged last; not every schedule, so no proof`,
    ),
    field(
      'executed',
      `${grouped(result.instructions)} instructions; ${counted(result.stores, 'word')} of text stored in a run`,
    ),
    field('text', textOf(text)),
    ...result.pokes.map((poke) => field('writes', pokeText(kernel, poke))),
    ...(result.start === 'machine' ? [field('start', 'the memory and registers of a machine')] : []),
    field('model', `tier 1, safe list of 2026, IDC=${cache.IDC} DIC=${cache.DIC}, ${exceptionsText(result)}`),
    field('stubs', stubs.length === 0 ? 'none was called' : stubs.join(' ')),
    warningsText(kernel, result.warnings, width),
  ];
  if (result.incomplete > 0) out.push(field('limit', `${counted(result.incomplete, 'run')} did not end`));
  for (const one of result.found) out.push(findingText(kernel, one, colours, width));
  if (stop !== undefined && !result.found.some(({ kind }) => kind === stop.kind)) {
    out.push(stopText(kernel, stop, colours));
  }
  return out.join('');
}

/** Instructions of the way to a finding that are printed. */
const mostSteps = 40;

function findingText(kernel: Kernel, one: Found, colours: Colours, width: number): string {
  const { cpu, writer, before, after, kind, offset, hold, path, heldAt, writtenFrom, during } = one;
  const address = kernel.layout.base + offset;
  const site = place(kernel, address);
  const change = `${wordAt(kernel, address, before)} -> ${wordAt(kernel, address, after)}`;
  if (cpu === writer) {
    const heading = colours.quiet('rewritten by the CPU that executes it');
    return `\n${heading}: ${site}  ${change}\n${paragraph(`${duringText(kernel, one)}${ownJudgement(kernel, one)}`, width)}`;
  }
  const title = kind === 'permitted' ? colours.doubt('executed while rewritten') : colours.bad(kind);
  const steps: Step[] = [
    { cpu, address: heldAt, effect: hold === undefined ? '' : `held, ${hold.steps} behind its ack` },
    ...(during === undefined ? [] : [{ cpu, address: during.at, effect: `interrupted: ${during.kind}` }]),
    { cpu: writer, address: writtenFrom, effect: `PATCHES ${site}` },
    ...path.slice(0, mostSteps).map((pc) => ({ cpu, address: pc, effect: '' })),
    { cpu, address, effect: `! or ${wordAt(kernel, address, after)}` },
  ];
  const table = stepsText(
    kernel,
    steps.filter((one) => one.address !== 0),
    width,
  );
  return `\n${title}: ${site}  ${change}\n${table}${paragraph(otherJudgement(kernel, one), width)}`;
}

function paragraph(text: string, width: number): string {
  return wrap(text, width)
    .map((line) => `${line}\n`)
    .join('');
}

interface Step {
  readonly cpu: number;
  readonly address: number;
  readonly effect: string;
}

/** Steps as a table; an effect without room goes below its instruction. */
function stepsText(kernel: Kernel, steps: readonly Step[], width: number): string {
  const rows = steps.map(({ cpu, address, effect }) => ({
    cpu: `CPU ${cpu}`,
    where: place(kernel, address),
    instruction: instructionAt(kernel, address),
    effect,
  }));
  const widest = (column: 'cpu' | 'where' | 'instruction'): number =>
    Math.max(...rows.map((row) => row[column].length));
  const [cpus, places, instructions] = [widest('cpu'), widest('where'), widest('instruction')];
  return rows
    .map(({ cpu, where, instruction, effect }) => {
      const start = `  ${cpu.padEnd(cpus)}  ${where.padEnd(places)}  `;
      const line = `${start}${instruction.padEnd(instructions)}  ${effect}`.trimEnd();
      if (line.length <= width) return `${line}\n`;
      return `${start}${instruction}\n${' '.repeat(start.length + 2)}${effect}\n`;
    })
    .join('');
}

/** The instruction at an address as the file has it. */
function instructionAt(kernel: Kernel, address: number): string {
  const offset = address - kernel.layout.base;
  return offset < 0 || offset >= kernel.image.length
    ? ''
    : wordAt(kernel, address, kernel.words[offset >> 2]);
}

/** A word that executes at an address: branches name their targets. */
export function wordAt(kernel: Kernel, address: number, word: number): string {
  return disassemble(word, { address, target: (to) => place(kernel, to) });
}

function bothWords(kernel: Kernel, { before, after, offset }: Found): string {
  const address = kernel.layout.base + offset;
  return `'${wordAt(kernel, address, before)}' and '${wordAt(kernel, address, after)}'`;
}

const seen = ({ schedules }: Found): string =>
  `Seen under ${schedules} schedule${schedules === 1 ? '' : 's'}.`;

function ownJudgement(kernel: Kernel, one: Found): string {
  const verdict =
    one.kind === 'permitted'
      ? 'are in the list of instructions that may be modified while they are executed, so that it executes one or the other.'
      : 'are not both in the list of instructions that may be modified while they are executed: what it does is unpredictable.';
  return `CPU ${one.cpu} comes here before the maintenance and the ISB that follow its own store. ${bothWords(kernel, one)} ${verdict} ${seen(one)}`;
}

function otherJudgement(kernel: Kernel, one: Found): string {
  const { kind, cpu, writer, wasAt } = one;
  const when = `When CPU ${writer} stored the word, CPU ${cpu} was at ${place(kernel, wasAt)}: not quiescent.`;
  const verdict =
    kind === 'permitted'
      ? `${bothWords(kernel, one)} are in the list of instructions that may be modified while they are executed (Arm ARM B2.2.5): that ` +
        `is no violation of it, CPU ${cpu} executes one or the other.`
      : `${bothWords(kernel, one)} are not both in the list of instructions that may be modified while they are executed (Arm ARM ` +
        `B2.2.5): what CPU ${cpu} does is unpredictable.`;
  return `${duringText(kernel, one)}${when} ${verdict} ${seen(one)}`;
}

const interruptions: Readonly<Record<Exception, string>> = {
  irq: 'an IRQ',
  fiq: 'an FIQ',
  nmi: 'a pseudo-NMI',
  serror: 'an SError',
  sdei: 'an event of firmware (SDEI)',
};

function duringText(kernel: Kernel, { cpu, during }: Found): string {
  if (during === undefined) return '';
  return `CPU ${cpu} handles ${interruptions[during.kind]} that it took at ${place(kernel, during.at)}. `;
}
