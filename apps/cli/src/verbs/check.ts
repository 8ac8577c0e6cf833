import type { CheckResult } from '@quiesce/scenarios';
import type { Finding } from '@quiesce/trace';
import type { Arguments } from '../arguments.ts';
import {
  type CheckPlan,
  type ReductionSwitch,
  checkRow,
  continuation,
  interruptible,
  reductionSwitches,
  replayCommand,
  runCheck,
  statusOf,
  worstStatus,
} from '../checking.ts';
import { type TraceForm, checkText, expectationText, traceOfViolation } from '../check-text.ts';
import { coloursFor, widthFor } from '../colour.ts';
import { everyRow, everyStatus, everyText } from '../every-number.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import { type Case, junitText } from '../junit.ts';
import { cpuNumbers, memorySize, seconds, wholeNumber } from '../numbers.ts';
import { TraceFiles, outputOptions, traceEnding } from '../outputs.ts';
import { ProgressLine } from '../progress.ts';
import { isPath, scenariosNamed, subjectsNamed } from '../selection.ts';
import { story } from '../story.ts';
import type { Subject } from '../subject.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** Options of the strategies that look at a sample. */
const hunting = ['seed', 'runs', 'depth', 'switches'];

/** Options that change what is explored: with them there is no pinned verdict to compare with. */
const exploring = [
  'all',
  'max-states',
  'max-time',
  'max-depth',
  'max-memory',
  'compact',
  'strategy',
  'checkpoint',
  'resume',
  'self-check',
  'workers',
  'tier',
  'liveness',
  ...hunting,
  ...Object.keys(reductionSwitches),
];

/** Seeds are 32-bit words. */
const greatestSeed = 0xffff_ffff;

/** Options that write files about what was found. */
const writing = [...Object.keys(outputOptions), 'junit'];

/** Options that mean nothing where every number of CPUs is checked at once. */
const whole = ['expect', ...exploring.filter((name) => name !== 'max-states' && name !== 'max-time')];

