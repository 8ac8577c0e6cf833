import type { Benchmark } from '../benchmark.ts';
import { engineBenchmarks } from './engine.ts';
import { instructionSetBenchmarks } from './instruction-set.ts';
import { interpreterBenchmarks } from './interpreter.ts';
import { kernelBenchmarks } from './kernel.ts';
import { litmusBenchmarks } from './litmus.ts';
import { peerBenchmarks } from './peers.ts';
import { searchBenchmarks } from './search.ts';
import { storyBenchmarks } from './story.ts';

/** Every benchmark, in the order of the table. */
export const benchmarks: readonly Benchmark[] = [
  ...storyBenchmarks,
  ...searchBenchmarks,
  ...engineBenchmarks,
  ...peerBenchmarks,
  ...interpreterBenchmarks,
  ...instructionSetBenchmarks,
  ...kernelBenchmarks,
  ...litmusBenchmarks,
];
