import { now } from './host.ts';
import type { Progress } from './options.ts';
import type { Search } from './search.ts';

/** Tells the caller where a search stands, not more often than asked for. */
export class Reporter {
  phase: Progress['phase'] = 'searching';
  private readonly search: Search;
  private readonly started: number;
  private readonly interval: number;
  private readonly onProgress: ((progress: Progress) => void) | undefined;
  private lastTime: number;
  private lastStates = 0;

  constructor(
    search: Search,
    started: number,
    interval: number,
    onProgress: ((progress: Progress) => void) | undefined,
  ) {
    this.search = search;
    this.started = started;
    this.interval = interval;
    this.onProgress = onProgress;
    this.lastTime = started;
  }

  /** Reports if it is time to. */
  report(): void {
    if (this.onProgress === undefined) return;
    const time = now();
    const elapsed = time - this.lastTime;
    if (elapsed < this.interval) return;
    const { search, phase } = this;
    const states = search.visited.size;
    const statesPerSecond = elapsed > 0 ? ((states - this.lastStates) * 1000) / elapsed : 0;
    this.lastTime = time;
    this.lastStates = states;
    this.onProgress({
      phase,
      states,
      transitions: search.transitions,
      statesPerSecond,
      depth: search.depth,
      queued: search.frontier.length,
      bytes: search.bytes,
      milliseconds: time - this.started,
    });
  }
}