/** `quiesce check` */
export const check: Verb = {
  name: 'check',
  synopsis: '[ID | FILE ...]',
  does: 'explores scenarios and protocol files; by itself, the story of the series',
  options: {
    cpus: {
      value: 'N',
      example: '2',
      does: 'numbers of CPUs: 2, 2-4, 1,3 or all (default: where it shows)',
    },
    expect: { does: 'compare with the pinned verdicts; exit 0 when all agree' },
    sizes: { value: 'N', example: '1-3', does: 'numbers of CPUs to compare (default 1-4)' },
    all: { does: 'go on after a violation: one counterexample of every kind' },
    'max-states': { value: 'N', example: '100000', does: 'give up after so many states' },
    'max-time': { value: 'SECONDS', example: '60', does: 'give up after so long' },
    'max-depth': { value: 'N', example: '50', does: 'give up on longer schedules' },
    'max-memory': {
      value: 'SIZE',
      example: '4GiB',
      does: 'give up when states need so much (3/4 of what there is)',
    },
    compact: { does: 'keep 64 bits of each state: less memory, and never a proof' },
    checkpoint: {
      value: 'FILE',
      example: 'search.ckpt',
      does: 'write the search there every minute and when it is cut short',
    },
    resume: {
      value: 'FILE',
      example: 'search.ckpt',
      does: 'go on with a search; same options, other bounds',
    },
    workers: { value: 'N', example: '2', does: 'explore with N threads, in every order of steps' },
    'self-check': { does: 'execute every step twice and stop if the two differ' },
    strategy: {
      value: 'ORDER',
      values: ['breadth-first', 'depth-first', 'bfs', 'dfs', 'random', 'pct', 'context-bound'],
      example: 'depth-first',
      does: 'breadth-first, depth-first; samples: random, pct, context-bound',
    },
    seed: { value: 'S', example: '1', does: 'random and pct: which runs; equal seeds run alike (default 1)' },
    runs: { value: 'N', example: '5000', does: 'random and pct: how many runs (default 1000)' },
    depth: { value: 'N', example: '500', does: 'random, pct, context-bound: steps of a run (default 1000)' },
    switches: {
      value: 'N',
      example: '3',
      does: 'pct: changes of priority (2); context-bound: preemptions (8)',
    },
    tier: {
      value: 'TIER',
      values: ['1', '2'],
      example: '2',
      does: '1: data in program order, 2: weak data (default: as pinned)',
    },
    liveness: { does: 'judge as well whether every fair execution finishes (livelock)' },
    'no-reductions': { does: 'none of the reductions below' },
    'no-symmetry': { does: 'tell CPUs of one role apart' },
    'no-local-steps': { does: 'make a state of every instruction' },
    'no-dead-registers': { does: 'keep registers that nothing can read any more' },
    'no-step-order': { does: 'explore steps in every order, also where none matters' },
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
    "ID is a scenario or a pattern, such as 'patch-text-*'. FILE is a protocol of your own, a path that ends in .s or .o or has a slash: assembly with directives, as 'quiesce new protocol FILE' writes it, or what a cross compiler made of C.",
    'Exit status: 0 holds, 1 violated, 3 inconclusive (a bound was hit, or interrupted).',
    'With --expect or without ID: 0 when every verdict is the pinned one, else 1.',
  ],
  run: (given, host) => {
    if (![undefined, 'none'].includes(traceForm(given))) {
      given.conflict('json', ['trace'], 'a replay token stands for the trace');
    }
    if (given.text('strategy') === 'depth-first') {
      given.conflict('compact', ['strategy'], 'the states to expand are kept in the order of their depth');
    }
    given.conflict(
      'workers',
      ['compact', 'checkpoint', 'resume', 'strategy', 'tier'],
      'threads explore tier 1 breadth first, store states exactly, and cannot be written down',
    );
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
    if (given.text('cpus') === 'all') {
      given.conflict('cpus', [...whole, ...writing], "'all' is a proof with a method of its own");
      return prove(given, host);
    }
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

/** The hunt that is asked for, or undefined for a search. */
function huntOf(given: Arguments): CheckPlan['hunt'] {
  const strategy = given.text('strategy');
  if (strategy !== 'random' && strategy !== 'pct' && strategy !== 'context-bound') {
    const stray = hunting.find((name) => given.flag(name));
    if (stray === undefined) return undefined;
    throw usage(`--${stray} goes with --strategy random, pct or context-bound`);
  }
  given.conflict(
    'strategy',
    ['all', 'max-depth', 'compact', 'checkpoint', 'resume', 'self-check', 'workers'],
    'a hunt ends with the first violation; --depth bounds its runs',
  );
  const number = (name: string, least: number): number | undefined => {
    const text = given.text(name);
    return text === undefined ? undefined : wholeNumber(`--${name}`, text, least);
  };
  const [seed, runs, depth, switches] = [
    number('seed', 0),
    number('runs', 1),
    number('depth', 1),
    number('switches', 0),
  ];
  if (seed !== undefined && seed > greatestSeed) {
    throw usage(`--seed is ${seed}; expected at most ${greatestSeed}`);
  }
  const sampled = strategy !== 'context-bound';
  return {
    strategy,
    ...(sampled ? { seed: seed ?? 1, runs: runs ?? 1000, depth: depth ?? 1000 } : {}),
    ...(sampled || depth === undefined ? {} : { depth }),
    ...(strategy === 'random' ? {} : { switches: switches ?? (strategy === 'pct' ? 2 : 8) }),
  };
}

function planOf(given: Arguments): CheckPlan {
  const [states, time, depth, memory] = ['max-states', 'max-time', 'max-depth', 'max-memory'].map((name) =>
    given.text(name),
  );
  const [checkpoint, resume, workers] = ['checkpoint', 'resume', 'workers'].map((name) => given.text(name));
  // Every key of the table is one.
  const switches = Object.keys(reductionSwitches) as ReductionSwitch[];
  const strategy = given.text('strategy');
  const hunt = huntOf(given);
  return {
    all: given.flag('all'),
    bounds: {
      ...(states === undefined ? {} : { states: wholeNumber('--max-states', states, 1) }),
      ...(time === undefined ? {} : { milliseconds: seconds('--max-time', time) }),
      ...(depth === undefined ? {} : { depth: wholeNumber('--max-depth', depth, 0) }),
      ...(memory === undefined ? {} : { bytes: memorySize('--max-memory', memory) }),
    },
    strategy: strategy === 'depth-first' || strategy === 'dfs' ? 'depth-first' : 'breadth-first',
    storage: given.flag('compact') ? 'compact' : 'exact',
    without: switches.filter((name) => given.flag(name)),
    selfCheck: given.flag('self-check'),
    workers: workers === undefined ? undefined : wholeNumber('--workers', workers, 1),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(resume === undefined ? {} : { resume }),
    tier: tierOf(given.text('tier')),
    ...(given.flag('liveness') ? { termination: true } : {}),
    ...(hunt === undefined ? {} : { hunt }),
  };
}

function prove(given: Arguments, host: Host): Promise<number> {
  const { bounds } = planOf(given);
  const subjects = subjectsNamed(given.positionals, host);
  const progress = new ProgressLine(host);
  const look = { colours: coloursFor(host, given.flag('no-color')), width: widthFor(host) };
  return interruptible(host, async (interruption) => {
    const rows: object[] = [];
    const statuses: number[] = [];
    for (const [i, subject] of subjects.entries()) {
      if (interruption.aborted) break;
      progress.label(`${i + 1}/${subjects.length} ${subject.id}, every number of CPUs`);
      const result = await subject.checkEvery({
        ...(bounds.states === undefined ? {} : { states: bounds.states }),
        ...(bounds.milliseconds === undefined ? {} : { milliseconds: bounds.milliseconds }),
        signal: interruption,
        onProgress: (state) => progress.report(state),
      });
      progress.clear();
      statuses.push(everyStatus(subject, result));
      rows.push(everyRow(subject, result));
      if (given.flag('json')) continue;
      host.out(`${i === 0 ? '' : '\n'}${everyText(subject, result, traceForm(given) ?? 'short', look)}`);
    }
    if (given.flag('json')) printJson(host, rows);
    if (!interruption.aborted) return worstStatus(statuses);
    host.error(`quiesce: interrupted; ${statuses.length} of ${subjects.length} checks were begun\n`);
    return 3;
  });
}

function explore(given: Arguments, host: Host): Promise<number> {
  const plan = planOf(given);
  const option = given.flag('sizes') ? 'sizes' : 'cpus';
  const cpus = given.text(option);
  const wanted = cpus === undefined ? undefined : cpuNumbers(`--${option}`, cpus);
  const checks = subjectsNamed(given.positionals, host).flatMap((subject) =>
    (wanted ?? subject.sizes).map((n) => ({ subject, n })),
  );
  const single = plan.checkpoint === undefined ? (plan.resume === undefined ? '' : 'resume') : 'checkpoint';
  if (single !== '' && checks.length > 1)
    throw usage(
      `--${single} is for one check, and these are ${checks.length}; name one scenario and one --cpus`,
    );
  const foreign = checks.find(({ subject }) => subject.scenario === undefined);
  if (plan.workers !== undefined && foreign !== undefined)
    throw usage(`--workers is for the catalogue, and '${foreign.subject.argument}' is a file; leave it out`);
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
      const kept = continuation(host, subject, n, plan);
      const result = await runCheck(subject, n, plan, progress, interruption, kept);
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
