import { jsonOf } from './json.ts';
import { mismatch } from './shape.ts';
import { TraceError, writeOne } from './trace-error.ts';
import { traceSchema, traceShape } from './trace-shape.ts';
import type { Trace, TraceFetch, TraceStep } from './trace.ts';

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
    const what = path === '' ? 'a trace' : expected;
    throw new TraceError('not-a-trace', path, `expected ${what}, found ${found}`, writeOne);
  }
  // The shape was checked, all of it.
  const trace = json as Trace;
  refuseInconsistent(trace);
  return trace;
}

/** What a shape cannot say: numbers that refer to something have to find it. */
function refuseInconsistent({ cpus, start, steps, end }: Trace): void {
  insist(start.length === cpus, '.start', `expected ${cpus} lanes, found ${start.length}`);
  for (const [i, { step, cpu, lanes, instructions }] of steps.entries()) {
    const where = `.steps[${i}]`;
    insist(step === i + 1, `${where}.step`, `expected ${i + 1}, found ${step}`);
    insistOnCpu(cpu, cpus, `${where}.cpu`);
    insist(lanes.length === cpus, `${where}.lanes`, `expected ${cpus} lanes, found ${lanes.length}`);
    for (const [j, { fetch }] of instructions.entries()) {
      if (fetch !== undefined) refuseFetch(fetch, steps, cpus, `${where}.instructions[${j}].fetch`);
    }
  }
  if (end.kind !== 'violated') return;
  const { cpu, doomedAt = 0, waits = [] } = end.violation;
  const where = '.end.violation';
  insistOnCpu(cpu, cpus, `${where}.cpu`);
  insist(
    doomedAt <= steps.length,
    `${where}.doomedAt`,
    `expected at most ${steps.length}, found ${doomedAt}`,
  );
  for (const [i, wait] of waits.entries()) insistOnCpu(wait.cpu, cpus, `${where}.waits[${i}].cpu`);
}

/** A fetch chooses one of its options, and what it may fetch was written by the CPU that made that step. */
function refuseFetch(
  { options, chosen }: TraceFetch,
  steps: readonly TraceStep[],
  cpus: number,
  where: string,
): void {
  insist(
    chosen === undefined || chosen < options.length,
    `${where}.chosen`,
    `expected one of ${options.length} options, found ${chosen}`,
  );
  for (const [i, { writer }] of options.entries()) {
    if (writer === undefined) continue;
    const path = `${where}.options[${i}].writer`;
    insistOnCpu(writer.cpu, cpus, `${path}.cpu`);
    insist(
      writer.step <= steps.length,
      `${path}.step`,
      `expected a step of this trace, up to ${steps.length}, found ${writer.step}`,
    );
    const { cpu } = steps[writer.step - 1];
    insist(
      cpu === writer.cpu,
      `${path}.cpu`,
      `expected CPU ${cpu}, which makes step ${writer.step}, found CPU ${writer.cpu}`,
    );
  }
}

function insist(holds: boolean, where: string, message: string): void {
  if (holds) return;
  throw new TraceError('inconsistent', where, message, 'the file was changed by hand; write it again');
}

const insistOnCpu = (cpu: number, cpus: number, where: string): void =>
  insist(cpu < cpus, where, `expected a CPU below ${cpus}, found ${cpu}`);
