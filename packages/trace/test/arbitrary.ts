import fc from 'fast-check';
import type { Field, Shape } from '../src/shape.ts';
import type { Trace, TraceViolation } from '../src/index.ts';
import { traceShape } from '../src/trace-shape.ts';

function record(fields: Readonly<Record<string, Field>>, kind?: string): fc.Arbitrary<unknown> {
  const names = Object.keys(fields);
  const model = Object.fromEntries(names.map((name) => [name, arbitraryOf(fields[name].shape)]));
  const requiredKeys = names.filter((name) => fields[name].isOptional !== true);
  return fc.record(model, { requiredKeys }).map((value) => (kind === undefined ? value : { kind, ...value }));
}

/** Values of a shape. */
export function arbitraryOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.is) {
    case 'text':
      return shape.pattern === undefined
        ? fc.string({ unit: 'grapheme' })
        : fc.stringMatching(new RegExp(shape.pattern));
    case 'count':
      return fc.integer({ min: shape.from, max: shape.to ?? shape.from + 1000 });
    case 'truth':
      return fc.boolean();
    case 'one of':
      return fc.constantFrom(...shape.values);
    case 'list':
      return fc.array(arbitraryOf(shape.of), { maxLength: 3 });
    case 'record':
      return record(shape.fields);
    case 'variant':
      return fc.oneof(...Object.entries(shape.of).map(([kind, fields]) => record(fields, kind)));
    case 'named':
      return arbitraryOf(shape.shape);
  }
}

/** Traces of the right shape whose numbers refer to something. */
export const traces: fc.Arbitrary<Trace> = arbitraryOf(traceShape).map((value) => {
  // The shape was made to be that of a trace.
  const trace = value as Trace;
  const lane = trace.start.at(0) ?? { state: 'runs' as const, place: 'here' };
  const lanes = Array.from({ length: trace.cpus }, () => lane);
  return {
    ...trace,
    start: lanes,
    steps: trace.steps.map((step, i) => ({
      ...step,
      step: i + 1,
      cpu: step.cpu % trace.cpus,
      lanes,
      instructions: step.instructions.map(({ fetch, ...rest }) => {
        if (fetch === undefined) return rest;
        const { chosen, options } = fetch;
        const { length } = trace.steps;
        const written = options.map(({ writer, ...option }) => {
          if (writer === undefined) return option;
          const at = (writer.step - 1) % length;
          return { ...option, writer: { cpu: trace.steps[at].cpu % trace.cpus, step: at + 1 } };
        });
        const isChosen = chosen !== undefined && options.length > 0;
        return {
          ...rest,
          fetch: {
            options: written,
            knownForFetching: fetch.knownForFetching,
            ...(isChosen ? { chosen: chosen % options.length } : {}),
          },
        };
      }),
    })),
    end:
      trace.end.kind === 'violated'
        ? { ...trace.end, violation: referring(trace.end.violation, trace) }
        : trace.end,
  };
});

function referring(violation: TraceViolation, { cpus, steps }: Trace): TraceViolation {
  const { cpu, doomedAt, waits, ...rest } = violation;
  return {
    ...rest,
    cpu: Math.min(cpu, cpus - 1),
    ...(doomedAt === undefined ? {} : { doomedAt: Math.min(doomedAt, steps.length) }),
    ...(waits === undefined
      ? {}
      : { waits: waits.map((wait) => ({ ...wait, cpu: Math.min(wait.cpu, cpus - 1) })) }),
  };
}
