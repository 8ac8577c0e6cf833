import {
  type Exception,
  type Found,
  type Kernel,
  type KernelCheck,
  type Poke,
  type Stop,
  type Warning,
  checkKernel,
  exceptions,
  executeKernel,
} from '@quiesce/kernel';
import { formatAddress } from '@quiesce/insn';
import type { Arguments } from '../arguments.ts';
import { coloursFor, widthFor } from '../colour.ts';
import { printJson } from '../json.ts';
import { boundedCheck, boundedOptions, refuseBounded } from '../kernel/bounded-check.ts';
import { checkText, place, wordAt } from '../kernel/check-text.ts';
import { executionText } from '../kernel/execution-text.ts';
import { kernelOf, kernelOptions, noWords, refusing } from '../kernel/input.ts';
import { machineOf, machineOptions } from '../kernel/live.ts';
import { checkAt } from '../kernel/stopped-machine.ts';
import { wholeNumber } from '../numbers.ts';
import { ProgressLine } from '../progress.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

const paths = ['alternatives', 'kprobes'] as const;
/** The CPU model without --cpu, --caps and --live: one with LSE atomics. */
const usualModel = 'neoverse-n1';
const mostCpus = 32;
/** BRK #4, which kprobes write. */
const kprobe = 0xd4200080;

/** `quiesce kernel check` */
export const kernelCheck: Verb = {
  name: 'kernel check',
  synopsis: '--image FILE [--cpus N] [--path alternatives|kprobes]',
  does: "runs a kernel's stop machine: does a CPU execute what another one rewrites?",
  options: {
    ...kernelOptions,
    ...machineOptions,
    cpus: { short: 'c', value: 'N', example: '4', does: 'how many CPUs, 1 to 32; default 2' },
    path: {
      short: 'p',
      value: 'PATH',
      example: 'kprobes',
      values: paths,
      does: 'who patches; default alternatives',
    },
    probe: {
      value: 'SYMBOL',
      example: 'vfs_read+8',
      does: 'where the kprobe goes, with --path kprobes; default vfs_read+8',
    },
    events: {
      value: 'LIST',
      example: 'serror,sdei',
      does: `what may arrive: ${exceptions.join(', ')}; default none`,
    },
    gdb: {
      value: 'HOST:PORT',
      example: ':1234',
      does: "begin where a machine under QEMU's gdb stub calls stop_machine",
    },
    unchecked: { does: 'check no fetch: is the text that is left the one that is predicted?' },
    random: { value: 'N', example: '100', does: 'runs under random schedules too; default 4' },
    ...boundedOptions,
  },
  notes: [
    `Without --cpu, --caps, --live and --gdb the machine is a ${usualModel}.`,
    'CPU 1 is held at every instruction behind its acknowledgement while the others run on.',
    'Events arrive at random places under further random schedules, or with --exhaustive anywhere, once each.',
    'With --gdb a machine that was started with -S and boots with nokaslr runs until it patches, or until somebody sets a kprobe (--path kprobes), for two minutes at most, and is left stopped there.',
    'With --exhaustive every schedule is searched, on a table of alternatives with few entries: by default those on the ways of the CPUs that wait and of the one that patches, and one elsewhere.',
    'With --unchecked nothing is said about quiescence; it is two to three times as fast.',
    'Exit status: 0 clean, holds or as predicted, 1 not quiescent, violated or not as predicted, 3 a run did not end, a bound was hit.',
  ],
  run: (given, host) => {
    noWords('kernel check', given);
    const cpus = cpusOf(given);
    const random = wholeNumber('--random', given.text('random') ?? '4', 0);
    const path = paths.find((one) => one === given.text('path')) ?? 'alternatives';
    if (path === 'alternatives' && given.text('probe') !== undefined) {
      throw usage('--probe goes with --path kprobes');
    }
    const kernel = kernelOf(given, host);
    const gdb = given.text('gdb');
    if (gdb !== undefined) {
      given.conflict('gdb', ['live', 'caps', 'cpu', 'cpus', 'probe'], 'the machine says what it is');
      given.conflict('gdb', ['exhaustive', 'unchecked'], 'its own memory is checked, under some schedules');
    }
    const machine = machineOf(kernel, given, host, usualModel);
    // A machine says itself what it writes.
    const isPoking = path === 'kprobes' && gdb === undefined;
    const pokes = isPoking ? [pokeOf(kernel, given.text('probe') ?? 'vfs_read+8')] : [];
    const isBounded = given.flag('exhaustive');
    const events = eventsOf(given.text('events'));
    if (given.flag('unchecked')) given.conflict('unchecked', ['exhaustive', 'events'], 'no fetch is checked');
    if (isBounded) given.conflict('exhaustive', ['random'], 'every schedule is searched');
    else refuseBounded(given);
    if (isBounded) return boundedCheck(given, host, kernel, machine, { path, cpus, pokes, events });
    const line = new ProgressLine(host);
    const progress = (done: number, all: number): void =>
      line.label(`${kernel.release}: ${done} of about ${all} schedules`);
    const options = { path, cpus, pokes, random, exceptions: events, progress };
    if (given.flag('unchecked')) {
      const execution = refusing(() => executeKernel(kernel, machine, options));
      line.clear();
      const { stop, text, incomplete } = execution;
      if (given.flag('json'))
        printJson(host, [
          {
            image: kernel.name,
            ...execution,
            warnings: warningsJson(kernel, execution.warnings),
            stop: stopJson(kernel, stop),
          },
        ]);
      else
        host.out(executionText(kernel, execution, coloursFor(host, given.flag('no-color')), widthFor(host)));
      if (stop !== undefined || (incomplete === 0 && text.different > 0)) return 1;
      return incomplete > 0 ? 3 : 0;
    }
    const report = (result: KernelCheck): number => {
      line.clear();
      if (given.flag('json')) printJson(host, [asJson(kernel, result)]);
      else host.out(checkText(kernel, result, coloursFor(host, given.flag('no-color')), widthFor(host)));
      if (result.verdict !== 'clean') return 1;
      return result.incomplete > 0 ? 3 : 0;
    };
    if (gdb === undefined) return report(refusing(() => checkKernel(kernel, machine, options)));
    return checkAt(kernel, gdb, options, (what) => line.label(`${kernel.release}: ${what}`)).then(report);
  },
};

