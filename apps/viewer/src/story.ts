import {
  type Link,
  type MarkKind,
  type MaskSpan,
  type PhaseSpan,
  type Trace,
  type TraceStep,
  type WordHistory,
  linksOf,
  marksOf,
  masksOf,
  phasesOf,
  stepTexts,
  wordHistories,
} from '@quiesce/trace';

/** A trace with everything that is drawn of it, worked out once. */
export interface Story {
  readonly trace: Trace;
  /** Number of steps. */
  readonly length: number;
  readonly phases: readonly (readonly PhaseSpan[])[];
  readonly masks: readonly (readonly MaskSpan[])[];
  readonly links: readonly Link[];
  readonly words: readonly WordHistory[];
  /** Marks of a step, by its number. */
  readonly marks: readonly (readonly MarkKind[])[];
  /** Steps that modify text. */
  readonly writes: readonly number[];
}

/** Works out what is drawn of a trace. */
export function storyOf(trace: Trace): Story {
  const marks: MarkKind[][] = [[], ...trace.steps.map((step) => marksOf(trace, step))];
  return {
    trace,
    length: trace.steps.length,
    phases: phasesOf(trace),
    masks: masksOf(trace),
    links: linksOf(trace),
    words: wordHistories(trace),
    marks,
    writes: marks.flatMap((kinds, step) => (kinds.includes('write') ? [step] : [])),
  };
}

/** The part of ascending spans that touches a range of steps, found by bisection. */
export function spansIn<T extends { readonly from: number; readonly to: number }>(
  spans: readonly T[],
  from: number,
  to: number,
): readonly T[] {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].to < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < spans.length && spans[end].from <= to) end += 1;
  return spans.slice(low, end);
}

/** What a step executed or took, in a few words. */
export function headOf(step: TraceStep): string {
  return step.kind === 'execute' ? (step.instructions.at(0)?.text ?? '') : (step.what ?? step.kind);
}

/** Where the CPU of a step was. */
export function placeOf(step: TraceStep): string {
  const from = step.effects.find((effect) => effect.kind === 'exception')?.from;
  return from ?? step.instructions.at(0)?.place ?? step.lanes[step.cpu].place;
}

/** A step in one sentence, for screen readers and searches. */
export function sentenceOf(step: TraceStep): string {
  const texts = stepTexts(step);
  const what = texts.length === 0 ? '' : `: ${texts.join(', ')}`;
  return `CPU ${step.cpu} at ${placeOf(step)}, ${headOf(step)}${what}`;
}

/** Steps whose sentence has every word of a query, ascending. */
export function matching(sentences: readonly string[], query: string): number[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  return sentences.flatMap((sentence, i) => {
    const text = sentence.toLowerCase();
    return words.every((word) => text.includes(word)) ? [i + 1] : [];
  });
}

/** The name of a CPU, with its role where it has one. */
export function cpuName({ roles }: Trace, cpu: number): string {
  const role = roles?.[cpu];
  return role === undefined || role === '' ? `CPU ${cpu}` : `CPU ${cpu} ${role}`;
}

/** What the page is called. */
export function titleOf({ scenario, cpus, steps, end }: Trace): {
  readonly name: string;
  readonly verdict: string;
} {
  const count = steps.length === 1 ? '1 step' : `${steps.length.toLocaleString('en')} steps`;
  const verdict =
    end.kind === 'violated'
      ? `${end.violation.kind} after ${count}`
      : end.kind === 'finished'
        ? `every CPU finished after ${count}`
        : count;
  return { name: `${scenario}, ${cpus} CPU${cpus === 1 ? '' : 's'}`, verdict };
}
