import type { Effect, Trace, TraceStep } from './trace.ts';

type Modified = Extract<Effect, { kind: 'modified' }>;

/** A modification of text, with the step that made it. */
export interface Modification extends Modified {
  readonly step: TraceStep;
}

/** Every modification of text, in the order in which they were made. */
export function modifications(trace: Trace): Modification[] {
  return trace.steps.flatMap((step) =>
    // A store that becomes visible later than it is executed modifies in a step of its own.
    [...step.effects, ...step.instructions.flatMap(({ effects }) => effects)].flatMap((effect) =>
      effect.kind === 'modified' ? [{ ...effect, step }] : [],
    ),
  );
}
