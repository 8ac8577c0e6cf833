export { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
export { exploreParallel, type ParallelOptions } from './parallel.ts';
export type { SystemFactory, SystemSource } from './worker-protocol.ts';
