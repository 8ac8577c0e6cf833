import {
  BoundedStop,
  type Exception,
  type Kernel,
  type MachineState,
  type Path,
  type Poke,
  chosenSites,
} from '@quiesce/kernel';
import { type CheckResult, check } from '@quiesce/scenarios';
import { traceOf } from '@quiesce/trace';
import type { Arguments, OptionTable } from '../arguments.ts';
import { type Interruption, interruptible } from '../checking.ts';
import { coloursFor, widthFor } from '../colour.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import { seconds, wholeNumber } from '../numbers.ts';
import { TraceFiles, outputOptions } from '../outputs.ts';
import { ProgressLine } from '../progress.ts';
import { usage } from '../usage-error.ts';
import { type BoundedResult, boundedJson, boundedText } from './bounded-text.ts';
import { refusing } from './input.ts';

/** Options of a bounded check, all of which go with --exhaustive. */
export const boundedOptions: OptionTable = {
  exhaustive: { does: 'search every schedule, with few sites: a proof for these' },
  sites: {
    value: 'LIST',
    example: 'multi_cpu_stop+0x98,vfs_read+8',
    does: 'which alternatives its table has, with --exhaustive',
  },
  tier: { value: 'TIER', values: ['1', '2'], example: '2', does: 'with --exhaustive; default 1' },
  'max-states': { value: 'N', example: '100000', does: 'give up after so many states, with --exhaustive' },
  'max-time': { value: 'SECONDS', example: '60', does: 'give up after so long, with --exhaustive' },
  ...outputOptions,
};

/** Refuses options that say nothing without --exhaustive. */
export function refuseBounded(given: Arguments): void {
  const stray = Object.keys(boundedOptions).find((name) => given.flag(name));
  if (stray !== undefined) throw usage(`--${stray} goes with --exhaustive`);
}

/** What the verb has read already. */
interface Question {
  readonly path: Path;
  readonly cpus: number;
  readonly pokes: readonly Poke[];
  readonly events: readonly Exception[];
}

/** `quiesce kernel check --exhaustive`. Returns the exit status. */
export function boundedCheck(
  given: Arguments,
  host: Host,
  kernel: Kernel,
  machine: MachineState,
  question: Question,
): Promise<number> {
  if (question.path === 'kprobes' && given.flag('sites')) {
    throw usage('--sites goes with --path alternatives; --probe says where the kprobe goes');
  }
  const { events } = question;
  const [states, time] = [given.text('max-states'), given.text('max-time')];
  const bounds = {
    ...(states === undefined ? {} : { states: wholeNumber('--max-states', states, 1) }),
    ...(time === undefined ? {} : { milliseconds: seconds('--max-time', time) }),
  };
  const files = new TraceFiles(given, host);
  const stop = refusing(() => {
    const entries =
      question.path === 'kprobes' ? [] : entriesOf(kernel, machine, given.text('sites'), events.length > 0);
    return new BoundedStop(kernel, machine, { ...question, entries });
  });
  const tier = given.text('tier') === '2' ? 2 : 1;
  const line = new ProgressLine(host);
  return interruptible(host, async (signal) => {
    line.label(`${kernel.release}, ${question.cpus} CPUs`);
    const result = await judge(stop, { tier, bounds, signal, line });
    line.clear();
    if (files.isWanted) files.write(result.trace === undefined ? [] : [{ trace: result.trace }]);
    if (given.flag('json')) printJson(host, [boundedJson(kernel, result)]);
    else {
      const look = { colours: coloursFor(host, given.flag('no-color')), width: widthFor(host) };
      host.out(boundedText(kernel, result, look));
    }
    if (result.verdict === 'holds') return 0;
    return result.verdict === 'violated' || result.verdict === 'not-quiescent' ? 1 : 3;
  });
}

interface SearchOptions {
  readonly tier: 1 | 2;
  readonly bounds: { readonly states?: number; readonly milliseconds?: number };
  readonly signal: Interruption;
  readonly line: ProgressLine;
}

/**
 * Asks for quiescence first, which no list of permitted instructions softens. Where a CPU is not quiescent, asks whether
 * the architecture permits it.
 */
async function judge(stop: BoundedStop, options: SearchOptions): Promise<BoundedResult> {
  const strict = await search(stop, options, true);
  const [found] = strict.violations as readonly (CheckResult['violations'][number] | undefined)[];
  const trace = (result: CheckResult, isStrict: boolean): BoundedResult['trace'] => {
    const [first] = result.violations as readonly (CheckResult['violations'][number] | undefined)[];
    if (first === undefined) return undefined;
    const { spec, ...names } = stop.image();
    const source = { ...names, spec: { ...spec, tier: options.tier, ...(isStrict ? none : {}) } };
    return traceOf(source, first.schedule, {
      scenario: stop.id,
      ...(first.kind === 'hang' ? { hang: {} } : {}),
    });
  };
  if (found === undefined) {
    const isVacuous = Object.values(strict.witnesses).includes(0);
    const verdict = strict.verdict === 'holds' && isVacuous ? 'nothing-shown' : strict.verdict;
    return { stop, verdict, result: strict, trace: undefined };
  }
  if (found.kind !== 'cmodx' && found.kind !== 'stale') {
    return { stop, verdict: 'violated', result: strict, trace: trace(strict, true) };
  }
  const permissive = await search(stop, options, false);
  if (permissive.violations.length > 0) {
    return { stop, verdict: 'violated', result: permissive, trace: trace(permissive, false) };
  }
  return { stop, verdict: 'not-quiescent', result: permissive, trace: trace(strict, true) };
}

const none = { safeList: 'none' } as const;

/** Searches, and again as long as a search ends where the machine lacked something that the kernel has. */
async function search(
  stop: BoundedStop,
  { tier, bounds, signal, line }: SearchOptions,
  isStrict: boolean,
): Promise<CheckResult> {
  for (;;) {
    const question = {
      id: stop.id,
      image: () => {
        const image = stop.image();
        return isStrict ? { ...image, spec: { ...image.spec, ...none } } : image;
      },
      ask: () => stop.ask(),
    };
    const result = await check(question, stop.options.cpus, {
      tier,
      bounds,
      signal,
      onProgress: (progress) => line.report(progress),
    });
    const [first] = result.violations as readonly (CheckResult['violations'][number] | undefined)[];
    if (first === undefined || !stop.grow(first.schedule)) return result;
  }
}

/** The numbers of the alternatives at the places of a list, such as `multi_cpu_stop+0x98,vfs_read+8`. */
function entriesOf(
  kernel: Kernel,
  machine: MachineState,
  text: string | undefined,
  withExceptions: boolean,
): number[] {
  if (text === undefined) return chosenSites(kernel, machine, withExceptions);
  const { alternatives, layout, symbols } = kernel;
  return text.split(',').map((item) => {
    const [, name = '', plus = '0'] = /^([^+]+)(?:\+(0x[0-9a-f]+|\d+))?$/i.exec(item.trim()) ?? [];
    const address = symbols.address(name);
    if (address === undefined) throw usage(`--sites: the kernel has no function '${name || item}'`);
    const offset = address - layout.base + Number(plus);
    const index = alternatives.original.findIndex(
      (start, i) => offset >= start && offset < start + alternatives.length[i],
    );
    if (index >= 0) return index;
    throw usage(`--sites: no alternative of the kernel is at ${item.trim()}; 'kernel audit' lists some`);
  });
}
