import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Steps that a process may make in a row before it is taken for one that spins. */
const patience = 64;

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): every process has a random
 * priority, the highest that can move moves, and at a few random steps the one that moves gets a priority below all
 * others. A bug that takes d ordered steps to show is found in a run with n processes and k steps with a
 * probability of at least 1 / (n * k^(d - 1)).
 *
 * That is so for programs whose processes end. One that spins would keep the others from moving for ever, so it gets the
 * lowest priority when it is back where it has been or has moved too often in a row.
 */
export class Priorities implements Scheduler {
  readonly #random: Random;
  readonly #changes: number;
  readonly #length: number;
  readonly #priorities = new Map<number, number>();
  #points = new Set<number>();
  #lowest = 0;
  #last = -1;
  #row = 0;

  /**
   * @param changes How often in a run the priorities change: d - 1.
   * @param length Steps of a run within which they do.
   */
  constructor(random: Random, changes: number, length: number) {
    this.#random = random;
    this.#changes = changes;
    this.#length = length;
  }

  begin(): void {
    this.#priorities.clear();
    this.#points = new Set(Array.from({ length: this.#changes }, () => this.#random.below(this.#length)));
    this.#lowest = 0;
    this.#last = -1;
    this.#row = 0;
  }

  choose(processes: readonly number[], step: number): number {
    let best = processes[0];
    for (const process of processes) if (this.#priorityOf(process) > this.#priorityOf(best)) best = process;
    if (!this.#points.delete(step)) return best;
    this.#demote(best);
    return this.choose(processes, step);
  }

  moved(process: number, progressed: boolean): void {
    this.#row = process === this.#last ? this.#row + 1 : 1;
    this.#last = process;
    if (progressed && this.#row < patience) return;
    this.#row = 0;
    this.#demote(process);
  }

  #priorityOf(process: number): number {
    let priority = this.#priorities.get(process);
    if (priority === undefined) {
      priority = 1 + this.#random.below(1_000_000);
      this.#priorities.set(process, priority);
    }
    return priority;
  }

  #demote(process: number): void {
    this.#lowest -= 1;
    this.#priorities.set(process, this.#lowest);
  }
}
