import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled, runChild } from './child.ts';

const prefix = 'aarch64-linux-gnu-';

/** Whether GNU as and objdump for arm64 are installed. */
export function binutilsPresent(): boolean {
  return ['as', 'objdump'].every((tool) => isInstalled(prefix + tool, '--version'));
}

/** Seconds of CPU time that GNU as and objdump take for a source, above what they take for one of one line. */
export function binutilsSeconds(source: string, rounds: number): { as: number[]; objdump: number[] } {
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-bench-'));
  const path = (name: string): string => join(folder, name);
  const assemble = (name: string): string => `${prefix}as -o '${path(`${name}.o`)}' '${path(`${name}.s`)}'`;
  const dump = (name: string): string => `${prefix}objdump -d -z '${path(`${name}.o`)}'`;
  try {
    writeFileSync(path('one.s'), 'nop\n');
    writeFileSync(path('all.s'), source);
    const above = (command: (name: string) => string): number =>
      runChild(`${command('all')} > /dev/null`).seconds - runChild(`${command('one')} > /dev/null`).seconds;
    return {
      as: Array.from({ length: rounds }, () => above(assemble)),
      objdump: Array.from({ length: rounds }, () => above(dump)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
