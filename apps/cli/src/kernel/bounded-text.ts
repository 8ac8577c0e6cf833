import type { BoundedSite, BoundedStop, Kernel } from '@quiesce/kernel';
import type { CheckResult } from '@quiesce/scenarios';
import { type Trace, renderText } from '@quiesce/trace';
import type { Look } from '../check-text.ts';
import { fieldLines } from '../fields.ts';
import { duration, grouped } from '../numbers.ts';
import { place, wordAt } from './check-text.ts';

/** What a bounded check found. */
export interface BoundedResult {
  readonly stop: BoundedStop;
  /**
   * `holds`: whatever the schedule, nobody executes one of these sites while it is rewritten. `not-quiescent`: somebody
   * does, and the architecture permits it. `nothing-shown`: not every site can be rewritten at all.
   */
  readonly verdict: CheckResult['verdict'] | 'not-quiescent' | 'nothing-shown';
  /** The search that the verdict comes from. */
  readonly result: CheckResult;
  /** The counterexample, if there is one. */
  readonly trace: Trace | undefined;
}

const titles: Readonly<Record<BoundedResult['verdict'], string>> = {
  holds: 'holds',
  'holds-within-bounds': 'holds within bounds',
  violated: 'violated',
  'not-quiescent': 'not quiescent',
  'nothing-shown': 'nothing is proved: a site is never rewritten',
  aborted: 'aborted, nothing is proved',
};

/** The extent of the question: which verdict is a proof of what. */
function extent(kernel: Kernel, { stop }: BoundedResult): string {
  const { path, cpus, entries = [] } = stop.options;
  const processors = `${cpus} CPU${cpus === 1 ? '' : 's'}`;
  if (path === 'kprobes') return `${kernel.release}, kprobes, ${processors}`;
  return `${kernel.release}, ${entries.length} of ${grouped(kernel.alternatives.count)} alternatives, ${processors}`;
}

function siteText(kernel: Kernel, { name, address, before, after }: BoundedSite): string {
  const texts = before.flatMap((word, i) => {
    const at = address + 4 * i;
    const next = after?.[i];
    if (next === word) return [];
    return [`${wordAt(kernel, at, word)} -> ${next === undefined ? '?' : wordAt(kernel, at, next)}`];
  });
  return `${name}  ${texts.length === 0 ? 'stays as it is' : texts.join('; ')}`;
}

/** The result of a bounded check for people. */
export function boundedText(kernel: Kernel, found: BoundedResult, look: Look): string {
  const { stop, verdict, result, trace } = found;
  const { colours, width } = look;
  const marks = {
    holds: colours.good,
    violated: colours.bad,
  } as const;
  const mark = verdict === 'holds' || verdict === 'violated' ? marks[verdict] : colours.doubt;
  const line = (label: string, text: string): string[] => fieldLines(label, text, width);
  const { model } = result;
  const bounds = verdict === 'holds-within-bounds' ? ` (${result.bounds.join(', ')})` : '';
  const kinds = verdict === 'violated' ? `: ${result.violations.map(({ kind }) => kind).join(', ')}` : '';
  const list = verdict === 'violated' ? `safe list of ${model.safeList}` : 'asked for quiescence';
  return [
    `${colours.heading(`${extent(kernel, found)}:`)} ${mark(`${titles[verdict]}${kinds}${bounds}`)}`,
    ...line(
      'explored',
      `${grouped(result.states)} states, ${grouped(result.transitions)} transitions, depth ${result.depth}, ${duration(result.milliseconds)}`,
    ),
    ...stop.sites.flatMap((site, i) => line(i === 0 ? 'sites' : '', siteText(kernel, site))),
    ...line(
      'model',
      `tier ${model.tier}, ${list}, IDC=${model.IDC} DIC=${model.DIC}, ${eventsText(model.events)}; ${model.strategy}, ` +
        `${model.storage} states, ${model.reductions.join(', ')}`,
    ),
    ...line('left out', [...model.unmodelled, 'sites that are not in the table'].join(', ')),
    ...Object.entries(verdict === 'violated' ? {} : result.witnesses).flatMap(([name, count]) =>
      line('witness', `${name}: ${count === 0 ? 'not reached' : `${grouped(count)} states`}`),
    ),
    ...(stop.counters.length === 0
      ? []
      : line('held', `${stop.counters.map((at) => stop.image().symbolise(at)).join(' ')}: only counts`)),
    ...line('stubs', stop.stubs.length === 0 ? 'none can be called' : stop.stubs.join(' ')),
    ...(stop.warnings.length === 0
      ? []
      : line(
          'warnings',
          `the kernel warns (WARN) and goes on: ${stop.warnings.map((at) => place(kernel, at)).join(' ')}`,
        )),
    ...(result.reason === undefined ? [] : line('reason', result.reason)),
    ...(verdict === 'not-quiescent' ? ['', ...line('judgement', permitted(result))] : []),
    '',
    ...(trace === undefined
      ? []
      : [renderText(trace, { full: false, brief: false, width, palette: colours })]),
  ].join('\n');
}

function permitted(result: CheckResult): string {
  const searched =
    result.verdict === 'holds'
      ? 'every schedule was searched for that'
      : `no schedule within the bounds shows that (${result.bounds.join(', ')})`;
  return (
    'A CPU executes an instruction while another one rewrites it. Old and new word may be modified under execution (Arm ARM ' +
    `B2.2.5), so that it is no violation: ${searched}.`
  );
}

function eventsText(events: readonly string[]): string {
  return events.length === 0 ? 'no exceptions' : `exceptions: ${events.join(', ')}`;
}

/** The result of a bounded check as JSON. */
export function boundedJson(kernel: Kernel, { stop, verdict, result, trace }: BoundedResult): object {
  const { path, cpus, entries = [] } = stop.options;
  const { model } = result;
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
  return {
    image: kernel.name,
    release: kernel.release,
    path,
    cpus,
    verdict,
    exhaustive: true,
    alternatives: { chosen: entries.length, all: kernel.alternatives.count },
    sites: stop.sites.map(({ name, before, after, address }) => ({
      symbol: name,
      address: BigInt.asUintN(64, BigInt(address)).toString(16),
      old: before.map(hex),
      new: after?.map(hex) ?? null,
    })),
    tier: model.tier,
    states: result.states,
    transitions: result.transitions,
    depth: result.depth,
    milliseconds: result.milliseconds,
    bounds: result.bounds,
    witnesses: result.witnesses,
    violations: result.violations.map(({ kind, steps, cpu, detail }) => ({ kind, steps, cpu, detail })),
    counterexample: trace ?? null,
    counters: stop.counters.map((address) => place(kernel, address)),
    stubs: stop.stubs,
    warnings: stop.warnings.map((address) => place(kernel, address)),
    model,
    ...(result.reason === undefined ? {} : { reason: result.reason }),
  };
}
