import {
  type CheckOptions,
  type LitmusTest,
  LitmusError,
  type Outcome,
  check,
  explain,
  parseLitmus,
  svg,
} from '@quiesce/litmus';
import type { Arguments } from '../arguments.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import { litmusFiles } from '../litmus-files.ts';
import { outcomeText } from '../litmus-text.ts';
import { wholeNumber } from '../numbers.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** One test with its answer, or with the reason why it has none. */
interface Judged {
  readonly file: string;
  readonly test?: LitmusTest;
  readonly outcome?: Outcome;
  readonly error?: LitmusError;
  readonly milliseconds: number;
}

const statuses = { judged: 0, error: 2, cut: 3 } as const;

/** `quiesce litmus` */
export const litmus: Verb = {
  name: 'litmus',
  synopsis: 'FILE... | DIRECTORY | @LIST | -',
  does: "AArch64 litmus tests under Arm's axiomatic model with instruction fetch",
  options: {
    engine: { value: 'ENGINE', values: ['axioms'], example: 'axioms', does: 'who answers: axioms (default)' },
    counts: { does: 'count the executions, as herd7 does' },
    graph: {
      value: 'FILE',
      example: 'MP.svg',
      does: 'draw an allowed execution, or the cycle that forbids it, as SVG',
    },
    choices: { value: 'N', example: '50000000', does: 'give up after so many choices (default 5 million)' },
    unroll: { value: 'N', example: '2', does: 'how often a backward branch is followed (default 2)' },
  },
  notes: [
    'Prints what herd7 -variant ifetch prints: states, flags and the observation.',
    'Exit status: 0 all judged, 3 executions were cut by the bound on loops or the search gave up,',
    '2 a test cannot be read.',
  ],
  run: (given, host) => {
    if (given.positionals.length === 0) {
      throw usage('litmus needs a file; for example: quiesce litmus MP.litmus');
    }
    const options = {
      counts: given.flag('counts'),
      unroll: wholeNumber('--unroll', given.text('unroll') ?? '2', 0),
      maximumChoices: wholeNumber('--choices', given.text('choices') ?? '5000000', 1),
    };
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
    if (given.flag('json')) printJson(host, rows.map(rowJson));
    return statusOf(rows);
  },
};

function judge(host: Host, file: string, options: CheckOptions): Judged {
  const source = new TextDecoder().decode(host.read(file));
  const started = host.now();
  try {
    const test = parseLitmus(source);
    const outcome = check(test, options);
    return { file, test, outcome, milliseconds: host.now() - started };
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    return { file, error, milliseconds: host.now() - started };
  }
}

/** Prints an answer at once. A single test that cannot be judged is a usage error; of several, the others are. */
function report(
  given: Arguments,
  host: Host,
  { file, test, outcome, error, milliseconds }: Judged,
  count: number,
): void {
  if (error !== undefined) {
    const text = `${file}:${error.message}; ${error.remedy}`;
    if (count === 1 && error.code !== 'budget' && !given.flag('json')) throw usage(text);
    host.error(`quiesce: ${text}\n`);
  } else if (test !== undefined && outcome !== undefined && !given.flag('json')) {
    host.out(outcomeText(test, outcome, milliseconds));
  }
}

/** Writes the drawing of a test. */
function draw(host: Host, path: string, test: LitmusTest): void {
  const drawing = explain(test);
  if (drawing === undefined) {
    host.error(
      'quiesce: nothing to draw: no candidate execution has these values, or coherence alone forbids them\n',
    );
  } else host.write(path, new TextEncoder().encode(svg(drawing)));
}

function rowJson({ file, test, outcome, error, milliseconds }: Judged): object {
  const rounded = Math.round(milliseconds * 1000) / 1000;
  if (error !== undefined || outcome === undefined) {
    const { code, line, column, expected, found, remedy } = error ?? {};
    return { file, error: { code, line, column, expected, found, remedy }, milliseconds: rounded };
  }
  const { states, stateCount, isListed, observation, isValidated, flags, isCut, positive, negative } =
    outcome;
  return {
    test: outcome.test,
    file,
    engine: 'axioms',
    states,
    stateCount,
    allListed: isListed,
    condition: test?.conditionText,
    validated: isValidated,
    observation,
    flags,
    loop: isCut,
    ...(positive === undefined ? {} : { positive, negative }),
    milliseconds: rounded,
  };
}

function statusOf(rows: readonly Judged[]): number {
  const isUnread = rows.some(({ error }) => error !== undefined && error.code !== 'budget');
  if (isUnread) return statuses.error;
  const isBounded = rows.some(({ error, outcome }) => error !== undefined || outcome?.isCut === true);
  return isBounded ? statuses.cut : statuses.judged;
}
