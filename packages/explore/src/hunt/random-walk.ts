import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Every process that can move is as likely as any other, at every step. */
export class RandomWalk implements Scheduler {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  begin(): void {
    // A walk remembers nothing.
  }

  choose(processes: readonly number[]): number {
    return processes[this.#random.below(processes.length)];
  }

  moved(): void {
    // A walk remembers nothing.
  }
}
