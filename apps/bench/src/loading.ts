import { execFileSync } from 'node:child_process';

/** Milliseconds by the wall clock that fresh processes take to load a module, once they run. */
export interface Loading {
  readonly package: readonly number[];
  /** The same for a module in which there is nothing: what Node takes to load anything. */
  readonly nothing: readonly number[];
}

/** Loads `@quiesce/insn`, and a module that holds only types, in fresh processes by turns. */
export function loadMilliseconds(processes: number): Loading {
  const rounds = Array.from({ length: processes }, () => [once('@quiesce/insn'), once('./benchmark.js')]);
  return { package: rounds.map(([time]) => time), nothing: rounds.map(([, time]) => time) };
}

function once(specifier: string): number {
  const program = `
    const start = performance.now();
    await import('${specifier}');
    console.log(performance.now() - start);
  `;
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    }),
  );
}
