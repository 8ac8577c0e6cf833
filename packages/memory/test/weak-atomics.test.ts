import { expect } from 'vitest';
import { describe, it } from './rule-book.ts';
import { WeakCpus, written, x, y, z } from './weak-cpus.ts';

// The rules of atomics; see weak-rules.test.ts.

describe('an atomic', () => {
  it('reads the newest message', () => {
    const cpus = written();
    cpus.write(0, x, 2);
    expect(cpus.reads(1, x, { atomic: true })).toEqual([2]);
  });

  it('that compares may read an older one on which it fails', () => {
    const cpus = written();
    cpus.write(0, x, 2);
    expect(cpus.reads(1, x, { atomic: true, compares: true, expectedLow: 1 })).toEqual([2, 0]);
  });
});

describe('an atomic that is delayed', () => {
  /** CPU 1 has delayed an atomic of y that stores 5. */
  function delaying(
    before: (cpus: WeakCpus) => void = () => undefined,
    { noReturn = false, release = false } = {},
  ): WeakCpus {
    const cpus = new WeakCpus();
    before(cpus);
    const memory = cpus.at(1, { atomic: true, delayable: true, release }, 1);
    const { order } = memory;
    memory.load(y, 4);
    if (order.delayedAt < 0) throw new Error('not delayed');
    memory.store(y, 4, 5, 0);
    const shape = { span: 1, part: 0, atomic: true, noReturn, release, exclusive: false };
    order.delayed.setLoad(order.delayed.add(1), order.delayedAt, shape, order.delayedOrdered);
    return cpus;
  }

  const satisfiable = (cpus: WeakCpus): number => cpus.at(1).order.satisfiable(true).length;

  it('has its store outstanding, which waits for what it reads', () => {
    const cpus = delaying();
    cpus.store(1, x, 1);
    expect(cpus.ready(1)).toEqual([1]);
    cpus.at(1).order.finish(0);
    expect(cpus.ready(1)).toEqual([0, 1]);
  });

  it('reads the newest only', () => {
    const cpus = delaying();
    cpus.write(0, y, 1);
    expect(cpus.at(1).order.readable(0)).toBe(1);
  });

  it('can be delayed where another atomic, or an own store, keeps it from reading', () => {
    const held = [
      (cpus: WeakCpus): unknown => cpus.store(0, y, 1, { atomic: true }),
      (cpus: WeakCpus): unknown => cpus.store(1, y, 1),
    ];
    for (const before of held) {
      const cpus = new WeakCpus();
      before(cpus);
      const { order } = cpus.at(1, { atomic: true, delayable: true });
      cpus.memory.load(y, 4);
      expect([order.waits, order.alternatives, order.delayedAt >= 0]).toEqual([false, 1, true]);
    }
  });

  it('reads when no other atomic has locked its word, and no own store of it is outstanding', () => {
    const cpus = delaying();
    expect(satisfiable(cpus)).toBe(1);
    cpus.store(0, y, 1, { atomic: true });
    expect(satisfiable(cpus)).toBe(0);
    cpus.show(0);
    expect(satisfiable(cpus)).toBe(1);
  });

  it('locks its word when it reads', () => {
    const cpus = delaying();
    cpus.at(1).order.locks(0);
    expect(cpus.store(0, y, 1, { atomic: true })).toBe(true);
  });

  it('with release can only be delayed as long as something before it is outstanding or delayed', () => {
    const early = [
      (cpus: WeakCpus): unknown => cpus.store(1, x, 1),
      (cpus: WeakCpus): void => {
        const { order } = cpus.at(1, { delayable: true }, 1);
        cpus.memory.load(x, 4);
        const shape = { span: 1, part: 0, atomic: false, noReturn: false, release: false, exclusive: false };
        order.delayed.setLoad(order.delayed.add(1), order.delayedAt, shape, 0);
      },
    ];
    for (const before of early) {
      for (const [release, alternatives] of [
        [true, 1],
        [false, 2],
      ] as const) {
        const cpus = new WeakCpus();
        before(cpus);
        const { order } = cpus.at(1, { atomic: true, delayable: true, release }, alternatives - 1);
        cpus.memory.load(y, 4);
        expect([order.waits, order.alternatives, order.isLate]).toEqual([false, alternatives, release]);
        expect(order.delayedAt).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('with release reads when everything before it is visible, and has read', () => {
    const behind = delaying((cpus) => void cpus.store(1, x, 1), { release: true });
    expect(satisfiable(behind)).toBe(0);
    behind.show(1);
    expect(satisfiable(behind)).toBe(1);
    // What comes after it in program order does not keep it.
    behind.store(1, x, 2);
    expect(satisfiable(behind)).toBe(1);
    const { order } = behind.at(1, { delayable: true }, 1);
    behind.memory.load(z, 4);
    const shape = { span: 1, part: 0, atomic: false, noReturn: false, release: false, exclusive: false };
    order.delayed.setLoad(order.delayed.add(1), order.delayedAt, shape, 0);
    expect(behind.at(1).order.satisfiable(true)).toEqual([0, 1]);
    const second = delaying(
      (cpus) => {
        const { order } = cpus.at(1, { delayable: true }, 1);
        cpus.memory.load(x, 4);
        order.delayed.setLoad(order.delayed.add(1), order.delayedAt, shape, 0);
      },
      { release: true },
    );
    expect(second.at(1).order.satisfiable(true)).toEqual([0]);
  });

  it('is held back by DMB LD only if it returns what it reads', () => {
    expect(delaying().dmb(1, 'load')).toBe(true);
    expect(delaying(undefined, { noReturn: true }).dmb(1, 'load')).toBe(false);
  });
});
