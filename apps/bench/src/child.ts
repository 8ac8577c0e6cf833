import { execFileSync, spawnSync } from 'node:child_process';

/** What a command printed, and the seconds of CPU time that it took, its start included. */
export interface ChildRun {
  readonly output: string;
  readonly seconds: number;
}

/** Runs a shell command that succeeds. The shell tells the time; Node does not count children. */
export function runChild(command: string, folder?: string): ChildRun {
  const output = execFileSync('sh', ['-c', `${command}; echo; times`], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  const lines = output.trimEnd().split('\n');
  const times = lines.at(-1) ?? '';
  const seconds = [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + 60 * Number(m) + Number(s),
    0,
  );
  return { output: lines.slice(0, -2).join('\n'), seconds };
}

/** Whether a program is there, and answers to an option. */
export function isInstalled(program: string, option: string): boolean {
  return spawnSync(program, [option]).status === 0;
}
