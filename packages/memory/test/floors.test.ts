import { MemoryError } from '@quiesce/memory';
import { describe, expect, it } from 'vitest';
import { Cpus, spec } from './cpus.ts';

// Site words 0 and 1 share a cache line; word 2 has one of its own. Their initial values are 0, 1 and 16.

describe('versions', () => {
  it('are kept in coherence order', () => {
    const cpus = new Cpus(spec());
    expect(cpus.at(0).write(2, 100)).toBe(true);
    expect(cpus.at(1).write(2, 101)).toBe(true);
    const side = cpus.at(2);
    expect([0, 1, 2].map((v) => side.versionValue(2, v))).toEqual([16, 100, 101]);
    expect([side.versions(2), side.newest(2)]).toEqual([3, 101]);
  });

  it('writing the newest value is no modification; writing an older one again is', () => {
    const cpus = new Cpus(spec());
    expect(cpus.at(0).write(2, 16)).toBe(false);
    expect(cpus.at(0).versions(2)).toBe(1);
    expect(cpus.at(0).write(2, 100)).toBe(true);
    expect(cpus.at(1).write(2, 100)).toBe(false);
    expect(cpus.at(0).write(2, 16)).toBe(true);
    expect(cpus.at(0).versions(2)).toBe(3);
  });

  it('more than maxVersions is an error that says what to do', () => {
    const cpus = new Cpus(spec({}, { maxVersions: 2 }));
    cpus.at(0).write(2, 100);
    expect(() => cpus.at(0).write(2, 101)).toThrow(MemoryError);
    expect(() => cpus.at(0).write(2, 101)).toThrow(
      'the word at 0x10040 was modified 2 times; raise maxVersions above 2',
    );
  });

  it('a new version is seen by everybody, the old ones too', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    expect(cpus.range(0, 2)).toEqual([0, 1]);
    expect(cpus.range(1, 2)).toEqual([0, 1]);
  });
});

describe('the whole sequence', () => {
  it('removes the old version from those who synchronise after it, and from nobody else', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.maintain(0, 2);
    expect(cpus.at(1).globalFloor(2)).toBe(1);
    expect(cpus.range(0, 2)).toEqual([0, 1]);
    expect(cpus.range(1, 2)).toEqual([0, 1]);
    expect(cpus.synchronized(1, 2)).toEqual([1]);
    expect(cpus.range(0, 2)).toEqual([0, 1]);
    expect(cpus.range(2, 2)).toEqual([0, 1]);
  });

  it('a synchronisation before the end of it does not count', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(0).cleanLine(2);
    cpus.at(0).synchronize('full');
    cpus.at(0).invalidateLine(2);
    expect(cpus.synchronized(1, 2)).toEqual([0, 1]);
    cpus.at(0).synchronize('full');
    expect(cpus.range(1, 2)).toEqual([0, 1]);
    expect(cpus.synchronized(1, 2)).toEqual([1]);
  });

  it('without the clean, or with the clean before the store, leaves the old version', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).cleanLine(2);
    cpus.at(0).synchronize('full');
    cpus.at(0).write(2, 100);
    cpus.at(0).synchronize('full');
    cpus.at(0).invalidateLine(2);
    cpus.at(0).synchronize('full');
    expect(cpus.synchronized(0, 2)).toEqual([0, 1]);
  });

  it('a clean covers what was stored before it, not what is stored before its DSB', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(0).cleanLine(2);
    cpus.at(0).write(2, 101);
    cpus.at(0).synchronize('full');
    cpus.at(0).invalidateLine(2);
    cpus.at(0).synchronize('full');
    expect(cpus.synchronized(0, 2)).toEqual([1, 2]);
  });

  it('may be split between CPUs', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(1).cleanLine(2);
    cpus.at(1).synchronize('full');
    cpus.at(2).invalidateLine(2);
    cpus.at(2).synchronize('full');
    expect(cpus.synchronized(0, 2)).toEqual([1]);
  });

  it('an invalidation removes what was clean when it was issued', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(1).invalidateLine(2);
    cpus.at(0).cleanLine(2);
    cpus.at(0).synchronize('full');
    cpus.at(1).synchronize('full');
    expect(cpus.synchronized(0, 2)).toEqual([0, 1]);
  });
});

