import { choiceTexts, lastRead, ruledOut, whyNew, whyOld } from './choice.ts';
import { valueText } from './effect-text.ts';
import { listed } from './layout.ts';
import { maintenanceText } from './maintenance.ts';
import { type Modification, modifications } from './modification.ts';
import type { Trace, TraceFetch, TraceStep, TraceViolation } from './trace.ts';

/** What happened, in prose, from the facts of the trace: one text a paragraph. */
export function explanation(trace: Trace): string[] {
  const { end } = trace;
  switch (end.kind) {
    case 'finished':
      return [finished(trace)];
    case 'unfinished':
      return ['The schedule ends here; nothing has gone wrong so far, and nothing was proved.'];
    case 'violated':
      return violated(trace, end.violation);
  }
}

function violated(trace: Trace, violation: TraceViolation): string[] {
  switch (violation.kind) {
    case 'cmodx':
    case 'stale':
      return badFetch(trace, violation);
    case 'torn':
      return torn(trace, violation);
    case 'hang':
      return hang(trace, violation);
    case 'livelock':
      return [
        `livelock: ${violation.detail}. The goal stays within reach and is missed for ever: each CPU has its turns, and none ` +
          'of them gets it any further.',
      ];
    case 'assert':
    case 'fault':
      return misfortune(trace, violation);
  }
}

/** An assertion or a fault: what the CPU executed and read that led there. */
function misfortune(trace: Trace, { kind, cpu, place = '?', detail }: TraceViolation): string[] {
  const read = lastRead(trace, cpu);
  return [
    `${kind}: CPU ${cpu} at ${place}: ${detail}.`,
    ...modificationsSoFar(trace),
    ...choiceTexts(trace, cpu),
    ...(read === undefined ? [] : [read]),
  ];
}

function finished(trace: Trace): string {
  const made = modifications(trace);
  if (made.length === 0) return 'Every CPU finished. Nothing was modified.';
  const words = made.length === 1 ? 'One word was' : `${made.length} words were`;
  return `Every CPU finished, and nothing went wrong. ${words} modified.`;
}

function modificationsSoFar(trace: Trace): string[] {
  const made = modifications(trace);
  if (made.length === 0) return ['Nothing had been modified before.'];
  const each = made.map(({ place, oldText, newText, step }) => {
    return `CPU ${step.cpu} changed ${place} from '${oldText}' to '${newText}' in step ${step.step}`;
  });
  return [`Before, ${listed(each)}.`];
}

/** The modification that a fetch is in conflict with: the newest that it may see. */
function conflicting(trace: Trace, place: string): Modification | undefined {
  return modifications(trace).findLast((modified) => modified.place === place);
}

/** Where a CPU was after a step, in words. */
function whereabouts(cpu: number, step: TraceStep): string {
  const { state, place } = step.lanes[cpu];
  switch (state) {
    case 'quiescent':
      return `was waiting at ${place}`;
    case 'handler':
      return `was in a handler at ${place}`;
    case 'waits':
      return `was in WFE or WFI at ${place}`;
    case 'done':
      return 'had finished';
    case 'runs':
      return `was at ${place}`;
  }
}

function badFetch(trace: Trace, violation: TraceViolation): string[] {
  const { cpu, kind } = violation;
  const place = violation.place ?? '?';
  const last = trace.steps.at(-1);
  const fetch = last?.instructions.at(-1)?.fetch;
  const made = conflicting(trace, place);
  if (last === undefined || fetch === undefined || made === undefined) {
    return [`${kind}: CPU ${cpu} at ${place}: ${violation.detail}.`];
  }
  const writer = made.step.cpu;
  const who = writer === cpu ? 'it' : `CPU ${writer}`;
  const what =
    `${kind}: CPU ${cpu} is about to execute ${place}, which ${who} changed from '${made.oldText}' to '${made.newText}' ` +
    `in step ${made.step.step}. It may run ${options(fetch)}. ${unsafe(trace, fetch)}`;
  if (kind === 'stale') return [what, unmaintained(trace, cpu, made)];
  if (trace.model.tier === 2) return [what, unorderedWeakly(cpu, made)];
  const excluded = ruledOut(trace, cpu, made);
  const origin = `${whyOld(trace, cpu, made, last.step, false)} ${whyNew(made)}`;
  return excluded === undefined ? [what, origin, unordered(trace, cpu, made)] : [what, excluded];
}

function options({ options: words }: TraceFetch): string {
  return listed(
    words.map(({ text, version, mixed }) => {
      return `'${text}'${mixed ? ' (a mixture)' : version === 0 ? ' (old)' : ' (new)'}`;
    }),
    'or',
  );
}

