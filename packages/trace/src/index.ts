export { type Hex } from './trace.ts';
export type {
  Effect,
  Lane,
  MemoryKind,
  RegisterChange,
  Trace,
  TraceEnd,
  TraceFetch,
  TraceInstruction,
  TraceModel,
  TraceOption,
  TraceSite,
  TraceStep,
  TraceViolation,
  Wait,
} from './trace.ts';
export { hangsAfter } from './hang.ts';
export { explanation } from './explanation.ts';
export { wrap } from './layout.ts';
export { legend, type Palette, plain, renderText, type TextOptions } from './text.ts';
export { traceOf, type TraceOptions, type TraceSource } from './trace-of.ts';
