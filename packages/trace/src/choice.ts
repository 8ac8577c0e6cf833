import { valueText } from './effect-text.ts';
import { maintenanceText } from './maintenance.ts';
import { type Modification, modifications } from './modification.ts';
import type { Trace, TraceInstruction, TraceStep } from './trace.ts';

/** An instruction that could have been another, with the step that it was executed in. */
interface Chosen {
  readonly step: TraceStep;
  readonly instruction: TraceInstruction;
}

/** Every fetch of a CPU where more than one word was possible and one was executed. */
function choicesOf(trace: Trace, cpu: number): Chosen[] {
  return trace.steps
    .filter((step) => step.cpu === cpu)
    .flatMap((step) =>
      step.instructions.flatMap((instruction) =>
        instruction.executed && (instruction.fetch?.options.length ?? 0) > 1 ? [{ step, instruction }] : [],
      ),
    );
}

/** The last context synchronisation event of a CPU before a step, in words. */
function lastSynchronisation(trace: Trace, cpu: number, before: number): string {
  const last = trace.steps.findLast(
    (step) =>
      step.cpu === cpu &&
      step.step < before &&
      [...step.effects, ...step.instructions.flatMap(({ effects }) => effects)].some(
        ({ kind }) => kind === 'synchronised',
      ),
  );
  return last === undefined
    ? 'it has had no context synchronisation event at all'
    : `its last context synchronisation event was in step ${last.step}`;
}

/** The step in which the caches stopped to supply an older word, or undefined. */
function maintainedAt(trace: Trace, made: Modification): number | undefined {
  return trace.steps.find(
    ({ step, instructions }) =>
      step >= made.step.step &&
      instructions.some(({ effects }) =>
        effects.some(
          (effect) =>
            effect.kind === 'floor' &&
            effect.of === 'caches' &&
            effect.place === made.place &&
            effect.after >= made.version,
        ),
      ),
  )?.step;
}

/**
 * Why a CPU may still execute the word that a modification replaced, in a step; `isWhole` with the maintenance that is
 * missing.
 */
export function whyOld(
  trace: Trace,
  cpu: number,
  made: Modification,
  step: number,
  isWhole: boolean,
): string {
  const { IDC, DIC } = trace.model;
  const at = maintainedAt(trace, made);
  const isCoherent = IDC === 1 && DIC === 1;
  if (at === undefined && !isCoherent) {
    const supply = 'The old word: the caches may still supply it';
    return isWhole
      ? `${supply}. ${maintenanceText(trace, made.step.step)}`
      : `${supply}, for no invalidation after step ${made.step.step} is complete.`;
  }
  const since = isCoherent
    ? `it is in no cache any more (IDC=1, DIC=1), but CPU ${cpu} may have fetched it before step ${made.step.step}`
    : `no cache has supplied it since step ${at ?? 0}, but CPU ${cpu} may have fetched it before`;
  return `The old word: ${since}, and ${lastSynchronisation(trace, cpu, step)}.`;
}

/** Why a CPU may execute the word that a modification made. */
export function whyNew(made: Modification): string {
  return `The new word: CPU ${made.step.cpu} wrote it in step ${made.step.step}, and any fetch since then may find it.`;
}

/**
 * A new word of another site that the CPU has executed, written after the modification: it would have ruled out the old
 * word, had that been maintained before (prefetch-speculation protection, Arm ARM B2.2.5). Undefined where there is none.
 */
export function ruledOut(trace: Trace, cpu: number, made: Modification): string | undefined {
  const all = modifications(trace);
  for (const step of trace.steps.filter((one) => one.cpu === cpu)) {
    for (const { fetch, place, executed } of step.instructions) {
      const version = fetch?.chosen === undefined ? 0 : fetch.options[fetch.chosen].version;
      if (!executed || version === 0 || place === made.place) continue;
      const branch = all.find((other) => other.place === place && other.version === version);
      if (branch === undefined || branch.step.step <= made.step.step) continue;
      return (
        `In step ${step.step} CPU ${cpu} executed the new word of ${place}, which was written in step ${branch.step.step}. That ` +
        `rules out older words of what was written and maintained before step ${branch.step.step}, and ${made.place} was not. ` +
        maintenanceText(trace, made.step.step, branch.step.step)
      );
    }
  }
  return undefined;
}

/** What a CPU executed where it had a choice, and where the choice came from; a text for each. */
export function choiceTexts(trace: Trace, cpu: number): string[] {
  const all = modifications(trace);
  return choicesOf(trace, cpu).flatMap(({ step, instruction }) => {
    const { fetch, place, text } = instruction;
    const made = all.findLast((one) => one.place === place && one.step.step <= step.step);
    if (fetch?.chosen === undefined || made === undefined) return [];
    const option = fetch.options[fetch.chosen];
    const start = `In step ${step.step} CPU ${cpu} executed '${text}' at ${place}`;
    if (option.mixed) {
      return [
        `${start}: the condition of '${made.oldText}' with the target of '${made.newText}', or the other way round, an instruction that nobody wrote. A conditional branch that is modified under execution need not be fetched as a whole.`,
      ];
    }
    const isOld = option.version < made.version;
    return [
      isOld
        ? `${start}, although CPU ${made.step.cpu} had changed it to '${made.newText}' in step ${made.step.step}. ${whyOld(trace, cpu, made, step.step, true)}`
        : `${start}. ${whyNew(made)}`,
    ];
  });
}

/** What a CPU had read of shared memory last, and who had written it; undefined where it had read nothing. */
export function lastRead(trace: Trace, cpu: number): string | undefined {
  const flat = trace.steps.flatMap((step) =>
    step.instructions.flatMap(({ effects }) => effects.map((effect) => ({ step, effect }))),
  );
  const at = flat.findLastIndex(
    ({ step, effect }) => step.cpu === cpu && effect.kind === 'load' && effect.memory === 'shared',
  );
  if (at < 0) return undefined;
  const { step, effect } = flat[at];
  if (effect.kind !== 'load') return undefined;
  const writer = flat
    .slice(0, at)
    .findLast(({ effect: other }) => other.kind === 'store' && other.address === effect.address);
  const who =
    writer === undefined
      ? 'which nobody had written'
      : `which CPU ${writer.step.cpu} had written in step ${writer.step.step}`;
  return `The last that CPU ${cpu} had read of shared memory was ${effect.place} = ${valueText(effect.value)}, in step ${step.step}, ${who}.`;
}
