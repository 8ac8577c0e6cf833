import type { CheckResult } from '@quiesce/scenarios';
import type { Finding } from '@quiesce/trace';
import type { Arguments } from '../arguments.ts';
import {
  type CheckPlan,
  checkRow,
  interruptible,
  replayCommand,
  runCheck,
  statusOf,
  worstStatus,
} from '../checking.ts';
import { type TraceForm, checkText, expectationText, traceOfViolation } from '../check-text.ts';
import { coloursFor, widthFor } from '../colour.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import { type Case, junitText } from '../junit.ts';
import { cpuNumbers, seconds, wholeNumber } from '../numbers.ts';
import { TraceFiles, outputOptions, traceEnding } from '../outputs.ts';
import { ProgressLine } from '../progress.ts';
import { isPath, scenariosNamed, subjectsNamed } from '../selection.ts';
import { story } from '../story.ts';
import type { Subject } from '../subject.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** Options that change what is explored: with them there is no pinned verdict to compare with. */
const exploring = ['all', 'max-states', 'max-time', 'max-depth', 'strategy', 'no-reductions', 'tier'];

/** Options that write files about what was found. */
const writing = [...Object.keys(outputOptions), 'junit'];

/** `quiesce check` */
export const check: Verb = {
  name: 'check',
  synopsis: '[ID | FILE ...]',
  does: 'explores scenarios and protocol files; by itself, the story of the series',
  options: {
    cpus: {
      value: 'N',
      example: '2',
      does: 'numbers of CPUs: 2, 2-4 or 1,3 (default: the smallest that shows it)',
    },
    expect: { does: 'compare with the pinned verdicts; exit 0 when all agree' },
    sizes: { value: 'N', example: '1-3', does: 'numbers of CPUs to compare (default 1-4)' },
    all: { does: 'go on after a violation: one counterexample of every kind' },
    'max-states': { value: 'N', example: '100000', does: 'give up after so many states' },
    'max-time': { value: 'SECONDS', example: '60', does: 'give up after so long' },
    'max-depth': { value: 'N', example: '50', does: 'give up on longer schedules' },
    strategy: {
      value: 'ORDER',
      values: ['breadth-first', 'depth-first'],
      example: 'depth-first',
      does: 'breadth-first (shortest counterexamples, default) or depth-first',
    },
    tier: {
      value: 'TIER',
      values: ['1', '2'],
      example: '2',
      does: '1: data in program order, 2: weak data (default: as pinned)',
    },
    'no-reductions': { does: 'no symmetry, no fused steps, no dead registers' },
    trace: {
      value: 'FORM',
      values: ['full', 'short', 'none'],
      ending: traceEnding,
      example: 'full',
      does: 'counterexamples: short (default), full, none; or to FILE.json',
    },
    ...outputOptions,
    junit: { value: 'FILE', example: 'out.xml', does: 'write a JUnit report' },
  },
  notes: [
    "ID is a scenario or a pattern, such as 'patch-text-*'. FILE is a protocol of your own, a path that",
    "ends in .s or .o or has a slash: assembly with directives, as 'quiesce new protocol FILE' writes it,",
    'or what a cross compiler made of C.',
    'Exit status: 0 holds, 1 violated, 3 inconclusive (a bound was hit, or interrupted).',
    'With --expect or without ID: 0 when every verdict is the pinned one, else 1.',
  ],
  run: (given, host) => {
    if (traceForm(given) !== undefined) {
      given.conflict('json', ['trace'], 'a replay token stands for the trace');
    }
    given.conflict('cpus', ['sizes'], 'both say how many CPUs');
    given.conflict(
      'expect',
      exploring,
      'verdicts are pinned for whole spaces, explored to the first violation',
    );
    const { positionals } = given;
    if (positionals.length === 0) {
      const stray = [...exploring, ...writing].find((name) => given.flag(name));
      if (stray !== undefined)
        throw usage(`--${stray} needs a scenario; for example: quiesce check patch-text-3.14 --${stray}`);
    } else if (given.flag('sizes') && !given.flag('expect')) {
      throw usage('--sizes goes with --expect; write --cpus for the sizes to check');
    }
    const files = positionals.filter(isPath).length;
    if (given.flag('expect') && files > 0 && files < positionals.length) {
      throw usage('--expect compares files or scenarios of the catalogue; give them in two commands');
    }
    const isStory = given.flag('expect') && files === 0 && !writing.some((name) => given.flag(name));
    if (positionals.length === 0 || isStory) return compare(given, host);
    return explore(given, host);
  },
};

