import { check, parseLitmus } from '@quiesce/litmus';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomProgram } from './random-program.ts';
import { TooMany, enumerate } from './reference/enumerate.ts';

it('gives what trying everything gives: states, counts and the CMODX flag', () => {
  let compared = 0;
  fc.assert(
    fc.property(randomProgram, (text) => {
      const test = parseLitmus(text);
      let slow: ReturnType<typeof enumerate>;
      try {
        slow = enumerate(test);
      } catch (error) {
        if (error instanceof TooMany) return;
        throw error;
      }
      compared += 1;
      const { states, positive, negative, flags } = check(test, { counts: true });
      const fast = { states, positive, negative, cmodx: flags.includes('violates-CMODX-requirements') };
      expect(fast, text).toEqual(slow);
      const { states: found, flags: raised } = check(test);
      expect([found, raised], text).toEqual([states, flags]);
    }),
    { numRuns: Number(process.env['QUIESCE_RUNS'] ?? 150) },
  );
  expect(compared).toBeGreaterThan(50);
});
