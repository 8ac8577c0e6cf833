import {
  type AlternativesRow,
  type Kernel,
  type Prediction,
  causes,
  predict,
  summarise,
} from '@quiesce/kernel';
import { disassemble, hexAddress, isHotpatchSafe } from '@quiesce/insn';
import type { Arguments } from '../arguments.ts';
import { coloursFor } from '../colour.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import { kernelOf, kernelOptions, noWords, refusing } from '../kernel/input.ts';
import { machineOf, machineOptions } from '../kernel/live.ts';
import { grouped } from '../numbers.ts';
import { refuseOverwriting } from '../outputs.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** `quiesce kernel alternatives` */
export const kernelAlternatives: Verb = {
  name: 'kernel alternatives',
  synopsis: '--image FILE [--cpu MODEL] [--caps LIST] [--live FILE]',
  does: "a kernel's text as it will be on a machine: what each capability changes",
  options: {
    ...kernelOptions,
    ...machineOptions,
    diff: { short: 'd', does: 'the changed words, as annotated disassembly' },
    function: {
      value: 'NAME',
      example: '_raw_spin_lock',
      does: 'only the words of one function, with --diff',
    },
    output: { short: 'o', value: 'FILE', example: 'patched.bin', does: 'write the patched image to a file' },
  },
  notes: [
    'Without --caps, --cpu and --live only what always applies is applied.',
    "'unsafe' counts changed words outside the list of what may be modified under execution.",
  ],
  run: (given, host) => {
    refuseOverwriting(given);
    noWords('kernel alternatives', given);
    const kernel = kernelOf(given, host);
    const machine = machineOf(kernel, given, host);
    const prediction = refusing(() => predict(kernel, machine));
    const rows = summarise(kernel, machine, prediction);
    const range = rangeOf(kernel, given.text('function'));
    const output = given.text('output');
    if (output !== undefined) host.write(output, patchedImage(kernel, prediction));
    if (given.flag('json')) {
      const changes =
        given.flag('diff') || range !== undefined ? [...changesIn(kernel, prediction, range)] : undefined;
      printJson(host, [
        { release: kernel.release, rows, changes, undetermined: [...prediction.unknownCallbacks] },
      ]);
      return 0;
    }
    if (given.flag('diff') || range !== undefined) printDiff(kernel, prediction, range, given, host);
    else printTable(kernel, rows, given, host);
    for (const name of prediction.unknownCallbacks) {
      host.out(`\n${name}: its sites depend on the machine's memory and stay as they are (--live says)\n`);
    }
    return 0;
  },
};

/** Offsets of a function's first word and end. */
interface Range {
  readonly start: number;
  readonly end: number;
}

function rangeOf({ symbols, layout }: Kernel, name: string | undefined): Range | undefined {
  if (name === undefined) return undefined;
  const start = symbols.address(name);
  if (start === undefined)
    throw usage(`the kernel has no function '${name}'; nm or /proc/kallsyms list them`);
  return { start: start - layout.base, end: (symbols.end(start) ?? start + 4) - layout.base };
}

function patchedImage({ image }: Kernel, { words }: Prediction): Uint8Array {
  const bytes = image.array.slice();
  bytes.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  return bytes;
}

/** A changed word. */
interface Change {
  readonly address: string;
  readonly symbol: string | null;
  readonly old: string;
  readonly new: string;
  readonly cause: string;
  readonly capability?: string;
  readonly isSafe: boolean;
}

function* changesIn(
  kernel: Kernel,
  { words, cause, site }: Prediction,
  range: Range | undefined,
): Generator<Change> {
  const { layout, symbols, alternatives, capabilities } = kernel;
  const ranges = range === undefined ? [...layout.text, layout.init] : [range];
  const hex = (word: number): string => word.toString(16).padStart(8, '0');
  for (const { start, end } of ranges) {
    for (let at = start >> 2; at < end >> 2; at++) {
      const before = kernel.words[at];
      const after = words[at];
      if (before === after) continue;
      const why = causes[cause[at] - 1];
      const isAlternative = why === 'alternative' || why === 'callback';
      const address = layout.base + 4 * at;
      yield {
        address: hexAddress(address),
        symbol: symbols.name(address) ?? null,
        old: hex(before),
        new: hex(after),
        cause: why,
        ...(isAlternative
          ? { capability: capabilities.numbered(alternatives.capability[site[at] - 1]).name }
          : {}),
        isSafe: isHotpatchSafe(before, after),
      };
    }
  }
}

function printDiff(
  kernel: Kernel,
  prediction: Prediction,
  range: Range | undefined,
  given: Arguments,
  host: Host,
): void {
  const colours = coloursFor(host, given.flag('no-color'));
  const target = (address: number): string => kernel.symbols.name(address) ?? hexAddress(address);
  let last = '';
  const lines: string[] = [];
  for (const change of changesIn(kernel, prediction, range)) {
    // Entries of functions are too many to be news, unless one function is asked for.
    if (range === undefined && change.cause.startsWith('ftrace')) continue;
    const [name] = (change.symbol ?? '').split('+');
    if (name !== last) lines.push(`${colours.heading(`${name}:`)}\n`);
    last = name;
    const address = Number.parseInt(change.address.slice(-12), 16) - 2 ** 48;
    const text = (word: string): string =>
      `${word}  ${disassemble(Number.parseInt(word, 16), { address, target })}`;
    const why = `${change.capability ?? change.cause}${change.isSafe ? '' : ', unsafe'}`;
    lines.push(`  ${change.address} ${colours.bad(`- ${text(change.old)}`)}\n`);
    lines.push(
      `  ${' '.repeat(16)} ${colours.good(`+ ${text(change.new).padEnd(46)}`)} ${colours.quiet(why)}\n`,
    );
    if (lines.length > 4096) host.out(lines.splice(0).join(''));
  }
  host.out(lines.length === 0 && last === '' ? 'nothing changes\n' : lines.join(''));
}

function printTable(kernel: Kernel, rows: readonly AlternativesRow[], given: Arguments, host: Host): void {
  const colours = coloursFor(host, given.flag('no-color'));
  const total = rows.reduce((sum, { sites }) => sum + sites, 0);
  const changed = rows.reduce((sum, row) => sum + row.changed, 0);
  host.out(
    `${colours.heading(kernel.release)}: ${grouped(total)} alternatives, ${grouped(changed)} words changed\n\n`,
  );
  const head = 'pass    capability                          kind               sites  words  changed  unsafe';
  host.out(`  ${colours.quiet(head)}\n`);
  for (const { pass, capability, kind, sites, words, changed: count, unsafe, isApplied } of rows) {
    const numbers = [
      grouped(sites).padStart(7),
      grouped(words).padStart(7),
      grouped(count).padStart(9),
      grouped(unsafe).padStart(8),
    ];
    const name = `${isApplied ? '*' : ' '} ${capability}`;
    const line = `  ${pass.padEnd(6)}${name.padEnd(36)} ${short(kind).padEnd(17)}${numbers.join('')}`;
    host.out(`${isApplied ? line : colours.quiet(line)}\n`);
  }
  host.out('\n  * the machine has it\n');
}

/** The kind without what every callback's name says. */
function short(kind: string): string {
  const text = kind
    .replace(/^(?:alt_cb_patch_|spectre_|kvm_|smccc_patch_fw_mitigation_)/, '')
    .replace('patch_', '');
  return text.length > 16 ? `${text.slice(0, 14)}..` : text;
}
