import type { Progress } from '@quiesce/explore';
import type { Host } from './host.ts';
import { duration, grouped } from './numbers.ts';

/** Work shorter than this shows no progress, in milliseconds. */
const patience = 2000;
/** Between two lines on something that is no terminal, in milliseconds. */
const rare = 10_000;
/** Between two updates on a terminal, in milliseconds. */
const often = 1000;

/** One line on standard error that says how far long work is; or a line now and then where that is no terminal. */
export class ProgressLine {
  readonly #host: Host;
  readonly #started: number;
  #last: number;
  #isShown = false;
  #label = '';

  constructor(host: Host) {
    this.#host = host;
    this.#started = host.now();
    this.#last = this.#started;
  }

  /** What is being explored. */
  label(text: string): void {
    this.#label = text;
    this.#show('');
  }

  /** Where the search stands. */
  report(progress: Progress): void {
    const { phase, states, statesPerSecond, depth, queued, bytes } = progress;
    const parts = [
      `${grouped(states)} states`,
      `${grouped(Math.round(statesPerSecond))}/s`,
      `depth ${depth}`,
      phase === 'judging' ? 'judging hangs' : `queue ${grouped(queued)}`,
      `${Math.round(bytes / 1024 / 1024)} MiB`,
    ];
    this.#show(`: ${parts.join(', ')}`);
  }

  #show(text: string): void {
    const now = this.#host.now();
    const interval = this.#host.errorIsTerminal ? often : rare;
    if (now - this.#started < patience || now - this.#last < (this.#isShown ? interval : 0)) return;
    if (!this.#host.errorIsTerminal && now - this.#last < rare) return;
    this.#last = now;
    const line = `${this.#label}${text} (${duration(now - this.#started)})`;
    if (this.#host.errorIsTerminal) {
      this.#host.error(`\r\x1b[K${line.slice(0, (this.#host.columns ?? 100) - 1)}`);
      this.#isShown = true;
    } else this.#host.error(`${line}\n`);
  }

  /** Takes the line away, before something else is printed. */
  clear(): void {
    if (!this.#isShown) return;
    this.#host.error('\r\x1b[K');
    this.#isShown = false;
  }
}
