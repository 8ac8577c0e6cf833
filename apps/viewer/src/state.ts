import { type Signal, computed, effect, signal } from '@preact/signals';
import { type Trace, TraceError, parseTrace } from '@quiesce/trace';
import { hashOf, locationOf } from './location.ts';
import { type Story, matching, sentenceOf, storyOf, titleOf } from './story.ts';

/** What is shown. */
export const story: Signal<Story | undefined> = signal(undefined);

/** Why nothing is shown. */
export const problem: Signal<string | undefined> = signal(undefined);

/** The step after which the machine is shown; 0 is the start. */
export const step: Signal<number> = signal(0);

/** What the search field says. */
export const query: Signal<string> = signal('');

/** Pixels that a step takes in the timeline; undefined: as many as fit. */
export const zoom: Signal<number | undefined> = signal(undefined);

/** Whether the page explores a scenario instead of showing a trace that is given. */
export const explores: Signal<boolean> = signal(false);

/** Whether the keys are explained. */
export const showsHelp: Signal<boolean> = signal(false);

const sentences = computed(() => story.value?.trace.steps.map(sentenceOf) ?? []);

/** Steps that the search finds. */
export const found = computed(() => matching(sentences.value, query.value));

/** A step in words, for the live region. */
export const announcement = computed(() => {
  const { value } = story;
  if (value === undefined) return '';
  if (step.value === 0) return `Start of ${value.length} steps`;
  return `Step ${step.value} of ${value.length}. ${sentences.value[step.value - 1]}`;
});

/** Goes to a step, as near as there is one. */
export function goTo(to: number): void {
  step.value = Math.max(0, Math.min(story.value?.length ?? 0, Math.round(to)));
}

/** Shows a trace from a step on; without one, where it went wrong, else from the start. */
export function show(trace: Trace, at?: number): void {
  const next = storyOf(trace);
  story.value = next;
  problem.value = undefined;
  goTo(at ?? (trace.end.kind === 'violated' ? next.length : 0));
}

/** Says what is wrong, in the words of the command line. `name` is the file that it is about. */
export function fail(error: unknown, name?: string): void {
  story.value = undefined;
  const said =
    error instanceof TraceError
      ? `${error.message}; ${error.remedy}`
      : error instanceof Error
        ? error.message
        : String(error);
  problem.value = name === undefined ? said : `${name}: ${said}`;
}

/** Shows the trace of a text, which is in the page or in a file of that name. */
export function showText(text: string, { at, name }: { at?: number | undefined; name?: string } = {}): void {
  try {
    show(parseTrace(text), at);
  } catch (error) {
    fail(error, name);
  }
}

/** The next of ascending numbers above or below one; undefined where there is none. */
export function beyond(numbers: readonly number[], from: number, direction: 1 | -1): number | undefined {
  return direction > 0 ? numbers.find((one) => one > from) : numbers.findLast((one) => one < from);
}

/** Keeps the address of the page at the step that is shown, also where it names one that there is not. */
export function followAddress(): void {
  const shown = locationOf(window.location.hash);
  const write = (at: number): void => {
    if (story.value === undefined || explores.value) return;
    history.replaceState(null, '', hashOf({ ...locationOf(window.location.hash), step: at }));
  };
  effect(() => write(step.value));
  if (shown.step !== undefined) goTo(shown.step);
  window.addEventListener('hashchange', () => {
    const { step: to } = locationOf(window.location.hash);
    if (to !== undefined) goTo(to);
    write(step.value);
  });
}

/** Keeps the title of the page at what is shown. */
export function followTitle(): void {
  effect(() => {
    const trace = story.value?.trace;
    const name = trace === undefined ? undefined : titleOf(trace).name;
    const { end } = trace ?? {};
    const found = end?.kind === 'violated' ? `: ${end.violation.kind}` : '';
    if (explores.value) document.title = name === undefined ? 'Explore · Quiesce' : `Explore ${name}${found}`;
    else document.title = name === undefined ? 'Quiesce viewer' : `${name}${found}`;
  });
}
