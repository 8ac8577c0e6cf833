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
    const moved = movedText(step, again);
    if (moved !== undefined) {
      // What was changed in the source shows where something reads differently.
      const other = firstOther(recorded, now, i);
      return { step: step.step, text: other === undefined ? moved : `${moved}; ${other}` };
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
    if (!readsSame(instruction, again)) return otherText(recorded.cpu, instruction, again);
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

/** Whether two instructions are the same to a reader: neither words nor addresses count. */
function readsSame(recorded: TraceInstruction, now: TraceInstruction): boolean {
  return recorded.text === now.text && recorded.place === now.place;
}

function otherText(cpu: number, recorded: TraceInstruction, now: TraceInstruction): string {
  return `CPU ${cpu} executed ${said(recorded)}, where there is now ${said(now)}`;
}

/** The first instruction whose word or address differs, if up to it both steps read the same. */
function movedText({ cpu, instructions }: TraceStep, now: TraceStep): string | undefined {
  for (const [i, instruction] of instructions.entries()) {
    const again = now.instructions.at(i);
    if (again === undefined || !readsSame(instruction, again)) return undefined;
    const { text, place, word, address } = instruction;
    const executed = `CPU ${cpu} executed '${text}' at ${place}`;
    if (word !== again.word) return `${executed} as the word ${word}, which is ${again.word} now`;
    if (address !== again.address)
      return `${executed} at the address ${address}, which is ${again.address} now`;
  }
  return undefined;
}

/** The first instruction that reads differently, from a step on that is given by its index. */
function firstOther(recorded: Trace, now: Trace, from: number): string | undefined {
  for (const [i, { step, cpu, instructions }] of recorded.steps.entries()) {
    if (i < from) continue;
    for (const [j, instruction] of instructions.entries()) {
      const again = now.steps.at(i)?.instructions.at(j);
      if (again === undefined) return undefined;
      if (!readsSame(instruction, again)) return `in step ${step}, ${otherText(cpu, instruction, again)}`;
    }
  }
  return undefined;
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
