import { KernelError } from '@quiesce/kernel';
import { describe, expect, it } from 'vitest';
import { parts } from './parts.ts';

/** Mutated inputs over all parts; another number with QUIESCE_INPUTS. */
const inputs = Number(process.env['QUIESCE_INPUTS'] ?? '250000');
/** What an input may take of time, in milliseconds, and all of them together of memory, in bytes. */
const patience = 1000;
const memory = 512 << 20;

/** A reproducible source of numbers (xorshift). */
class Numbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  below(bound: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % bound;
  }
}

/** Numbers that are at the edge of something, as 32 bits. */
const edges = [
  0, 1, -1, 0x7fffffff, -0x80000000, 0xffff, 0x10000, -512, 512, 0x30303030, 0x31303030, 0x2d313030,
];

/** Damages a copy of an input in a few places, or cuts it off. */
function mutate(sound: Uint8Array, numbers: Numbers): Uint8Array {
  const copy = sound.slice();
  const view = new DataView(copy.buffer);
  for (let n = 1 + numbers.below(4); n > 0; n--) {
    const at = numbers.below(copy.length);
    switch (numbers.below(4)) {
      case 0:
        copy[at] = numbers.below(256);
        break;
      case 1:
        copy[at] ^= 1 << numbers.below(8);
        break;
      case 2:
        if (at + 4 <= copy.length) view.setInt32(at, edges[numbers.below(edges.length)], true);
        break;
      default:
        copy.copyWithin(at, numbers.below(copy.length), numbers.below(copy.length));
    }
  }
  return numbers.below(16) === 0 ? copy.subarray(0, numbers.below(copy.length)) : copy;
}

describe('damaged headers and tables', () => {
  const each = Math.ceil(inputs / parts.length);

  it.each(parts)(
    `end with an error that says what and where, or are read, ${each} times: $name`,
    ({ name, sound, read }) => {
      read(sound);
      const numbers = new Numbers(name.length * 7919 + sound.length);
      const before = process.memoryUsage.rss();
      let slowest = 0;
      for (let i = 0; i < each; i++) {
        const input = mutate(sound, numbers);
        const start = performance.now();
        try {
          read(input);
        } catch (error) {
          if (!(error instanceof KernelError)) throw error;
          if (!/: found .+, expected .+; .+/s.test(error.message)) throw error;
        }
        slowest = Math.max(slowest, performance.now() - start);
      }
      expect(slowest).toBeLessThan(patience);
      expect(process.memoryUsage.rss() - before).toBeLessThan(memory);
    },
    600_000,
  );
});
