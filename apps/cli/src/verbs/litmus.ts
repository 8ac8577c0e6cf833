import { LitmusError, type LitmusTest, explain, svg } from '@quiesce/litmus';
import type { Arguments } from '../arguments.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import { type EngineOptions, type Judged, differs, engines, isSubset, judge } from '../litmus-engines.ts';
import { litmusFiles } from '../litmus-files.ts';
import { rowsJson } from '../litmus-json.ts';
import { answersText } from '../litmus-text.ts';
import { wholeNumber } from '../numbers.ts';
import { ProgressLine } from '../progress.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

const statuses = { judged: 0, different: 1, error: 2, inconclusive: 3 } as const;

/** `quiesce litmus` */
export const litmus: Verb = {
  name: 'litmus',
  synopsis: 'FILE... | DIRECTORY | @LIST | -',
  does: "AArch64 litmus tests under Arm's axiomatic model, or on the machine",
  options: {
    engine: {
      value: 'ENGINE',
      values: engines,
      example: 'both',
      does: 'who answers: axioms (default), machine, or both, compared',
    },
    tier: { value: 'TIER', values: ['1', '2'], example: '2', does: 'machine: how weak data is (default 2)' },
    'max-states': {
      value: 'N',
      example: '5000000',
      does: 'machine: give up after so many (default 2 million)',
    },
    counts: { does: 'axioms: count the executions, as herd7 does' },
    graph: {
      value: 'FILE',
      example: 'MP.svg',
      does: 'draw an allowed execution, or the cycle that forbids it, as SVG',
    },
    choices: {
      value: 'N',
      example: '50000000',
      does: 'axioms: give up after so many choices (default 5 million)',
    },
    unroll: { value: 'N', example: '2', does: 'axioms: how often a backward branch is followed (default 2)' },
  },
  notes: [
    'Prints what herd7 -variant ifetch prints: states, flags and the observation.',
    'Exit status: 0 all judged, 1 the engines differ, 2 a test cannot be read, 3 executions were cut by the bound on loops, the search gave up, or the machine does not run a test or lacks states that it says it leaves out.',
  ],
  run: (given, host) => {
    if (given.positionals.length === 0) {
      throw usage('litmus needs a file; for example: quiesce litmus MP.litmus');
    }
    const options = optionsOf(given);
    const files = litmusFiles(host, given.positionals);
    const graph = given.text('graph');
    if (graph !== undefined && files.length > 1) {
      throw usage(`--graph draws one test; ${files.length} are named`);
    }
    const rows: Judged[] = [];
    for (const file of files) {
      const row = judge(host, file, options);
      rows.push(row);
      report(given, host, row, files.length);
      if (graph !== undefined && row.test !== undefined) draw(host, graph, row.test);
    }
    if (given.flag('json')) printJson(host, rows.flatMap(rowsJson));
    return statusOf(rows);
  },
};

function optionsOf(given: Arguments): EngineOptions {
  const engine = engines.find((name) => name === given.text('engine')) ?? 'axioms';
  if (engine === 'machine') {
    given.conflict(
      'engine',
      ['counts', 'choices', 'unroll'],
      'the machine runs loops in full and counts states',
    );
  } else if (engine === 'axioms') {
    const stray = ['tier', 'max-states'].find((name) => given.flag(name));
    if (stray !== undefined)
      throw usage(`--${stray} is for the machine; add --engine machine or --engine both`);
  }
  return {
    engine,
    axioms: {
      counts: given.flag('counts'),
      unroll: wholeNumber('--unroll', given.text('unroll') ?? '2', 0),
      maximumChoices: wholeNumber('--choices', given.text('choices') ?? '5000000', 1),
    },
    machine: {
      tier: given.text('tier') === '1' ? 1 : 2,
      maximumStates: wholeNumber('--max-states', given.text('max-states') ?? '2000000', 1),
    },
  };
}

/** Prints an answer at once. A single test that cannot be judged is a usage error; of several, the others are. */
function report(given: Arguments, host: Host, row: Judged, count: number): void {
  const { file, error } = row;
  if (error !== undefined) {
    const text = `${file}:${error.message}; ${error.remedy}`;
    if (count === 1 && error.code !== 'budget' && !given.flag('json')) throw usage(text);
    host.error(`quiesce: ${text}\n`);
  } else if (!given.flag('json')) host.out(answersText(row));
}

/** Writes the drawing of a test. */
function draw(host: Host, path: string, test: LitmusTest): void {
  let drawing: ReturnType<typeof explain>;
  const progress = new ProgressLine(host);
  try {
    drawing = explain(test, () => {
      progress.label('looking for an execution to draw');
    });
  } catch (error) {
    progress.clear();
    if (!(error instanceof LitmusError)) throw error;
    host.error(`quiesce: nothing to draw: expected ${error.expected}, found ${error.found}\n`);
    return;
  }
  progress.clear();
  if (drawing === undefined) {
    host.error(
      'quiesce: nothing to draw: no candidate execution has these values, or coherence alone forbids them\n',
    );
  } else host.write(path, new TextEncoder().encode(svg(drawing)));
}

function statusOf(rows: readonly Judged[]): number {
  if (rows.some(({ error }) => error !== undefined && error.code !== 'budget')) return statuses.error;
  if (rows.some(differs)) return statuses.different;
  const isInconclusive = rows.some((row) => {
    const { error, axioms, machine, notRunnable } = row;
    return (
      error !== undefined ||
      isSubset(row) ||
      notRunnable !== undefined ||
      axioms?.outcome.isCut === true ||
      (machine !== undefined && machine.outcome.bounds.length > 0)
    );
  });
  return isInconclusive ? statuses.inconclusive : statuses.judged;
}