function compare(given: Arguments, host: Host): Promise<number> {
  const option = given.flag('sizes') ? 'sizes' : 'cpus';
  const text = given.text(option);
  const { positionals } = given;
  return story(host, {
    scenarios: positionals.length === 0 ? undefined : scenariosNamed(positionals),
    sizes: text === undefined ? undefined : cpuNumbers(`--${option}`, text),
    json: given.flag('json'),
    trace: traceForm(given) ?? (positionals.length === 0 && !given.flag('expect') ? 'brief' : 'none'),
    colours: coloursFor(host, given.flag('no-color')),
  });
}

function traceForm(given: Arguments): TraceForm | undefined {
  const form = given.text('trace');
  return form === 'full' || form === 'short' || form === 'none' ? form : undefined;
}

function tierOf(text: string | undefined): CheckPlan['tier'] {
  return text === undefined ? undefined : text === '2' ? 2 : 1;
}

function planOf(given: Arguments): CheckPlan {
  const [states, time, depth] = ['max-states', 'max-time', 'max-depth'].map((name) => given.text(name));
  return {
    all: given.flag('all'),
    bounds: {
      ...(states === undefined ? {} : { states: wholeNumber('--max-states', states, 1) }),
      ...(time === undefined ? {} : { milliseconds: seconds('--max-time', time) }),
      ...(depth === undefined ? {} : { depth: wholeNumber('--max-depth', depth, 0) }),
    },
    strategy: given.text('strategy') === 'depth-first' ? 'depth-first' : 'breadth-first',
    reductions: !given.flag('no-reductions'),
    tier: tierOf(given.text('tier')),
  };
}

function explore(given: Arguments, host: Host): Promise<number> {
  const plan = planOf(given);
  const option = given.flag('sizes') ? 'sizes' : 'cpus';
  const cpus = given.text(option);
  const wanted = cpus === undefined ? undefined : cpuNumbers(`--${option}`, cpus);
  const checks = subjectsNamed(given.positionals, host).flatMap((subject) =>
    (wanted ?? subject.sizes).map((n) => ({ subject, n })),
  );
  for (const { subject, n } of checks) subject.source(n);
  const files = new TraceFiles(given, host);
  const progress = new ProgressLine(host);
  const look = { colours: coloursFor(host, given.flag('no-color')), width: widthFor(host) };
  return interruptible(host, async (interruption) => {
    const rows: object[] = [];
    const statuses: number[] = [];
    const cases: Case[] = [];
    const findings: Finding[] = [];
    for (const [i, { subject, n }] of checks.entries()) {
      if (interruption.aborted) break;
      progress.label(`${i + 1}/${checks.length} ${subject.id}, ${n} CPUs`);
      const result = await runCheck(subject, n, plan, progress, interruption);
      const expected = given.flag('expect') ? subject.compare(result) : undefined;
      const status =
        expected === undefined ? statusOf(subject, result) : Number(expected.differences.length > 0);
      rows.push(checkRow(subject, result, plan, expected));
      if (files.isWanted) findings.push(...findingsOf(subject, result));
      if (given.flag('junit')) {
        const text = checkText(subject, result, plan, 'short', {
          colours: coloursFor(host, true),
          width: 100,
        });
        cases.push({ subject, result, status, expected, text });
      }
      statuses.push(status);
      if (given.flag('json')) continue;
      const text = checkText(subject, result, plan, traceForm(given) ?? 'short', look);
      host.out(`${i === 0 ? '' : '\n'}${text}${expected === undefined ? '' : expectationText(expected)}`);
    }
    files.write(findings);
    const junit = given.text('junit');
    if (junit !== undefined) host.write(junit, new TextEncoder().encode(junitText(cases)));
    if (given.flag('json')) printJson(host, rows);
    if (!interruption.aborted) return worstStatus(statuses);
    host.error(`quiesce: interrupted; ${statuses.length} of ${checks.length} checks were begun\n`);
    return 3;
  });
}

/** Everything that a check found, for files. */
function findingsOf(subject: Subject, result: CheckResult): Finding[] {
  return result.violations.map((violation) => ({
    trace: traceOfViolation(subject, result, violation),
    replay: replayCommand(subject, violation.replay),
    fingerprint: violation.replay,
  }));
}
