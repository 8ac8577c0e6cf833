import { mismatch } from './shape.ts';
import { traceSchema, traceShape } from './trace-shape.ts';
import type { Trace } from './trace.ts';

/** Why a text is no trace. */
export type TraceErrorCode = 'not-json' | 'not-a-trace' | 'newer-schema' | 'inconsistent' | 'budget';

/** A text that is no trace, or not all of one. One line, with what to do about it. */
export class TraceError extends Error {
  readonly code: TraceErrorCode;
  /** Where: `line 3, column 7`, or a path such as `.steps[3].cpu`. */
  readonly where: string;
  readonly remedy: string;

  constructor(code: TraceErrorCode, where: string, message: string, remedy: string) {
    super(`${where === '' ? '' : `${where}: `}${message}`);
    this.name = 'TraceError';
    this.code = code;
    this.where = where;
    this.remedy = remedy;
  }
}

const writeOne = "write a trace with 'quiesce check ID --trace FILE.json'";

/** Longest text that is read, in characters. */
const longest = 1 << 28;

function lineAndColumn(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
}

function jsonOf(text: string): unknown {
  if (text.length > longest) {
    throw new TraceError(
      'budget',
      '',
      `the text has ${text.length} characters; at most ${longest} are read`,
      'trace fewer steps',
    );
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // Engines say where in different words, or not at all.
    const message = error instanceof Error ? error.message : '';
    const end = text.trimEnd().length;
    const known = Number(/position (\d+)/.exec(message)?.[1] ?? NaN);
    const isEnd = known >= end || /end of JSON|unterminated|end of data/i.test(message);
    const at = isEnd ? end : known;
    throw new TraceError(
      'not-json',
      Number.isNaN(at) ? '' : lineAndColumn(text, at),
      isEnd
        ? 'the JSON ends here, in the middle'
        : `expected JSON, found ${JSON.stringify(text.slice(Number.isNaN(at) ? 0 : at).slice(0, 12))}`,
      isEnd ? 'copy the whole file' : writeOne,
    );
  }
}

/**
 * Reads a trace, and checks all of it.
 *
 * @throws {TraceError} for anything but a whole trace of a version that is known here.
 */
export function parseTrace(text: string): Trace {
  return traceOfJson(jsonOf(text));
}

/**
 * The same for JSON that has been parsed already.
 *
 * @throws {TraceError}
 */
export function traceOfJson(json: unknown): Trace {
  const schema = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
  if (typeof schema === 'number' && schema > traceSchema) {
    throw new TraceError(
      'newer-schema',
      '.schema',
      `this trace has the form ${schema}; the newest that is known here is ${traceSchema}`,
      'use a newer quiesce',
    );
  }
  const wrong = mismatch(traceShape, json);
  if (wrong !== undefined) {
    const { path, expected, found } = wrong;
    throw new TraceError('not-a-trace', path, `expected ${expected}, found ${found}`, writeOne);
  }
  // The shape was checked, all of it.
  const trace = json as Trace;
  refuseInconsistent(trace);
  return trace;
}

/** What a shape cannot say: numbers that refer to something have to find it. */
function refuseInconsistent(trace: Trace): void {
  const insist = (holds: boolean, where: string, message: string): void => {
    if (holds) return;
    throw new TraceError('inconsistent', where, message, 'the file was changed by hand; write it again');
  };
  const { cpus, steps } = trace;
  insist(trace.start.length === cpus, '.start', `expected ${cpus} lanes, found ${trace.start.length}`);
  for (const [i, { step, cpu, lanes, instructions }] of steps.entries()) {
    const where = `.steps[${i}]`;
    insist(step === i + 1, `${where}.step`, `expected ${i + 1}, found ${step}`);
    insist(cpu < cpus, `${where}.cpu`, `expected a CPU below ${cpus}, found ${cpu}`);
    insist(lanes.length === cpus, `${where}.lanes`, `expected ${cpus} lanes, found ${lanes.length}`);
    for (const [j, { fetch }] of instructions.entries()) {
      if (fetch?.chosen === undefined) continue;
      insist(
        fetch.chosen < fetch.options.length,
        `${where}.instructions[${j}].fetch.chosen`,
        `expected one of ${fetch.options.length} options, found ${fetch.chosen}`,
      );
    }
  }
  if (trace.end.kind === 'violated') {
    const { cpu } = trace.end.violation;
    insist(cpu < cpus, '.end.violation.cpu', `expected a CPU below ${cpus}, found ${cpu}`);
  }
}
