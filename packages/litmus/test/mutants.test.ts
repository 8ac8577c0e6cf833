import { fileURLToPath } from 'node:url';
import type * as litmus from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';
import { withMutant } from '../../memory/test/mutated-copy.ts';
import { mutants } from './mutants.ts';
import { type Shape, allowed, decisive, litmusText } from './rules.ts';

const sources = fileURLToPath(new URL('../src', import.meta.url));

const questions: readonly (readonly [Shape, string])[] = [
  ...decisive.map(([, shape]) => [shape, 'Never'] as const),
  ...allowed.map(([, shape]) => [shape, 'Sometimes'] as const),
];

describe('a part of the model that is left out of the fast checker', () => {
  it.each(
    mutants.map(
      (mutant) => [mutant.file, mutant.of.replaceAll(/\s+/g, ' '), mutant.becomes, mutant] as const,
    ),
  )('breaks a test: %s: %s -> %s', async (_file, _of, _becomes, mutant) => {
    await withMutant(sources, mutant, (module) => {
      // The copy exports what the package does.
      const { check, parseLitmus } = module as typeof litmus;
      const wrong = questions.some(
        ([shape, answer]) => check(parseLitmus(litmusText(shape))).observation !== answer,
      );
      expect(wrong).toBe(true);
    });
  });
});
