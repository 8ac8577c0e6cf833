import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../bin/quiesce.js', import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL('../dist/main.js', import.meta.url)));

interface Row {
  readonly verdict: string;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly witnesses: Readonly<Record<string, unknown>>;
  readonly violations: readonly { readonly kind: string; readonly steps: number; readonly token: string }[];
}

function quiesce(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  return { status, output: stdout };
}

function checked(
  id: string,
  ...options: readonly string[]
): { readonly status: number | null; readonly row: Row } {
  const { status, output } = quiesce('check', id, '--cpus', '3', '--json', ...options);
  const { results } = JSON.parse(output) as { readonly results: readonly [Row] };
  return { status, row: results[0] };
}

/** What must not depend on the number of threads; which of several shortest counterexamples is shown may. */
const lasting = ({ verdict, states, transitions, depth, witnesses, violations }: Row): object => ({
  verdict,
  counts: [states, transitions, depth],
  witnesses,
  violations: violations.map(({ kind, steps }) => [kind, steps]),
});

describe.runIf(isBuilt)(`check --workers${isBuilt ? '' : ': the program is not built'}`, () => {
  it.each([
    'patch-text-mainline',
    'alternatives-mainline-state-load',
    'patch-text-3.14',
    'trampoline-freed-broken',
  ])('says of %s what one thread says of every order of steps, whatever their number', (id) => {
    const alone = checked(id, '--no-step-order');
    for (const workers of ['1', '2', '3']) {
      const { status, row } = checked(id, '--workers', workers);
      expect(status).toBe(alone.status);
      expect(lasting(row)).toEqual(lasting(alone.row));
      for (const { kind, token } of row.violations) {
        expect(quiesce('replay', token).output).toContain(`Reproduced: ${kind}.`);
      }
    }
  });
});
