import { totalmem } from 'node:os';
import { expect, it } from 'vitest';
import { memoryForStates } from '../src/memory.ts';

it('a search that nobody bounds leaves memory to the rest of the machine', () => {
  expect(memoryForStates()).toBeGreaterThan(2 ** 26);
  expect(memoryForStates()).toBeLessThan(totalmem());
});
