import { listed } from './layout.ts';
import type { Trace } from './trace.ts';

/** A part of the maintenance sequence: data cache, completion, instruction cache, completion. */
interface Part {
  readonly name: string;
  readonly matches: (operation: string) => boolean;
}

const clean: Part = { name: 'DC', matches: (text) => text.startsWith('dc c') };
const invalidate: Part = { name: 'IC', matches: (text) => text.startsWith('ic ') };
const complete: Part = { name: 'DSB', matches: (text) => /^dsb (?:o|i)?sh$|^dsb sy$/.test(text) };

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

/** Barriers and maintenance after a step, with the step of each. */
function operations(trace: Trace, after: number): Operation[] {
  return trace.steps
    .filter(({ step }) => step > after)
    .flatMap(({ step, instructions }) =>
      instructions.flatMap(({ effects }) =>
        effects.flatMap((effect): Operation[] => {
          if (effect.kind === 'barrier') return [{ operation: effect.operation, step }];
          if (effect.kind !== 'maintenance') return [];
          const { operation, through } = effect;
          const isWrong = operation.startsWith('ic ') && through !== undefined;
          return [{ operation, step, ...(isWrong ? { wrongAddress: through } : {}) }];
        }),
      ),
    );
}

/** How much of the maintenance sequence has been executed since a step, and what is missing. */
export function maintenanceText(trace: Trace, after: number): string {
  const parts = sequence(trace.model);
  const done: string[] = [];
  const made = operations(trace, after);
  for (const { operation, step, wrongAddress } of made) {
    if (wrongAddress !== undefined) continue;
    const next = parts[done.length] as Part | undefined;
    if (next?.matches(operation) === true) done.push(`${operation.toUpperCase()} (step ${step})`);
  }
  const missing = parts.slice(done.length).map(({ name }) => name);
  const needed = `This machine (IDC=${trace.model.IDC}, DIC=${trace.model.DIC}) needs ${parts.map(({ name }) => name).join(', ')}, then ISB.`;
  const so = done.length === 0 ? 'None of it has happened' : `Of this, ${listed(done)} happened`;
  if (missing.length === 0) return `${needed} ${so}, but not in time for this fetch.`;
  const wrong = made.find(({ wrongAddress }) => wrongAddress !== undefined);
  const elsewhere =
    wrong === undefined
      ? ''
      : ` ${wrong.operation.toUpperCase()} (step ${wrong.step}) names the ${wrong.wrongAddress ?? ''}, not the address where the word is executed.`;
  const early = made.find(
    ({ operation, wrongAddress }) => wrongAddress === undefined && parts[done.length].matches(operation),
  );
  const soon =
    early === undefined
      ? ''
      : ` ${early.operation.toUpperCase()} (step ${early.step}) came too early: what stands before it was not complete.`;
  return `${needed} ${so}.${soon}${elsewhere} Missing: ${listed(missing)}${missing.length > 1 ? ', in this order' : ''}.`;
}