describe('barriers', () => {
  const clean = (order: (cpus: Cpus) => void): number => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(0).cleanLine(2);
    order(cpus);
    cpus.at(1).invalidateLine(2);
    cpus.at(1).synchronize('full');
    return cpus.at(1).globalFloor(2);
  };

  it('a clean takes effect at a full DSB or DMB of the CPU that issued it', () => {
    expect(clean((cpus) => cpus.at(0).synchronize('full'))).toBe(1);
    expect(clean((cpus) => cpus.at(0).order('full'))).toBe(1);
  });

  it.each(['store', 'load', 'none'] as const)('and at no other: %s', (reach) => {
    expect(clean((cpus) => cpus.at(0).synchronize(reach))).toBe(0);
    expect(clean((cpus) => cpus.at(0).order(reach))).toBe(0);
    expect(clean((cpus) => cpus.at(1).synchronize('full'))).toBe(0);
    expect(clean(() => undefined)).toBe(0);
  });

  it("a DMB does not order a clean before the same CPU's invalidation, unless it reads in between", () => {
    const run = (reads: boolean): number[] => {
      const cpus = new Cpus(spec());
      cpus.at(0).write(2, 100);
      cpus.at(0).cleanLine(2);
      cpus.at(0).order('full');
      if (reads) cpus.at(0).readData(0);
      cpus.at(0).invalidateLine(2);
      cpus.at(0).synchronize('full');
      return cpus.synchronized(0, 2);
    };
    expect(run(false)).toEqual([0, 1]);
    expect(run(true)).toEqual([1]);
  });

  it('neither do two of them', () => {
    const cpus = new Cpus(spec());
    for (const value of [100, 101]) {
      cpus.at(0).write(2, value);
      cpus.at(0).cleanLine(2);
      cpus.at(0).order('full');
    }
    cpus.at(0).invalidateLine(2);
    cpus.at(0).synchronize('full');
    expect(cpus.synchronized(0, 2)).toEqual([0, 1, 2]);
  });

  it('a clean that is under way does not hide an earlier one', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(0).cleanLine(2);
    cpus.at(0).synchronize('full');
    cpus.at(0).cleanLine(2);
    cpus.at(0).invalidateLine(2);
    cpus.at(0).synchronize('full');
    expect(cpus.synchronized(0, 2)).toEqual([1]);
  });

  it.each(['store', 'load', 'none'] as const)(
    'an invalidation needs a full DSB: %s does nothing',
    (reach) => {
      const cpus = new Cpus(spec());
      cpus.at(0).write(2, 100);
      cpus.at(0).cleanLine(2);
      cpus.at(0).synchronize('full');
      cpus.at(0).invalidateLine(2);
      cpus.at(0).synchronize(reach);
      cpus.at(0).order('full');
      expect(cpus.at(0).globalFloor(2)).toBe(0);
      cpus.at(0).synchronize('full');
      expect(cpus.at(0).globalFloor(2)).toBe(1);
    },
  );

  it('hasUncompleted says whether a barrier has anything to do', () => {
    const cpus = new Cpus(spec());
    expect(cpus.at(0).hasUncompleted()).toBe(false);
    // A store is ordered before the clean that it needs.
    cpus.at(0).write(2, 100);
    expect(cpus.at(0).hasUncompleted()).toBe(false);
    for (const issue of [
      () => cpus.at(0).cleanLine(2),
      () => {
        cpus.at(0).cleanLine(2);
        cpus.at(0).synchronize('full');
        cpus.at(0).invalidateLine(2);
      },
      () => cpus.at(0).invalidateAll(true),
      () => cpus.at(0).invalidateAll(false),
    ]) {
      issue();
      expect(cpus.at(0).hasUncompleted()).toBe(true);
      expect(cpus.at(1).hasUncompleted()).toBe(false);
      cpus.at(0).synchronize('full');
      expect(cpus.at(0).hasUncompleted()).toBe(false);
    }
  });
});

describe('lines', () => {
  it('DC and IC work on the whole line, and on nothing else', () => {
    const cpus = new Cpus(spec());
    for (const t of [0, 1, 2]) cpus.at(0).write(t, 100);
    cpus.maintain(0, 0);
    expect([0, 1, 2].map((t) => cpus.at(0).globalFloor(t))).toEqual([1, 1, 0]);
  });

  it('DC by itself works on the whole line, and on nothing else', () => {
    const cpus = new Cpus(spec());
    for (const t of [0, 1, 2]) cpus.at(0).write(t, 100);
    cpus.at(0).cleanLine(0);
    cpus.at(0).synchronize('full');
    cpus.at(0).invalidateAll(true);
    cpus.at(0).synchronize('full');
    expect([0, 1, 2].map((t) => cpus.at(0).globalFloor(t))).toEqual([1, 1, 0]);
  });

  it('the two line sizes are independent', () => {
    const cpus = new Cpus(spec({ dataLine: 128, instructionLine: 4 }));
    for (const t of [0, 1, 2]) cpus.at(0).write(t, 100);
    cpus.at(0).cleanLine(2);
    cpus.at(0).synchronize('full');
    cpus.at(0).invalidateLine(1);
    cpus.at(0).synchronize('full');
    expect([0, 1, 2].map((t) => cpus.at(0).globalFloor(t))).toEqual([0, 1, 0]);
  });
});

