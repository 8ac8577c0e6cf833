import {
  check,
  type Judged,
  minimise,
  scenarioOf,
  type Scenario,
  variantId,
  variantOf,
  weakenable,
  weakeningsWith,
} from '@quiesce/scenarios';
import { Simulation } from '@quiesce/machine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

function named(id: string): Scenario {
  const found = scenarioOf(id);
  if (found === undefined) throw new RangeError(`no scenario '${id}'`);
  return found;
}

const weakened = (id: string): ReturnType<typeof weakenable> => weakenable(named(id));

const numbers = (judged: readonly Judged[], judgement: Judged['judgement']): string[] =>
  judged
    .filter((one) => one.judgement === judgement)
    .map(({ weakenings }) => weakenings.map(({ number }) => number).join('+'));

describe('the weakenings of a program', () => {
  it('are its barriers, synchronisation, maintenance, acquires and releases, by address', () => {
    const found = weakeningsWith(weakened('patch-text-mainline-llsc'), 2);
    expect(
      found.map(({ number, instruction, weakened }) => `${number} ${instruction} -> ${weakened}`),
    ).toEqual([
      '1 stlxr w2, w0, [x1] -> stxr w2, w0, [x1]',
      '2 dmb ish -> nop',
      '3 dmb ish -> dmb ishst',
      '4 dmb ish -> dmb ishld',
      '5 dmb ishst -> nop',
      '6 stlxr w2, w0, [x1] -> stxr w2, w0, [x1]',
      '7 dmb ish -> nop',
      '8 dmb ish -> dmb ishst',
      '9 dmb ish -> dmb ishld',
      '10 isb -> nop',
      '11 dsb ishst -> nop',
      '12 dsb ishst -> dmb ishst',
      '13 dsb ish -> nop',
      '14 dsb ish -> dsb ishst',
      '15 dsb ish -> dmb ish',
      '16 isb -> nop',
      '17 dc cvau, x3 -> nop',
      '18 dsb ish -> nop',
      '19 dsb ish -> dsb ishst',
      '20 dsb ish -> dmb ish',
      '21 ic ivau, x3 -> nop',
      '22 dsb ish -> nop',
      '23 dsb ish -> dsb ishst',
      '24 dsb ish -> dmb ish',
      '25 isb -> nop',
    ]);
  });

  it('leave out the words of sites', () => {
    const image = named('alternatives-patch1-state-load').image(2);
    const site = image.address('site_state_load');
    expect(
      weakeningsWith(weakened('alternatives-patch1-state-load'), 2).map(({ address }) => address),
    ).not.toContain(site);
  });
});

