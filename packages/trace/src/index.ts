export { type Hex } from './trace.ts';
export type {
  Effect,
  Lane,
  MemoryKind,
  RegisterChange,
  SiteWord,
  SourceLine,
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
export { type Difference, differenceOf } from './difference.ts';
export { instructionTexts, stepTexts, valueText } from './effect-text.ts';
export { mayFetch, type Version, type WordHistory, wordHistories } from './fetchable.ts';
export { hangsAfter } from './hang.ts';
export { renderHtml } from './html.ts';
export { renderMermaid } from './mermaid.ts';
export { jsonOf } from './json.ts';
export { parseTrace, traceOfJson } from './parse.ts';
export { TraceError, type TraceErrorCode } from './trace-error.ts';
export { renderPerfetto } from './perfetto.ts';
export { effectsOf, type MaskSpan, masksOf, type Phase, type PhaseSpan, phasesOf } from './phases.ts';
export { type Link, linksOf, type MarkKind, marksOf } from './marks.ts';
export { type Finding, renderSarif } from './sarif.ts';
export { type Json } from './shape.ts';
export { traceJsonSchema, traceSchema } from './trace-shape.ts';
export { explanation } from './explanation.ts';
export { wrap } from './layout.ts';
export { legend, type Palette, plain, renderText, type TextOptions } from './text.ts';
export { scheduleOf, traceOf, type TraceOptions, type TraceSource } from './trace-of.ts';
