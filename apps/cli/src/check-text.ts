import type { CheckResult, FoundViolation } from '@quiesce/scenarios';
import { type Trace, renderText, traceOf } from '@quiesce/trace';
import {
  type CheckPlan,
  type Expectation,
  checkCommand,
  replayCommand,
  statusOf,
  verdictText,
} from './checking.ts';
import type { Colours } from './colour.ts';
import { fieldLines } from './fields.ts';
import { duration, grouped } from './numbers.ts';
import { type Subject, inTier } from './subject.ts';

/** How counterexamples are shown. */
export type TraceForm = 'full' | 'short' | 'brief' | 'none';

/** What text is written with. */
export interface Look {
  readonly colours: Colours;
  readonly width: number;
}

/** The conditions of verdicts in one line. */
function modelText({ model }: CheckResult): string {
  const events = model.events.length === 0 ? 'no events' : `events: ${model.events.join(', ')}`;
  const reductions = model.reductions.length === 0 ? 'no reductions' : model.reductions.join(', ');
  return (
    `tier ${model.tier}, safe list of ${model.safeList}, IDC=${model.IDC} DIC=${model.DIC}, ${events}; ` +
    `${model.strategy}, ${model.storage === 'none' ? 'no states stored' : `${model.storage} states`}, ${reductions}`
  );
}

/** What a search cost in one line. */
function costText({ states, transitions, depth, milliseconds }: CheckResult): string {
  return `${grouped(states)} states, ${grouped(transitions)} transitions, depth ${depth}, ${duration(milliseconds)}`;
}

/** What was judged about fair executions, and on how much. */
function livenessText({ states, milliseconds }: NonNullable<CheckResult['termination']>): string {
  return `every weakly fair execution, on ${grouped(states)} states without symmetry, ${duration(milliseconds)}`;
}

/** A counterexample as a trace. */
export function traceOfViolation(subject: Subject, result: CheckResult, violation: FoundViolation): Trace {
  return traceOf(inTier(subject.source(result.cpus), result.model.tier), violation.schedule, {
    scenario: subject.id,
    fuse: result.model.reductions.includes('local steps'),
    ...(violation.kind === 'livelock' ? { livelock: violation.detail } : {}),
    ...(violation.kind === 'hang'
      ? { hang: violation.doomedAt === undefined ? {} : { doomedAt: violation.doomedAt } }
      : {}),
  });
}

/** A counterexample as text. */
export function traceText(
  subject: Subject,
  result: CheckResult,
  violation: FoundViolation,
  form: Exclude<TraceForm, 'none'>,
  look: Look,
): string {
  return renderText(traceOfViolation(subject, result, violation), {
    full: form === 'full',
    brief: form === 'brief',
    width: look.width,
    palette: look.colours,
  });
}

/** One check with everything that it found. */
export function checkText(
  subject: Subject,
  result: CheckResult,
  plan: CheckPlan,
  form: TraceForm,
  look: Look,
): string {
  const { colours } = look;
  const mark = [colours.good, colours.bad, colours.doubt, colours.doubt][statusOf(subject, result)];
  const cpus = `${result.cpus} CPU${result.cpus === 1 ? '' : 's'}`;
  const line = (label: string, text: string): string[] => fieldLines(label, text, look.width);
  const bounds = result.verdict === 'holds-within-bounds' ? [] : result.bounds;
  return [
    `${colours.heading(`${subject.id}, ${cpus}:`)} ${mark(verdictText(subject, result))}`,
    ...line('protocol', subject.variant),
    ...line('explored', costText(result)),
    ...line('model', modelText(result)),
    ...(result.model.tier === 1 ? [] : line('left out', result.model.unmodelled.join(', '))),
    // Where nothing was explored, the bounds say why.
    ...(result.termination === undefined || result.termination.states === 0
      ? []
      : line('liveness', livenessText(result.termination))),
    ...(bounds.length === 0 ? [] : line('bounds', bounds.join(', '))),
    ...Object.entries(result.witnesses).flatMap(([name, count]) =>
      line(
        'witness',
        `${name}: ${count === 0 ? 'not reached' : `${grouped(count)} state${count === 1 ? '' : 's'}`}`,
      ),
    ),
    ...line('again', checkCommand(subject, result, plan)),
    ...result.violations.map(({ replay }) => `  replay     ${replayCommand(subject, replay)}`),
    '',
    ...(form === 'none'
      ? []
      : result.violations.map((violation) => traceText(subject, result, violation, form, look))),
  ].join('\n');
}

/** How a verdict compares with the one that was expected. */
export function expectationText({ pinned, differences }: Expectation): string {
  return differences.length === 0
    ? `As expected: ${pinned}.\n`
    : `Not as expected: ${differences.join('; ')}.\n`;
}