function unsafe(trace: Trace, { options: words }: TraceFetch): string {
  const texts = [...new Set(words.filter(({ safe }) => !safe).map(({ text }) => `'${text}'`))];
  if (texts.length === 0) return 'The architecture permits either, but it is not quiescent.';
  const verb = texts.length === 1 ? 'is' : 'are';
  return (
    `${listed(texts)} ${verb} not in the list of instructions that may be modified while they are executed ` +
    `(Arm ARM, ${trace.model.safeList}), so what the CPU does is unpredictable.`
  );
}

/** Tier 2: what would order a fetch after a write. */
function unorderedWeakly(cpu: number, { step }: Modification): string {
  return (
    `The store became visible in step ${step.step}. A fetch comes after it only behind a context synchronisation event (ISB, ` +
    `exception entry or return) that a branch, an address or a DSB puts after a load of something that is itself ordered after ` +
    `the store. CPU ${cpu} has executed no such event. Missing: the event, what puts it after the load, or what orders the store of ` +
    `CPU ${step.cpu} before what CPU ${cpu} has read.`
  );
}

/** Why a fetch is not ordered after a write. */
function unordered(trace: Trace, cpu: number, made: Modification): string {
  if (made.step.cpu === cpu) {
    return (
      `CPU ${cpu} wrote the word itself and comes to it before any context synchronisation event (ISB, exception entry or ` +
      `return). Missing: a patcher that executes nothing of what it patches before maintenance and an ISB.`
    );
  }
  const writer = `CPU ${made.step.cpu}`;
  const learned = trace.steps.find(
    (step) =>
      step.cpu === cpu &&
      step.step > made.step.step &&
      step.instructions.some(({ effects }) =>
        effects.some((e) => e.kind === 'knows' && e.of === 'reading' && e.place === made.place),
      ),
  );
  const then = whereabouts(cpu, made.step);
  const entered = interruption(trace, cpu);
  if (learned !== undefined) {
    return (
      `When the word was written, CPU ${cpu} ${then}. It learned of the write in step ${learned.step} ` +
      `(${learned.instructions.at(0)?.place ?? ''}), but since then no context synchronisation event (ISB, exception entry ` +
      `or return) has made it discard what it had fetched before. Missing: an ISB after step ${learned.step}.`
    );
  }
  const state = made.step.lanes[cpu].state;
  const unknown = `Nothing that CPU ${cpu} has read since then was written by ${writer} after the modification, so nothing orders this fetch after it.`;
  if (entered !== undefined) {
    const remedy = entered.isEvent
      ? `which nothing masked while text was being patched. Missing: a mask on CPU ${cpu} from its arrival until its ISB, or a handler that waits.`
      : `which no mask keeps out. Missing: a wait loop that cannot cause exceptions, or a handler that runs no patched text.`;
    return `When the word was written, CPU ${cpu} ${then}. ${unknown} It came here through ${entered.what} in step ${entered.step}, ${remedy}`;
  }
  if (state === 'quiescent') {
    return `When the word was written, CPU ${cpu} ${then}. ${unknown} Missing: a wait loop that contains no patched word.`;
  }
  return (
    `When the word was written, CPU ${cpu} ${then}: not quiescent. ${unknown} Missing: ${writer} must not patch before ` +
    `CPU ${cpu} has arrived where it executes nothing that is patched.`
  );
}

/** The last event or exception that a CPU took and has not returned from. */
function interruption(
  trace: Trace,
  cpu: number,
): { readonly what: string; readonly step: number; readonly isEvent: boolean } | undefined {
  const last = trace.steps.at(-1);
  if (last?.lanes[cpu].state !== 'handler') return undefined;
  for (const step of trace.steps.toReversed()) {
    if (step.cpu !== cpu) continue;
    const effects = [...step.effects, ...step.instructions.flatMap((instruction) => instruction.effects)];
    const taken = effects.find((effect) => effect.kind === 'exception');
    if (taken === undefined) continue;
    const instruction = step.instructions.at(0)?.text ?? '';
    const isEvent = step.effects.includes(taken);
    const what = isEvent ? `an event (${taken.what})` : `an exception ('${instruction}')`;
    return { what, step: step.step, isEvent };
  }
  return undefined;
}

/** What a CPU that knows of a write does not have yet. */
function unmaintained(trace: Trace, cpu: number, made: Modification): string {
  const own = made.step.cpu === cpu;
  const entered = interruption(trace, cpu);
  const came =
    entered !== undefined && entered.step > made.step.step
      ? ` It came here through ${entered.what} in step ${entered.step}, before the maintenance was complete.`
      : '';
  return (
    `CPU ${cpu} knows of the write${own ? ', which is its own' : ''}, but the caches may still supply the old word. ` +
    `${maintenanceText(trace, made.step.step)}${came}`
  );
}