describe('a variant', () => {
  const part = fc.record({
    weakenings: fc.uniqueArray(fc.integer({ min: 1, max: 9999 }), { maxLength: 3 }),
    hardware: fc.option(
      fc.record({
        IDC: fc.constantFrom(0 as const, 1 as const),
        DIC: fc.constantFrom(0 as const, 1 as const),
      }),
      { nil: undefined },
    ),
  });

  it('has an id that names it again', () => {
    const all = weakeningsWith(weakened('jump-table-repaired'), 2).length;
    fc.assert(
      fc.property(part, ({ weakenings, hardware }) => {
        const chosen = [...new Set(weakenings.map((number) => 1 + (number % all)))].sort((a, b) => a - b);
        if (chosen.length === 0 && hardware === undefined) return;
        const parts = { weakenings: chosen, ...(hardware === undefined ? {} : { hardware }) };
        const id = variantId('jump-table-repaired', parts);
        expect(named(id).id).toBe(id);
        const { cache } = named(id).image(2).spec.memory;
        expect(cache).toMatchObject(hardware ?? { IDC: 0, DIC: 0 });
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('differs from its scenario in the words that are weakened', () => {
    const scenario = named('patch-text-mainline');
    const [before, after] = [scenario, named('patch-text-mainline~8+15')].map(
      (one) => one.image(2).assembly.sections.get('.text')?.bytes,
    );
    const changed = weakeningsWith(weakenable(scenario), 2)
      .filter(({ number }) => number === 8 || number === 15)
      .map(({ address }) => address - (scenario.image(2).assembly.sections.get('.text')?.base ?? 0));
    const places = [...(before ?? [])].flatMap((byte, i) => (byte === after?.[i] ? [] : [i & ~3]));
    expect([...new Set(places)]).toEqual(changed);
  });

  it.each(['jump-table-repaired~0', 'jump-table-repaired~17', 'jump-table-repaired~1+99'])(
    '%s is refused, with what there is',
    (id) => {
      expect(() => scenarioOf(id)).toThrow(/has no weakening \d+; it has 16/);
    },
  );

  it.each(['nothing~1', 'jump-table-repaired~', 'jump-table-repaired~x', 'jump-table-repaired~1~2'])(
    '%s is none',
    (id) => {
      expect(scenarioOf(id)).toBeUndefined();
    },
  );

  // The catalogue deletes the same instructions from the source.
  it.each([
    ['dc', '15'],
    ['dsb1', '16'],
    ['ic', '19'],
    ['dsb2', '20'],
    ['isb', '8'],
  ])('without an instruction comes out as the program without its line: %s', async (step, number) => {
    for (const [suffix, hardware] of [
      ['', ''],
      ['-idc1', '~idc1dic0'],
      ['-idc1-dic1', '~idc1dic1'],
    ]) {
      const deleted = await check(named(`patch-text-mainline-no-${step}${suffix}`), 2);
      const weakened = await check(named(`patch-text-mainline~${number}${hardware}`), 2);
      expect([weakened.verdict, weakened.violations[0]?.kind]).toEqual([
        deleted.verdict,
        deleted.violations[0]?.kind,
      ]);
    }
  });
});

describe('minimising', () => {
  it('tells what is necessary, on which hardware, and what tier 1 cannot judge', async () => {
    const {
      single,
      pairs = [],
      excluded,
      isComplete,
    } = await minimise(weakened('patch-text-mainline'), {
      cpus: 2,
      pairs: true,
    });
    expect({ excluded, isComplete }).toEqual({ excluded: [], isComplete: true });
    expect(numbers(single, 'necessary')).toEqual(['8']);
    expect(numbers(single, 'some hardware')).toEqual(['15', '16', '17', '18', '19', '20', '21', '22', '23']);
    expect(numbers(single, 'redundant')).toEqual(['14']);
    expect(numbers(single, 'not judged')).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '9',
      '10',
      '11',
      '12',
      '13',
    ]);
    // Where nothing is maintained (IDC=1, DIC=1), one of the two ISBs must be there: that of patch_unmap(), or the last.
    const bad = pairs.filter(({ findings }) => findings.some(({ outcome }) => outcome !== 'holds'));
    expect(bad.map(({ weakenings }) => weakenings.map(({ number }) => number))).toEqual([[14, 23]]);
    expect(bad[0].findings.map(({ hardware, violation }) => [hardware, violation?.kind])).toEqual([
      [{ IDC: 1, DIC: 1 }, 'cmodx'],
    ]);
  });

  it('judges in tier 2 what orders data', async () => {
    const first = await minimise(weakened('call-ops-order-repaired'), { cpus: 2 });
    const second = await minimise(weakened('call-ops-order-repaired'), { cpus: 2, tier: 2 });
    expect([first.tier, second.tier]).toEqual([1, 2]);
    expect(numbers(first.single, 'not judged').slice(0, 3)).toEqual(['1', '2', '3']);
    // DMB ISHST does as well: two stores are all that must be ordered.
    expect(numbers(second.single, 'necessary')).toEqual(['1', '3']);
    expect(numbers(second.single, 'not judged')).toEqual([]);
  });

  it('gives a counterexample for everything necessary, which replays', async () => {
    const { single } = await minimise(weakened('jump-table-repaired'), { cpus: 2 });
    expect(numbers(single, 'some hardware')).toHaveLength(8);
    for (const { findings } of single) {
      for (const { id, violation } of findings) {
        if (violation === undefined) continue;
        const simulation = new Simulation(named(id).image(2).spec);
        for (const choice of violation.schedule) simulation.step(choice);
        expect(simulation.failure).toMatchObject({ kind: violation.kind, cpu: violation.cpu });
      }
    }
  });

  it('leaves out hardware on which the protocol does not hold, and refuses one that holds nowhere', async () => {
    const { hardware, excluded } = await minimise(weakened('patch-text-mainline-routine-idc1'), { cpus: 1 });
    expect(hardware).toEqual([
      { IDC: 1, DIC: 0 },
      { IDC: 1, DIC: 1 },
    ]);
    expect(excluded).toEqual([{ IDC: 0, DIC: 0 }]);
    await expect(minimise(weakened('store-to-branch-broken'), { cpus: 2 })).rejects.toThrow(
      /is violated as it is/,
    );
  });

  it('stops when it is told to, and says so', async () => {
    const signal = { aborted: false };
    const result = await minimise(weakened('jump-table-repaired'), {
      cpus: 2,
      signal,
      onCheck: (done) => (signal.aborted = done >= 2),
    });
    expect(result.isComplete).toBe(false);
    expect(result.single.length).toBeLessThan(16);
  });

  it('says nothing about what no CPU executes', async () => {
    const scenario = variantOf(named('no-clean-repaired'), { weakenings: [], hardware: { IDC: 1, DIC: 0 } });
    const { unexecuted } = await minimise(weakenable(scenario), { cpus: 1 });
    expect(unexecuted.map(({ instruction }) => instruction)).toEqual(['dc cvau, x0']);
  });
});