describe('IC IALLU and IC IALLUIS', () => {
  const invalidated = (broadcast: boolean): Cpus => {
    const cpus = new Cpus(spec());
    for (const t of [0, 2]) {
      cpus.at(0).write(t, 100);
      cpus.at(0).cleanLine(t);
    }
    cpus.at(0).synchronize('full');
    cpus.at(0).invalidateAll(broadcast);
    return cpus;
  };

  it('IALLUIS reaches every CPU', () => {
    const cpus = invalidated(true);
    cpus.at(0).synchronize('full');
    for (const cpu of [0, 1]) for (const t of [0, 2]) expect(cpus.synchronized(cpu, t)).toEqual([1]);
  });

  it('IALLU reaches only the CPU that executes it, at its next synchronisation', () => {
    const cpus = invalidated(false);
    cpus.at(0).synchronize('full');
    expect(cpus.range(0, 2)).toEqual([0, 1]);
    for (const t of [0, 2]) {
      expect(cpus.synchronized(0, t)).toEqual([1]);
      expect(cpus.synchronized(1, t)).toEqual([0, 1]);
    }
  });

  it('a non-shareable DSB completes IALLU only', () => {
    const local = invalidated(false);
    local.at(0).synchronize('none');
    expect(local.synchronized(0, 2)).toEqual([1]);
    const broadcast = invalidated(true);
    broadcast.at(0).synchronize('none');
    expect(broadcast.synchronized(0, 2)).toEqual([0, 1]);
  });

  it('neither is complete before a DSB', () => {
    for (const broadcast of [true, false]) {
      const cpus = invalidated(broadcast);
      expect(cpus.synchronized(0, 2)).toEqual([0, 1]);
    }
  });
});

describe('IDC', () => {
  it('needs no clean', () => {
    const cpus = new Cpus(spec({ IDC: 1 }));
    cpus.at(0).write(2, 100);
    cpus.at(0).synchronize('store');
    cpus.at(0).invalidateLine(2);
    cpus.at(0).synchronize('full');
    expect(cpus.synchronized(1, 2)).toEqual([1]);
  });

  it.each<[string[], number]>([
    [[], 0],
    [['dsb'], 1],
    [['dsb st'], 1],
    [['dsb ld'], 0],
    [['dsb nsh'], 0],
    [['dmb'], 0],
    [['read'], 0],
    [['dmb', 'read'], 1],
    [['dmb', 'read text'], 1],
    [['dmb st', 'read'], 0],
    [['read', 'dmb'], 0],
    [['dmb', 'store', 'read'], 0],
  ])('%s between the store and the IC leaves versions from %i on', (between, floor) => {
    const cpus = new Cpus(spec({ IDC: 1 }));
    const side = cpus.at(0);
    const steps: Readonly<Record<string, () => unknown>> = {
      dsb: () => side.synchronize('full'),
      'dsb st': () => side.synchronize('store'),
      'dsb ld': () => side.synchronize('load'),
      'dsb nsh': () => side.synchronize('none'),
      dmb: () => side.order('full'),
      'dmb st': () => side.order('store'),
      read: () => side.readData(0),
      'read text': () => side.readText(0),
      store: () => side.write(2, 101),
    };
    side.write(2, 100);
    for (const step of between) steps[step]();
    side.invalidateLine(2);
    side.synchronize('full');
    expect(side.globalFloor(2)).toBe(floor);
  });

  it('the oldest store that is not complete counts', () => {
    const cpus = new Cpus(spec({ IDC: 1 }));
    cpus.at(0).write(2, 100);
    cpus.at(0).synchronize('store');
    cpus.at(0).write(2, 101);
    cpus.at(0).write(2, 102);
    cpus.at(0).invalidateLine(2);
    cpus.at(0).synchronize('full');
    expect(cpus.at(0).globalFloor(2)).toBe(1);
  });

  it("another CPU's newer store makes one that is not complete unimportant", () => {
    for (const DIC of [0, 1] as const) {
      const cpus = new Cpus(spec({ IDC: 1, DIC }, { maxVersions: 10 }));
      cpus.at(0).write(2, 100);
      cpus.at(1).write(2, 101);
      cpus.at(0).invalidateLine(2);
      cpus.at(0).synchronize('full');
      expect(cpus.synchronized(0, 2)).toEqual([2]);
      // And a store after that leaves the other CPU's.
      cpus.at(0).write(2, 102);
      cpus.at(0).write(2, 103);
      cpus.at(1).write(2, 104);
      cpus.at(0).write(2, 105);
      cpus.at(0).write(2, 106);
      cpus.at(0).invalidateLine(2);
      expect(cpus.synchronized(0, 2)).toEqual(DIC === 1 ? [5, 6, 7] : [2, 3, 4, 5, 6, 7]);
      cpus.at(0).synchronize('full');
      expect(cpus.synchronized(0, 2)).toEqual(DIC === 1 ? [7] : [5, 6, 7]);
    }
  });

  it("another CPU's store is complete when this one comes after it", () => {
    const cpus = new Cpus(spec({ IDC: 1 }));
    cpus.at(1).write(2, 100);
    cpus.at(0).invalidateLine(2);
    cpus.at(0).synchronize('full');
    expect(cpus.synchronized(0, 2)).toEqual([1]);
  });
});