function torn(trace: Trace, violation: TraceViolation): string[] {
  const made = modifications(trace).at(-1);
  const writer = made?.step.cpu ?? -1;
  if (writer === violation.cpu) return tornUnderHandler(trace, violation, made);
  const site = trace.sites.find(({ name }) => name === made?.site);
  const size = site === undefined ? '' : ` of ${site.words} words`;
  return [
    `torn: CPU ${violation.cpu} was inside the site${size}, at ${violation.place ?? '?'}, when CPU ${writer} changed ` +
      `${made?.place ?? 'it'} from '${made?.oldText ?? ''}' to '${made?.newText ?? ''}' in step ${made?.step.step ?? 0}. It has ` +
      `executed the beginning of the old sequence and goes on with the new one: a sequence that nobody wrote.`,
    `Single words may be safe to replace, sequences are not, whatever instructions they consist of. Missing: CPU ${writer} ` +
      `must not patch before CPU ${violation.cpu} has arrived where it executes nothing that is patched.`,
  ];
}

/** A CPU that was interrupted inside a site, and whose own handler modified the site. */
function tornUnderHandler(trace: Trace, { cpu }: TraceViolation, made: Modification | undefined): string[] {
  const entered = interruption(trace, cpu);
  const taken = trace.steps.find(({ step }) => step === entered?.step);
  const effects =
    taken === undefined ? [] : [...taken.effects, ...taken.instructions.flatMap((one) => one.effects)];
  const from = effects.find((effect) => effect.kind === 'exception')?.from ?? '?';
  return [
    `torn: CPU ${cpu} took ${entered?.what ?? 'an exception'} in step ${entered?.step ?? 0} inside the site, at ${from}, and what ran then ` +
      `changed ${made?.place ?? 'it'} from '${made?.oldText ?? ''}' to '${made?.newText ?? ''}' in step ${made?.step.step ?? 0}. It will go on ` +
      `in the middle of the new sequence, having executed the beginning of the old one.`,
    `Stopping other CPUs does not help against that. Missing: a mask around the site, or a site of one word.`,
  ];
}

/** What a step did, in words. */
function deed({ cpu, kind, what, instructions, effects }: TraceStep): string {
  if (kind === 'store') {
    const seen = effects.find((effect) => effect.kind === 'visible' || effect.kind === 'modified');
    return `a store of CPU ${cpu} to ${seen?.place ?? 'memory'} became visible`;
  }
  if (kind === 'load') {
    const seen = effects.find((effect) => effect.kind === 'satisfied');
    return `a delayed load of CPU ${cpu} read ${seen?.place ?? 'memory'}`;
  }
  if (kind !== 'execute') {
    const from = effects.find((effect) => effect.kind === 'exception')?.from ?? '';
    return `CPU ${cpu} took ${what ?? kind} at ${from}`;
  }
  const first = instructions.at(0);
  return `CPU ${cpu} executed '${first?.text ?? ''}' at ${first?.place ?? ''}`;
}

function hang(trace: Trace, { doomedAt, waits = [], kind }: TraceViolation): string[] {
  const since =
    doomedAt === undefined || doomedAt === trace.steps.length
      ? 'From here on'
      : doomedAt === 0
        ? 'From the start'
        : `From step ${doomedAt} on`;
  const lost = doomedAt === undefined ? undefined : trace.steps[doomedAt - 1];
  const cause = lost === undefined ? '' : ` The step that made it so: ${deed(lost)}.`;
  const finishedCpus = trace.steps.at(-1)?.lanes.flatMap(({ state }, cpu) => (state === 'done' ? [cpu] : []));
  const done =
    finishedCpus === undefined || finishedCpus.length === 0
      ? ''
      : ` CPU ${listed(finishedCpus.map(String))} finished.`;
  return [
    `${kind}: ${since.charAt(0).toLowerCase()}${since.slice(1)}, whatever anybody does, not every CPU can finish.${cause}${done}`,
    ...waits.map(({ cpu, place, how, reads }) => {
      const values = reads.map((read) => `${read.place} = ${valueText(read.value)}`);
      const sees = values.length === 0 ? '' : `, reading ${listed(values)} again and again`;
      return how === 'blocked'
        ? `CPU ${cpu} is blocked at ${place}: ${trace.steps.at(-1)?.lanes[cpu].state === 'waits' ? 'it waits in WFE or WFI, and nobody sends what would end that' : 'it has no next step'}.`
        : `CPU ${cpu} goes round at ${place}${sees}.`;
    }),
  ];
}
