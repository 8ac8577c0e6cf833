import { exploreSync, replay } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { FINGERPRINT_BITS, fingerprint } from '../src/hash.ts';
import { patch } from './systems/patch.ts';
import { endless } from './systems/graph.ts';

describe('compact storage', () => {
  it('finds the same states, in less memory, and never calls it a proof', () => {
    const exact = exploreSync(patch(6, 'last-arrival'));
    const compact = exploreSync(patch(6, 'last-arrival'), { storage: 'compact' });
    expect(exact.verdict).toBe('holds');
    const { states, transitions, depth, bytes } = exact.statistics;
    expect(compact.statistics).toMatchObject({ states, transitions, depth, storage: 'compact' });
    expect(compact.statistics.bytes).toBeLessThan(bytes);
    const omission = (states * (transitions - states)) / 2 ** FINGERPRINT_BITS;
    expect(compact).toMatchObject({
      verdict: 'holds-within-bounds',
      bounds: [{ bound: 'compaction', omission }],
      unjudged: [],
    });
    expect(omission).toBeLessThan(1e-8);
  });

  it('finds violations, and their paths are real', () => {
    for (const variant of ['first-arrival', 'no-isb'] as const) {
      const exact = exploreSync(patch(4, variant));
      const compact = exploreSync(patch(4, variant), { storage: 'compact' });
      expect(compact.verdict).toBe('violated');
      if (exact.verdict !== 'violated' || compact.verdict !== 'violated') continue;
      const { path, property } = compact.violations[0];
      expect(path).toEqual(exact.violations[0].path);
      const last = [...replay(patch(4, variant), path)].at(-1) ?? new Uint32Array(0);
      const broken = patch(4, variant).properties.find(({ name }) => name === property);
      expect(broken?.holds(last)).toBe(false);
    }
  });

  it('stays within a bound of memory', () => {
    const result = exploreSync(endless(), { storage: 'compact', bounds: { bytes: 2_000_000 } });
    expect(result.statistics.bytes).toBeLessThanOrEqual(2_000_000);
    expect(result).toMatchObject({
      verdict: 'holds-within-bounds',
      bounds: [{ bound: 'bytes' }, { bound: 'compaction' }],
    });
  });

  it('goes with breadth first only', () => {
    const options = { storage: 'compact', strategy: 'depth-first' } as const;
    expect(() => exploreSync(endless(), options)).toThrow('expected one of breadth-first');
  });
});

describe('fingerprints', () => {
  it('of a million neighbouring tuples differ, in either half about as often as chance has it', () => {
    const count = 1_000_000;
    const cells = new Uint32Array(4);
    const keys = new Uint32Array(2 * count);
    for (let i = 0; i < count; i++) {
      cells[0] = i & 127;
      cells[1] = (i >> 7) & 127;
      cells[2] = (i >> 14) & 7;
      cells[3] = i >> 17;
      fingerprint(cells, 0, 4, keys, 2 * i);
    }
    const half = (at: number): Uint32Array => keys.filter((_, i) => (i & 1) === at).sort();
    const repeats = (sorted: Uint32Array): number =>
      sorted.reduce((sum, value, i) => sum + (i > 0 && sorted[i - 1] === value ? 1 : 0), 0);
    // A million values of 32 bits repeat 116 times on average.
    for (const at of [0, 1]) expect(repeats(half(at))).toBeLessThan(160);
    const pairs = new BigUint64Array(keys.buffer).sort();
    expect(pairs.findIndex((value, i) => i > 0 && pairs[i - 1] === value)).toBe(-1);
  });
});
