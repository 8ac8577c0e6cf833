import { describe, expect, it } from 'vitest';
import { Futures } from '../src/futures.ts';

describe('what a CPU may still write', () => {
  it('is what every step from its state on writes', () => {
    const futures = new Futures();
    futures.learn(0, 1, 1);
    futures.learn(1, 2, 2);
    futures.learn(3, 0, 0);
    expect([0, 1, 2, 3, 4].map((local) => futures.of(local))).toEqual([3, 2, 0, 3, 0]);
    futures.learn(2, 0, 4);
    expect([0, 1, 2, 3].map((local) => futures.of(local))).toEqual([7, 7, 7, 7]);
  });

  it('refutes what relied on less, and nothing else', () => {
    const futures = new Futures();
    futures.learn(0, 1, 1);
    futures.rely(0, 4);
    futures.learn(1, 2, 2);
    expect(futures.refuted).toBe(false);
    futures.learn(2, 3, 4);
    expect(futures.refuted).toBe(true);
    futures.restart();
    expect(futures.refuted).toBe(false);
    expect(futures.of(0)).toBe(7);
    futures.learn(3, 4, 4);
    expect(futures.refuted).toBe(false);
  });
});
