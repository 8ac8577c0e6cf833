import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WordNumbers } from '../src/word-numbers.ts';

const step = fc.record({
  operation: fc.constantFrom('set', 'set', 'set', 'set', 'raise', 'delete', 'delete', 'delete', 'clear'),
  word: fc.oneof(fc.nat(8), fc.nat(200)),
  number: fc.integer({ min: -5, max: 5 }),
});

describe('WordNumbers', () => {
  it('are a map', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const numbers = new WordNumbers();
        const map = new Map<number, number>();
        for (const { operation, word, number } of steps) {
          if (operation === 'set') {
            numbers.set(word, number);
            map.set(word, number);
          } else if (operation === 'raise') {
            numbers.raise(word, number);
            if (number > (map.get(word) ?? 0)) map.set(word, number);
          } else if (operation === 'delete') {
            numbers.delete(word);
            map.delete(word);
          } else {
            numbers.clear();
            map.clear();
          }
          const all = Array.from(
            { length: numbers.size },
            (_, i) => [numbers.wordAt(i), numbers.numberAt(i)] as const,
          );
          expect(new Map(all)).toEqual(map);
          for (const one of [word, ...map.keys()]) {
            expect(numbers.get(one, 77)).toBe(map.get(one) ?? 77);
            expect(numbers.has(one)).toBe(map.has(one));
          }
        }
      }),
    );
  });
});
