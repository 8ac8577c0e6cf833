import { exploreSync } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { spin, spinPresent } from '../src/peers/spin.ts';
import { tlcConfiguration, tlcOutcome } from '../src/peers/tlc.ts';
import { type PatchVariant, patchModel, patchVariants } from '../src/systems/patch.ts';

/** What SPIN 6.5.2 finds for 4 CPUs without reduction and beyond assertions; and steps of its shortest error. */
const pinned: Readonly<Record<PatchVariant, readonly [states: number, transitions: number, steps?: number]>> =
  {
    A: [7182, 28_448, 38],
    B: [3582, 14_048],
    C: [4377, 17_228, 37],
    D: [3209, 12_556],
    E: [18_942, 105_772],
    e: [103_857, 633_396, 51],
    F: [103_857, 633_396, 51],
    G: [52_021, 301_616],
    M: [3950, 15_520, 46],
    I: [4677, 17_588, 65],
  };

describe.each(patchVariants)('variant %s of the stop machine', (variant) => {
  const [states, transitions, steps] = pinned[variant];

  it('has the states and transitions of the peers', () => {
    const { statistics } = exploreSync(patchModel(4, variant, { unchecked: true }));
    expect([statistics.states, statistics.transitions]).toEqual([states, transitions]);
  });

  it('has their verdict, and a shortest counterexample', () => {
    const result = exploreSync(patchModel(4, variant));
    const found = result.verdict === 'violated' ? result.violations[0].path.choices.length : undefined;
    expect(found).toBe(steps);
    if (steps === undefined) expect(result.statistics.states).toBe(states);
  });

  it.runIf(spinPresent())('is counted alike by SPIN, installed here', { timeout: 60_000 }, () => {
    const { statistics } = exploreSync(patchModel(3, variant, { unchecked: true }));
    const peer = spin(3, variant, { reduction: false, exhaustive: true });
    expect([statistics.states, statistics.transitions]).toEqual([peer.states, peer.transitions]);
    expect(peer.holds).toBe(steps === undefined);
  });
});

describe('the stop machine', () => {
  it.each([
    ['B', 6, 98_564, 585_180],
    ['E', 5, 170_677, 1_210_720],
  ] as const)('%s of %i CPUs has the states that SPIN and TLC find', (variant, cpus, states, transitions) => {
    const { verdict, statistics } = exploreSync(patchModel(cpus, variant));
    expect(verdict).toBe('holds');
    expect([statistics.states, statistics.transitions]).toEqual([states, transitions]);
    expect(statistics.bytes / statistics.states).toBeLessThan(40);
  });

  it.each([
    ['B', 4, 381],
    ['B', 16, 35_887],
    ['D', 8, 9_285],
    ['E', 8, 38_661],
  ] as const)(
    '%s of %i CPUs, sorted, has the states that TLC and other tools find',
    (variant, cpus, states) => {
      expect(exploreSync(patchModel(cpus, variant, { sorted: true })).statistics.states).toBe(states);
    },
  );
});

describe('TLC', () => {
  it('is told the size, the variant and the symmetry', () => {
    expect(tlcConfiguration(2, 'B', true)).toBe(
      'SPECIFICATION Spec\nINVARIANT Inv\nCONSTANTS CPUs = {c0, c1} Boss = c0 Variant = "B" S = 2\n' +
        'CONSTANT c0 = c0\nCONSTANT c1 = c1\nSYMMETRY Perms\n',
    );
  });

  it('is understood', () => {
    const output =
      'Model checking completed. No error has been found.\n14049 states generated, 3582 distinct states found, 0 states left on queue.\n';
    expect(tlcOutcome(output)).toEqual({ holds: true, states: 3582, transitions: 14_048 });
    expect(() => tlcOutcome('java: not found')).toThrow('TLC did not say');
  });
});
