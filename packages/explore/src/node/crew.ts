import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { AbortReason } from '../result.ts';
import type { SharedMemory } from './shared-space.ts';
import type { Answer, EdgeReport, Order, RoundReport, WorkerStart } from './worker-protocol.ts';

/** A worker reported that the system misbehaved, or died. */
export class CrewError extends Error {
  readonly code: AbortReason['code'];
  /** The state in hand, or -1. */
  readonly index: number;

  constructor(code: AbortReason['code'], message: string, index = -1) {
    super(message);
    this.code = code;
    this.index = index;
  }
}

/** Worker threads that do the same thing at the same time. */
export class Crew {
  private readonly workers: readonly Worker[];
  private readonly inbox: Answer[] = [];
  private failure: CrewError | undefined;
  private wake: () => void = () => undefined;

  constructor(count: number, start: WorkerStart) {
    const file = fileURLToPath(
      new URL(`./worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
    );
    this.workers = Array.from({ length: count }, () => new Worker(file, { workerData: start }));
    for (const worker of this.workers) {
      worker.on('message', (answer: Answer) => {
        if (answer.kind === 'failed') {
          // The worker names codes of AbortReason only.
          this.fail(new CrewError(answer.code as AbortReason['code'], answer.message, answer.index));
        } else this.inbox.push(answer);
        this.wake();
      });
      worker.on('error', (error) => this.fail(new CrewError('worker', `a worker died: ${error.message}`)));
      worker.on('exit', (code) => this.fail(new CrewError('worker', `a worker ended with status ${code}`)));
    }
  }

  /** Waits until every worker has made its system. */
  async ready(): Promise<void> {
    await this.answers(1000, () => false);
  }

  /** Lets every worker make its part of a round; `look` is called at intervals of so many milliseconds. */
  async round(order: Order, interval: number, look: () => boolean): Promise<readonly RoundReport[]> {
    this.send(order);
    return (await this.answers(interval, look)).filter((answer) => answer.kind === 'round');
  }

  /** Lets the workers enter all states into the table of this memory. */
  async enter(memory: SharedMemory): Promise<void> {
    this.send({ kind: 'enter', memory });
    await this.answers(1000, () => false);
  }

  /** Has every worker hand over its edges. */
  async edges(): Promise<readonly EdgeReport[]> {
    this.send({ kind: 'edges' });
    return (await this.answers(1000, () => false)).filter((answer) => answer.kind === 'edges');
  }

  /** Ends every worker. */
  async dismiss(): Promise<void> {
    this.fail(new CrewError('worker', 'dismissed'));
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private send(order: Order): void {
    for (const worker of this.workers) worker.postMessage(order);
  }

  private fail(failure: CrewError): void {
    this.failure ??= failure;
    this.wake();
  }

  /** One answer of each worker. */
  private async answers(interval: number, look: () => boolean): Promise<readonly Answer[]> {
    const timer = setInterval(look, interval);
    try {
      while (this.inbox.length < this.workers.length && this.failure === undefined) {
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      clearInterval(timer);
    }
    if (this.failure !== undefined) throw this.failure;
    return this.inbox.splice(0);
  }
}