describe('DIC', () => {
  const both = { IDC: 1, DIC: 1 } as const;

  it('with IDC, a synchronisation is enough', () => {
    const cpus = new Cpus(spec(both));
    cpus.at(0).write(2, 100);
    expect(cpus.range(1, 2)).toEqual([0, 1]);
    expect(cpus.at(1).globalFloor(2)).toBe(1);
    expect(cpus.synchronized(1, 2)).toEqual([1]);
  });

  it("but the CPU's own store must be complete", () => {
    const cpus = new Cpus(spec(both));
    cpus.at(0).write(2, 100);
    expect(cpus.synchronized(0, 2)).toEqual([0, 1]);
    cpus.at(0).synchronize('store');
    expect(cpus.range(0, 2)).toEqual([0, 1]);
    expect(cpus.synchronized(0, 2)).toEqual([1]);
  });

  it('without IDC, stores must be cleaned', () => {
    const cpus = new Cpus(spec({ DIC: 1 }));
    cpus.at(0).write(2, 100);
    cpus.at(0).synchronize('full');
    expect(cpus.synchronized(1, 2)).toEqual([0, 1]);
    cpus.at(0).cleanLine(2);
    expect(cpus.synchronized(0, 2)).toEqual([0, 1]);
    cpus.at(0).order('full');
    expect(cpus.synchronized(0, 2)).toEqual([0, 1]);
    expect(cpus.synchronized(1, 2)).toEqual([1]);
    cpus.at(0).synchronize('full');
    expect(cpus.synchronized(0, 2)).toEqual([1]);
  });

  it('without IDC, a later version does not vouch for one that is not cleaned', () => {
    for (const cleans of [false, true]) {
      const cpus = new Cpus(spec({ DIC: 1 }));
      cpus.at(0).write(0, 100);
      if (cleans) cpus.at(0).cleanLine(0);
      cpus.at(0).order('full');
      cpus.at(0).write(2, 101);
      cpus.at(1).executed(2, 1);
      expect(cpus.range(1, 0)).toEqual(cleans ? [1] : [0, 1]);
    }
  });

  it('IC does nothing, and IDC leaves DC nothing to do', () => {
    const cpus = new Cpus(spec(both));
    cpus.at(0).invalidateLine(2);
    cpus.at(0).invalidateAll(true);
    cpus.at(0).invalidateAll(false);
    cpus.at(0).cleanLine(2);
    expect(cpus.at(0).hasUncompleted()).toBe(false);
  });

  it('executing a new version excludes the old ones; without DIC it does not', () => {
    for (const DIC of [0, 1] as const) {
      const cpus = new Cpus(spec({ IDC: 1, DIC }));
      cpus.at(0).write(2, 100);
      cpus.at(0).write(2, 101);
      cpus.at(1).executed(2, 1);
      expect(cpus.range(1, 2)).toEqual(DIC === 1 ? [1, 2] : [0, 1, 2]);
    }
  });
});

describe('having executed a new version', () => {
  it('cannot miss what was maintained before it was written', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(0, 100);
    cpus.maintain(0, 0);
    cpus.at(0).write(2, 101);
    cpus.at(1).executed(2, 1);
    expect(cpus.range(1, 0)).toEqual([1]);
    // It says nothing of the word itself, nor of other CPUs.
    expect(cpus.range(1, 2)).toEqual([0, 1]);
    expect(cpus.range(2, 0)).toEqual([0, 1]);
  });

  it('but may miss what was maintained later, or not at all', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(0, 100);
    cpus.at(0).write(2, 101);
    cpus.maintain(0, 0);
    cpus.at(1).executed(2, 1);
    expect(cpus.range(1, 0)).toEqual([0, 1]);
  });

  it('the initial version says nothing', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(0, 100);
    cpus.maintain(0, 0);
    cpus.at(1).executed(2, 0);
    expect(cpus.range(1, 0)).toEqual([0, 1]);
  });

  it('with DIC, nothing that was written before it can be missed', () => {
    const cpus = new Cpus(spec({ IDC: 1, DIC: 1 }));
    cpus.at(0).write(0, 100);
    cpus.at(0).write(2, 101);
    cpus.at(1).executed(2, 1);
    expect(cpus.range(1, 0)).toEqual([1]);
  });
});
