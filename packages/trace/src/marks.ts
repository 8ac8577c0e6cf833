import { effectsOf } from './phases.ts';
import type { Trace, TraceStep } from './trace.ts';

/** What a step is worth a mark for. */
export type MarkKind =
  | 'write'
  | 'DC'
  | 'IC'
  | 'TLBI'
  | 'DSB'
  | 'DMB'
  | 'ISB'
  | 'exception'
  | 'return'
  | 'signal'
  | 'fetch'
  | 'violation';

/** What stands out in a step. */
export function marksOf(trace: Trace, step: TraceStep): MarkKind[] {
  const kinds: MarkKind[] = effectsOf(step).flatMap((effect): MarkKind[] => {
    switch (effect.kind) {
      case 'modified':
        return ['write'];
      case 'maintenance':
        return [effect.operation.startsWith('dc') ? 'DC' : effect.operation.startsWith('ic') ? 'IC' : 'TLBI'];
      case 'barrier':
        return [effect.operation.startsWith('dsb') ? 'DSB' : 'DMB'];
      case 'synchronised':
        return effect.by === 'isb' ? ['ISB'] : effect.by === 'exception return' ? ['return'] : [];
      case 'exception':
        return ['exception'];
      case 'signal':
        return ['signal'];
      default:
        return [];
    }
  });
  if (
    step.instructions.some(
      ({ fetch }) => fetch?.chosen !== undefined && fetch.options[fetch.chosen].version > 0,
    )
  ) {
    kinds.push('fetch');
  }
  const isLast = step.step === trace.steps.length;
  if (isLast && trace.end.kind === 'violated') kinds.push('violation');
  return [...new Set(kinds)];
}

/** A fetch of a patchable word and a write that it could see. */
export interface Link {
  readonly from: { readonly cpu: number; readonly step: number };
  readonly to: { readonly cpu: number; readonly step: number };
  /** Whether this is the race: the fetch is the violation. */
  readonly isRace: boolean;
}

/** Every write that a later fetch saw, or could have seen where the fetch is the violation: once for each pair of steps. */
export function linksOf(trace: Trace): Link[] {
  const links = new Map<string, Link>();
  for (const { step, cpu, instructions } of trace.steps) {
    for (const { fetch } of instructions) {
      if (fetch === undefined) continue;
      const seen = fetch.chosen === undefined ? fetch.options : [fetch.options[fetch.chosen]];
      for (const { writer } of seen) {
        if (writer === undefined) continue;
        links.set(`${writer.step} ${step}`, {
          from: { cpu: writer.cpu, step: writer.step },
          to: { cpu, step },
          isRace: fetch.chosen === undefined,
        });
      }
    }
  }
  return [...links.values()];
}
