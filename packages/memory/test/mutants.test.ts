import { fileURLToPath } from 'node:url';
import type * as memory from '@quiesce/memory';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';
import { withMutant } from './mutated-copy.ts';
import { type Rule, collect } from './rule-book.ts';
import { setSubject } from './weak-cpus.ts';

const sources = fileURLToPath(new URL('../src', import.meta.url));
const rules = await collect(() =>
  Promise.all([
    import('./weak-rules.test.ts'),
    import('./weak-atomics.test.ts'),
    import('./weak-exclusives.test.ts'),
  ]),
);

function isBroken({ check }: Rule): boolean {
  try {
    check();
    return false;
  } catch {
    return true;
  }
}

describe('a rule of weak data that is left out', () => {
  it.each(
    mutants.map(
      (mutant) => [mutant.file, mutant.of.replaceAll(/\s+/g, ' '), mutant.becomes, mutant] as const,
    ),
  )('breaks a test: %s: %s -> %s', async (_file, _of, _becomes, mutant) => {
    await withMutant(sources, mutant, (module) => {
      // The copy exports what the package does.
      setSubject(module as typeof memory);
      expect(rules.some(isBroken)).toBe(true);
    });
  });
});
