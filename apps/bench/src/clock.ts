import type { Scale } from './benchmark.ts';

/** Seconds of CPU time that this process used for some work, garbage collection and compilation included. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** {@link cpuSeconds} for work that takes turns with the host. */
export async function cpuSecondsOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Rounds to take the median of. */
export function roundsOf(scale: Scale): number {
  return scale.quick ? 3 : 7;
}

/** Results that must not be optimised away end up here. */
export const kept: { value: number } = { value: 0 };

/**
 * Millions of operations a second of CPU time, one number a round. `work` is called with the number of operations to
 * make and returns something that depends on all of them. The first calls only warm up.
 */
export function ratesOf(scale: Scale, operations: number, work: (operations: number) => number): number[] {
  for (let i = 0; i < 3; i++) kept.value ^= work(Math.ceil(operations / 4));
  return Array.from({ length: roundsOf(scale) }, () => {
    const seconds = cpuSeconds(() => {
      kept.value ^= work(operations);
    });
    return operations / seconds / 1e6;
  });
}