function cpusOf(given: Arguments): number {
  const cpus = wholeNumber('--cpus', given.text('cpus') ?? '2', 1);
  if (cpus <= mostCpus) return cpus;
  throw usage(`--cpus is ${cpus}; expected at most ${mostCpus}`);
}

function eventsOf(text: string | undefined): Exception[] {
  const names = (text ?? 'none').split(',').map((name) => name.trim());
  if (names.length === 1 && names[0] === 'none') return [];
  return [...new Set(names)].map((name) => {
    const event = exceptions.find((one) => one === name);
    if (event !== undefined) return event;
    throw usage(`--events has '${name}'; expected some of ${exceptions.join(', ')}, or none`);
  });
}

function pokeOf(kernel: Kernel, text: string): Poke {
  const [, name, plus] = (/^([^+]+)(?:\+(0x[0-9a-f]+|\d+))?$/i.exec(text) ?? []) as readonly (
    string | undefined
  )[];
  const address = name === undefined ? undefined : kernel.symbols.address(name);
  if (address === undefined) throw usage(`the kernel has no function '${name ?? text}'`);
  const offset = address - kernel.layout.base + Number(plus ?? 0);
  const isText = kernel.layout.text.some(({ start, end }) => offset >= start && offset < end);
  if (offset % 4 !== 0 || !isText) throw usage(`--probe ${text} is no instruction of the kernel's text`);
  return { offset, word: kprobe };
}

function foundJson(
  kernel: Kernel,
  { offset, before, after, writtenFrom, wasAt, heldAt, path, during, ...rest }: Found,
): object {
  const address = kernel.layout.base + offset;
  const hex = (word: number): string => word.toString(16).padStart(8, '0');
  return {
    ...rest,
    address: formatAddress(address),
    symbol: place(kernel, address),
    old: { word: hex(before), text: wordAt(kernel, address, before) },
    new: { word: hex(after), text: wordAt(kernel, address, after) },
    permitted: rest.kind === 'permitted',
    writtenFrom: place(kernel, writtenFrom),
    wasAt: place(kernel, wasAt),
    heldAt: place(kernel, heldAt),
    path: path.map((pc) => place(kernel, pc)),
    during: during === undefined ? null : { event: during.kind, at: place(kernel, during.at) },
  };
}

function stopJson(kernel: Kernel, stop: Stop | undefined): object | null {
  if (stop === undefined) return null;
  const { pc, missing, ...rest } = stop;
  const lacking = missing === undefined ? {} : { missing: formatAddress(missing) };
  return { ...rest, pc: formatAddress(pc), symbol: place(kernel, pc), ...lacking };
}

function warningsJson(kernel: Kernel, warnings: readonly Warning[]): object[] {
  return warnings.map(({ cpu, pc }) => ({ cpu, pc: formatAddress(pc), symbol: place(kernel, pc) }));
}

function asJson(kernel: Kernel, { found, stop, warnings, pokes, ...rest }: KernelCheck): object {
  const isOther = ({ cpu, writer }: Found): boolean => cpu !== writer;
  return {
    image: kernel.name,
    ...rest,
    found: found.filter(isOther).map((one) => foundJson(kernel, one)),
    own: found.filter((one) => !isOther(one)).map((one) => foundJson(kernel, one)),
    writes: pokes.map(({ offset, word }) => ({
      symbol: place(kernel, kernel.layout.base + offset),
      word: word.toString(16).padStart(8, '0'),
    })),
    warnings: warningsJson(kernel, warnings),
    stop: stopJson(kernel, stop),
    tier: 1,
  };
}
