import { execFileSync } from 'node:child_process';

const program = `
  const start = performance.now();
  await import('@quiesce/insn');
  console.log(performance.now() - start);
`;

/** Milliseconds by the wall clock that a fresh process takes to load `@quiesce/insn`, once it runs. */
export function loadMilliseconds(processes: number): readonly number[] {
  return Array.from({ length: processes }, () =>
    Number(
      execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
        encoding: 'utf8',
        cwd: import.meta.dirname,
      }),
    ),
  );
}
