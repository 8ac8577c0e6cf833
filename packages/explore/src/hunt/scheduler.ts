/** Decides which process moves next in a run. */
export interface Scheduler {
  /** A run begins. */
  begin(): void;
  /**
   * Chooses among the processes that can move, in ascending order.
   *
   * @param step How many steps the run has made.
   */
  choose(processes: readonly number[], step: number): number;
  /** What came of it: whether the process got anywhere since it moves, or is back in a state that it has been in. */
  moved(process: number, progressed: boolean): void;
}
