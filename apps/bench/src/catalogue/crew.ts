import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Done, Job } from './job.ts';

/** What a number of processes made of a list of checks. */
export interface Run {
  readonly done: readonly Done[];
  /** From the start of the first process to the end of the last check. */
  readonly seconds: number;
  /** The peaks of all processes together, in bytes. */
  readonly peak: number;
}

/** Shares out the checks among processes: each gets the next one as soon as it is free. */
export async function work(jobs: readonly Job[], processes: number): Promise<Run> {
  const file = fileURLToPath(
    new URL(`./worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
  );
  const started = performance.now();
  const done: Done[] = [];
  const peaks: number[] = [];
  let next = 0;
  await Promise.all(
    Array.from(
      { length: processes },
      (_, index) =>
        new Promise<void>((resolve, reject) => {
          const child = fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
          const give = (): void => {
            if (next < jobs.length) child.send(jobs[next++]);
            else child.disconnect();
          };
          child.on('message', (message) => {
            // Only worker.ts sends, and it sends nothing else.
            const result = message as Done;
            done.push(result);
            peaks[index] = result.peak;
            give();
          });
          child.on('error', reject);
          child.on('exit', (code) => {
            if (code === 0) resolve();
            else reject(new Error(`a process that checks the catalogue ended with ${String(code)}`));
          });
          give();
        }),
    ),
  );
  return {
    done,
    seconds: (performance.now() - started) / 1000,
    peak: peaks.reduce((sum, peak) => sum + peak, 0),
  };
}
