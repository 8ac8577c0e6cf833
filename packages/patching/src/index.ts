export * from './alternatives.ts';
export * from './atomics.ts';
export * from './cache.ts';
export type {
  ExceptionKind,
  LabelRange,
  Landmarks,
  Program,
  ProgramOptions,
  ProgramSite,
} from './composition.ts';
export * from './ipi.ts';
export * from './irqflags.ts';
export * from './kprobe.ts';
export * from './layout.ts';
export * from './multi-cpu-stop.ts';
export * from './origin.ts';
export * from './patch-list.ts';
export * from './patch-machine.ts';
export * from './patch-text-cb.ts';
export * from './patch-text-nosync.ts';
export * from './patched-function.ts';
export * from './percpu.ts';
export * from './program-error.ts';
export * from './program.ts';
export * from './sdei.ts';
export * from './site.ts';
export * from './source.ts';
export * from './stopper.ts';
export * from './vectors.ts';
export * from './wait-poll.ts';
