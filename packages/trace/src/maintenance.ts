import { listed } from './layout.ts';
import type { Trace } from './trace.ts';

/** A part of the maintenance sequence: data cache, completion, instruction cache, completion. */
interface Part {
  readonly name: string;
  readonly example: string;
  readonly matches: (operation: string) => boolean;
}

const clean: Part = { name: 'DC', example: 'dc cvau', matches: (text) => text.startsWith('dc c') };
const invalidate: Part = { name: 'IC', example: 'ic ivau', matches: (text) => text.startsWith('ic ') };
const complete: Part = {
  name: 'DSB',
  example: 'dsb ish',
  matches: (text) => /^dsb (?:o|i)?sh$|^dsb sy$/.test(text),
};

/** What a CPU without coherence (IDC, DIC) has to do between a store to text and its execution (Arm ARM B2.7.4.2). */
function sequence({ IDC, DIC }: Trace['model']): readonly Part[] {
  if (IDC === 1 && DIC === 1) return [complete];
  return [...(IDC === 1 ? [complete] : [clean, complete]), ...(DIC === 1 ? [] : [invalidate, complete])];
}

/** A barrier or a piece of maintenance, and the step that it was part of. */
interface Operation {
  readonly operation: string;
  readonly step: number;
  /** For IC: the alias that it names instead of the address where the word executes; it does nothing for that. */
  readonly wrongAddress?: string;
}

/** Barriers and maintenance after a step and before another, with the step of each. */
function operations(trace: Trace, after: number, before: number): Operation[] {
  return trace.steps
    .filter(({ step }) => step >= after && step < before)
    .flatMap(({ step, instructions }) => {
      // A step may go on after the store that it begins with.
      const rest = step === after ? instructions.slice(1) : instructions;
      return rest.flatMap(({ effects }) =>
        effects.flatMap((effect): Operation[] => {
          if (effect.kind === 'barrier') return [{ operation: effect.operation, step }];
          if (effect.kind !== 'maintenance') return [];
          const { operation, through } = effect;
          const isWrong = operation.startsWith('ic ') && through !== undefined;
          return [{ operation, step, ...(isWrong ? { wrongAddress: through } : {}) }];
        }),
      );
    });
}

/** How many parts of a sequence operations make up, in order; what does not fit in between does no harm. */
function progress(parts: readonly Part[], operations: readonly Pick<Operation, 'operation'>[]): number {
  let done = 0;
  for (const { operation } of operations) {
    const next = parts[done] as Part | undefined;
    if (next?.matches(operation) === true) done += 1;
  }
  return done;
}

const named = ({ operation, step }: Operation): string => `${operation.toUpperCase()} (step ${step})`;

/** The one operation that would complete the sequence, with its latest place; undefined where more are missing. */
function missingOne(parts: readonly Part[], made: readonly Operation[]): string | undefined {
  for (let at = made.length; at >= 0; at--) {
    const [before, after] = [made[at - 1], made[at]] as readonly (Operation | undefined)[];
    for (const { name, example } of parts) {
      const whole = [...made.slice(0, at), { operation: example }, ...made.slice(at)];
      if (progress(parts, whole) < parts.length) continue;
      if (before === undefined) return after === undefined ? name : `${name} before ${named(after)}`;
      return after === undefined
        ? `${name} after ${named(before)}`
        : `${name} between ${named(before)} and ${named(after)}`;
    }
  }
  return undefined;
}

/** How much of the maintenance sequence has been executed since a step (and before another), and what is missing. */
export function maintenanceText(trace: Trace, after: number, before?: number): string {
  const { IDC, DIC } = trace.model;
  const parts = sequence(trace.model);
  const since = operations(trace, after, before ?? Infinity);
  const made = since.filter(
    ({ operation, wrongAddress }) =>
      wrongAddress === undefined && parts.some((part) => part.matches(operation)),
  );
  const wrong = since.find(({ wrongAddress }) => wrongAddress !== undefined);
  const done = progress(parts, made);
  const missing = missingOne(parts, made) ?? listed(parts.slice(done).map(({ name }) => name));
  return [
    `This machine (IDC=${IDC}, DIC=${DIC}) needs ${parts.map(({ name }) => name).join(', ')} after the write, then ISB.`,
    made.length === 0
      ? `None of it has happened${before === undefined ? '' : ` before step ${before}`}.`
      : `${before === undefined ? 'Since then' : `Until step ${before}`} there were ${listed(made.map(named))}.`,
    ...(wrong === undefined
      ? []
      : [
          `${named(wrong)} names the ${wrong.wrongAddress ?? ''}, not the address where the word is executed.`,
        ]),
    done === parts.length ? 'That is all, but not in time for this fetch.' : `Missing: ${missing}.`,
  ].join(' ');
}
