import { expect } from 'vitest';
import { describe, it } from './rule-book.ts';
import { WeakCpus, x, y } from './weak-cpus.ts';

// The rules of exclusives; see weak-rules.test.ts.

describe('a load-exclusive that is delayed', () => {
  /** CPU 1 delays a load. */
  function delay(cpus: WeakCpus, address: number, exclusive: boolean, size: 4 | 8 = 4): void {
    const { order } = cpus.at(1, { exclusive, delayable: true }, 1);
    cpus.memory.load(address, size);
    if (order.delayedAt < 0) throw new Error('not delayed');
    const shape = { span: size / 4, part: 0, atomic: false, noReturn: false, release: false, exclusive };
    const i = order.delayed.add(1);
    order.delayed.setLoad(i, order.delayedAt, shape, order.delayedOrdered);
  }

  /** CPU 1 has delayed a load-exclusive of y. */
  function delaying(): WeakCpus {
    const cpus = new WeakCpus();
    delay(cpus, y, true);
    return cpus;
  }

  const exclusively = { atomic: true, exclusive: true };

  it('is with its store an atomic: it reads the newest, and the store waits for it alone', () => {
    const cpus = delaying();
    cpus.write(0, y, 1);
    expect(cpus.at(1).order.readable(0)).toBe(2);
    delay(cpus, x, true);
    expect(cpus.store(1, y, 5, exclusively)).toBe(false);
    expect(cpus.at(1).order.readable(0)).toBe(1);
    expect(cpus.at(1).order.delayed.isAtomic(1)).toBe(false);
    expect(cpus.ready(1)).toEqual([]);
    cpus.at(1).order.finish(0);
    expect(cpus.ready(1)).toEqual([0]);
  });

  it('of a doubleword is paired with both words of its store, unless a store of either is between', () => {
    for (const between of [undefined, y, y + 4]) {
      for (const release of [false, true]) {
        const cpus = new WeakCpus();
        delay(cpus, y, true, 8);
        if (between !== undefined) cpus.store(1, between, 1);
        const isKept = between !== undefined;
        expect(cpus.store(1, y, 5, { ...exclusively, release }, 8)).toBe(isKept);
        expect(cpus.memory.order.pended).toBe(!isKept);
        expect(cpus.at(1).order.delayed.isAtomic(0)).toBe(!isKept);
        if (isKept) continue;
        cpus.at(1).order.locks(0);
        cpus.at(1).order.finish(0);
        expect(cpus.ready(1)).toEqual([0]);
        cpus.show(1);
        expect(cpus.reads(0, y, { atomic: true }, 8)).toEqual([5 * (2 ** 32 + 1)]);
      }
    }
  });

  it('is the last of its location, and no plain load', () => {
    const cpus = delaying();
    delay(cpus, y, false);
    cpus.store(1, y, 5, exclusively);
    expect([0, 1].map((i) => cpus.at(1).order.delayed.isAtomic(i))).toEqual([true, false]);
  });

  it('has its store in a step of its own, but where the next steps are tried out', () => {
    for (const looksAhead of [false, true]) {
      const cpus = delaying();
      const { order } = cpus.at(1, exclusively);
      Object.assign(order, { looksAhead, confined: true, escaped: false });
      cpus.memory.store(y, 4, 5, 5);
      expect([order.escaped, order.delayed.isAtomic(0)]).toEqual([!looksAhead, looksAhead]);
    }
  });

  it.each([
    ['a store of another word', false, true, (cpus: WeakCpus): unknown => cpus.store(1, x, 1)],
    ['a store of its word', true, true, (cpus: WeakCpus): unknown => cpus.store(1, y, 1)],
    ['a delayed load', false, true, (cpus: WeakCpus): unknown => delay(cpus, x, false)],
  ] as const)('with %s between: its store waits, or not', (_, plain, releasing, between) => {
    for (const [release, waits] of [
      [false, plain],
      [true, releasing],
    ] as const) {
      const cpus = delaying();
      between(cpus);
      expect(cpus.store(1, y, 5, { ...exclusively, release })).toBe(waits);
    }
  });

  it('does not care for stores before it, but with release reads after them', () => {
    for (const release of [false, true]) {
      const cpus = new WeakCpus();
      cpus.store(1, x, 1);
      delay(cpus, y, true);
      expect(cpus.store(1, y, 5, { ...exclusively, release })).toBe(false);
      expect(cpus.at(1).order.satisfiable(true)).toEqual(release ? [] : [0]);
      cpus.show(1);
      expect(cpus.at(1).order.satisfiable(true)).toEqual([0]);
    }
  });

  it('has a store whose value comes from it, or from no delayed load', () => {
    for (const [awaited, waits] of [
      [1, false],
      [2, true],
    ] as const) {
      const cpus = delaying();
      delay(cpus, x, false);
      expect(cpus.store(1, y, 5, { ...exclusively, source: 1, awaited })).toBe(waits);
    }
    // The load-exclusive has read: its store holds no lock for something that is not there.
    const cpus = new WeakCpus();
    delay(cpus, x, false);
    expect(cpus.store(1, y, 5, { ...exclusively, source: 1, awaited: 1 })).toBe(true);
  });
});
