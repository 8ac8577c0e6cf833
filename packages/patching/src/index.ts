export * from './layout.ts';
export * from './origin.ts';
export * from './atomics.ts';
export * from './irqflags.ts';
export * from './multi-cpu-stop.ts';
