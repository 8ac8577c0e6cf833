import { stepTexts } from './effect-text.ts';
import type { Trace, TraceInstruction, TraceStep } from './trace.ts';

/** Where what happens now first differs from what a trace recorded. */
export interface Difference {
  /** The step, from 1; 0 where the machines differ before anything runs. */
  readonly step: number;
  /** What differs, in a sentence without a full stop. */
  readonly text: string;
}

const steps = (count: number): string => (count === 1 ? '1 step' : `${count} steps`);

/** The first difference between a recorded trace and the same schedule executed again; undefined where they agree. */
export function differenceOf(recorded: Trace, now: Trace): Difference | undefined {
  const before = machineDifference(recorded, now);
  if (before !== undefined) return { step: 0, text: before };
  for (const [i, step] of recorded.steps.entries()) {
    const again = now.steps[i] as TraceStep | undefined;
    if (again === undefined) {
      const what = step.instructions.at(0);
      const did =
        what === undefined ? `took ${step.what ?? step.kind}` : `executed '${what.text}' at ${what.place}`;
      return { step: step.step, text: `CPU ${step.cpu} ${did}, and cannot any more` };
    }
    const text = stepDifference(step, again);
    if (text !== undefined) return { step: step.step, text };
  }
  const [then, ends] = [endText(recorded), endText(now)];
  if (then === ends) return undefined;
  return { step: recorded.steps.length, text: `the trace ended with ${then}, and now ends with ${ends}` };
}

function machineDifference(recorded: Trace, now: Trace): string | undefined {
  const [then, here] = [recorded.model, now.model];
  for (const key of ['IDC', 'DIC', 'safeList', 'tier'] as const) {
    if (then[key] !== here[key])
      return `the trace is of a machine with ${key}=${then[key]}, this one has ${key}=${here[key]}`;
  }
  if (then.events.join() !== here.events.join()) {
    return `the trace is of a machine with ${then.events.join(', ') || 'no'} events, this one has ${here.events.join(', ') || 'none'}`;
  }
  const words = ({ sites }: Trace): string[] =>
    sites.flatMap(({ initial }) => initial.map(({ place, text }) => `'${text}' at ${place}`));
  const [old, current] = [words(recorded), words(now)];
  const at = old.findIndex((word, i) => word !== current[i]);
  if (at >= 0) return `the site had ${old[at]}, and has ${current[at] ?? 'no such word'} now`;
  if (current.length > old.length) return `${current[old.length]} is a site now`;
  return undefined;
}

function stepDifference(recorded: TraceStep, now: TraceStep): string | undefined {
  for (const [i, instruction] of recorded.instructions.entries()) {
    const again = now.instructions[i] as TraceInstruction | undefined;
    if (again === undefined)
      return `CPU ${recorded.cpu} executed ${said(instruction)}, and stops before it now`;
    if (
      again.address !== instruction.address ||
      again.word !== instruction.word ||
      again.place !== instruction.place
    ) {
      return `CPU ${recorded.cpu} executed ${said(instruction)}, where there is now ${said(again)}`;
    }
    const [then, here] = [optionsText(instruction), optionsText(again)];
    if (then !== here)
      return `at ${instruction.place} CPU ${recorded.cpu} could fetch ${then}, and now ${here}`;
  }
  const more = now.instructions.at(recorded.instructions.length);
  if (more !== undefined) return `CPU ${recorded.cpu} goes on to ${said(more)} now`;
  const [did, does] = [recorded, now].map((step) => stepTexts(step).join(', ') || 'nothing');
  if (did !== does)
    return `CPU ${recorded.cpu} at ${recorded.instructions.at(0)?.place ?? '?'}: ${did}; now: ${does}`;
  const cpu = recorded.lanes.findIndex(({ place }, i) => place !== now.lanes[i].place);
  if (cpu < 0) return undefined;
  return `CPU ${cpu} was at ${recorded.lanes[cpu].place} afterwards, and is at ${now.lanes[cpu].place} now`;
}

function said({ text, place, source }: TraceInstruction): string {
  return `'${text}' at ${place}${source === undefined ? '' : ` (${source.file}:${source.line})`}`;
}

function optionsText({ fetch }: TraceInstruction): string {
  if (fetch === undefined) return 'one word only';
  return fetch.options.map(({ text }) => `'${text}'`).join(' or ');
}

function endText({ end, steps: made }: Trace): string {
  switch (end.kind) {
    case 'violated':
      return `${end.violation.kind} after ${steps(made.length)}`;
    case 'finished':
      return `every CPU finished after ${steps(made.length)}`;
    case 'unfinished':
      return `nothing wrong after ${steps(made.length)}`;
  }
}
