import { expect } from 'vitest';
import { describe, it } from './rule-book.ts';
import { WeakCpus, written, x, y, z } from './weak-cpus.ts';

// One test for each rule of weak data: without the rule the test fails.

describe('a store', () => {
  it('is outstanding: only its CPU reads it', () => {
    const cpus = new WeakCpus();
    cpus.store(0, x, 1);
    expect([cpus.reads(0, x), cpus.reads(1, x)]).toEqual([[1], [0]]);
  });

  it('becomes visible to all at once', () => {
    const cpus = new WeakCpus({}, 3);
    cpus.write(0, x, 1);
    expect([cpus.reads(0, x), cpus.reads(1, x), cpus.reads(2, x)]).toEqual([[1], [1, 0], [1, 0]]);
  });

  it('overtakes a store of another word, not one of its own', () => {
    const cpus = new WeakCpus();
    cpus.store(0, x, 1);
    cpus.store(0, y, 1);
    cpus.store(0, x, 2);
    expect(cpus.ready(0)).toEqual([0, 1]);
  });

  it('of a doubleword is visible with both halves', () => {
    const cpus = new WeakCpus();
    cpus.store(0, x, 1, {}, 8);
    expect(cpus.ready(0)).toEqual([0]);
    cpus.show(0);
    expect(cpus.reads(1, x, {}, 8)).toEqual([2 ** 32 + 1, 0]);
  });

  it('of a byte leaves the rest of the word as it is when it becomes visible', () => {
    const cpus = new WeakCpus();
    cpus.store(0, x + 1, 5, {}, 1);
    cpus.write(1, x, 0x01010101);
    cpus.show(0);
    expect(cpus.load(1, x, 0x01010501)).toBe(2);
  });

  it('with release becomes visible after everything before it', () => {
    const cpus = new WeakCpus();
    cpus.store(0, x, 1);
    cpus.store(0, y, 1, { release: true });
    expect(cpus.ready(0)).toEqual([0]);
  });

  it('overtakes a store with release', () => {
    const cpus = new WeakCpus();
    cpus.store(0, x, 1, { release: true });
    cpus.store(0, y, 1);
    expect(cpus.ready(0)).toEqual([0, 1]);
  });

  it('waits where eight words are outstanding, and that is said', () => {
    const cpus = new WeakCpus();
    for (let i = 0; i < 8; i++) expect(cpus.store(0, x, i)).toBe(false);
    expect(cpus.store(0, y, 1)).toBe(true);
    expect(cpus.memory.order.bounds).toEqual(['outstanding stores of a CPU <= 8 words']);
  });

  it('of an atomic waits for an own store of the word', () => {
    const cpus = new WeakCpus();
    cpus.store(0, y, 1);
    expect([cpus.store(0, x, 1, { atomic: true }), cpus.store(0, y, 2, { atomic: true })]).toEqual([
      false,
      true,
    ]);
  });

  it('of an atomic is visible at once where that acquires and releases', () => {
    const cpus = new WeakCpus();
    cpus.store(0, x, 1, { atomic: true, acquire: true, release: true });
    cpus.store(0, y, 1, { atomic: true });
    expect([cpus.reads(1, x), cpus.reads(1, y)]).toEqual([[1, 0], [0]]);
  });

  it('of an atomic lets nobody store or modify its word before it is visible', () => {
    const cpus = new WeakCpus();
    cpus.store(1, x, 2);
    cpus.store(0, x, 1, { atomic: true });
    expect([cpus.ready(0), cpus.ready(1)]).toEqual([[0], []]);
    expect([cpus.reads(1, x), cpus.reads(1, x, { atomic: true })]).toEqual([[2], undefined]);
    expect(cpus.store(1, x, 3, { atomic: true })).toBe(true);
    cpus.show(0);
    expect(cpus.ready(1)).toEqual([0]);
  });

  it('of an atomic waits for that of another CPU', () => {
    const cpus = new WeakCpus();
    cpus.store(0, x, 1, { atomic: true });
    expect(cpus.store(1, x, 3, { atomic: true })).toBe(true);
  });

  it('passes on what its address depends on to the load that it is forwarded to', () => {
    const cpus = written();
    cpus.store(1, z, 1, { address: 2 });
    expect(cpus.load(1, z, 1)).toBe(2);
  });

  it('of an atomic that computes passes on what the atomic has read', () => {
    const cpus = written();
    const atomic = cpus.at(1, { atomic: true, computes: true });
    atomic.load(y, 4);
    atomic.store(y, 4, 2, 0);
    expect(cpus.load(1, y, 2)).toBe(2);
  });

  it('of an atomic with release waits for every store', () => {
    const cpus = new WeakCpus();
    cpus.store(0, y, 1);
    expect(cpus.store(0, x, 1, { atomic: true, release: true })).toBe(true);
  });
});

describe('what a store orders', () => {
  it('an atomic with acquire and release comes before later loads', () => {
    const cpus = written();
    cpus.store(1, z, 1, { atomic: true, acquire: true, release: true });
    expect(cpus.reads(1, x)).toEqual([1]);
    const other = written();
    other.store(1, z, 1, { atomic: true, release: true });
    expect(other.reads(1, x)).toEqual([1, 0]);
  });

  it('its address is taken into account by an ISB', () => {
    const cpus = written();
    cpus.store(1, z, 1, { pick: 1 });
    cpus.isb(1);
    expect(cpus.reads(1, x)).toEqual([1]);
  });
});

describe('a load', () => {
  it('reads nothing older than what it read before', () => {
    const cpus = written();
    cpus.load(1, x, 1);
    expect(cpus.reads(1, x)).toEqual([1]);
  });

  it('reads nothing older than an own store', () => {
    const cpus = written();
    cpus.write(1, x, 2);
    expect(cpus.reads(1, x)).toEqual([2]);
  });

  it('may read old behind a load of another word, unless the address depends on that', () => {
    const cpus = written();
    const read = cpus.load(1, y, 1);
    expect([cpus.reads(1, x), cpus.reads(1, x, { address: read })]).toEqual([[1, 0], [1]]);
  });

  it('is not ordered by what selects its address', () => {
    const cpus = written();
    expect(cpus.reads(1, x, { pick: cpus.load(1, y, 1) })).toEqual([1, 0]);
  });

  it.each(['acquire', 'acquirePc'] as const)('with %s comes before later loads', (kind) => {
    const cpus = written();
    cpus.load(1, y, 1, { [kind]: true });
    expect(cpus.reads(1, x)).toEqual([1]);
  });

  it('with acquire waits for an own store with release, and comes after it; with acquirePc not', () => {
    const cpus = written();
    cpus.store(1, z, 1, { release: true });
    expect(cpus.reads(1, x, { acquire: true })).toBeUndefined();
    expect(cpus.reads(1, x, { acquirePc: true })).toEqual([1, 0]);
    cpus.show(1);
    expect([cpus.reads(1, x, { acquire: true }), cpus.reads(1, x)]).toEqual([[1], [1, 0]]);
  });

  it('of an atomic reads the newest', () => {
    expect(written().reads(1, x, { atomic: true })).toEqual([1]);
  });

  it('says when it did not read the newest', () => {
    const cpus = written();
    cpus.load(1, x, 0);
    expect(cpus.memory.order.stale).toBe(1);
    cpus.load(1, x, 1);
    expect(cpus.memory.order.stale).toBe(0);
  });

  it('of the own last store depends on what that depended on, not on its time', () => {
    const cpus = new WeakCpus();
    cpus.write(1, z, 1);
    cpus.store(0, x, 1, { data: 1 });
    expect(cpus.load(0, x, 1)).toBe(1);
    cpus.show(0);
    expect(cpus.load(0, x, 1)).toBe(1);
  });

  it('with acquire depends on the time of an own atomic', () => {
    const cpus = new WeakCpus();
    cpus.store(0, x, 1, { atomic: true });
    expect([cpus.reads(0, x), cpus.reads(0, x, { acquirePc: true })]).toEqual([[1], undefined]);
    cpus.show(0);
    expect([cpus.load(0, x, 1), cpus.load(0, x, 1, { acquirePc: true })]).toEqual([0, 1]);
  });
});

describe('a barrier', () => {
  it.each([
    ['load', [1]],
    ['full', [1]],
    ['store', [1, 0]],
  ] as const)('DMB (%s) orders later loads after earlier ones, or does not', (reach, values) => {
    const cpus = written();
    cpus.load(1, y, 1);
    cpus.dmb(1, reach);
    expect(cpus.reads(1, x)).toEqual(values);
  });

  it('DMB for loads does not order the read of ST<op>', () => {
    const cpus = written();
    cpus.load(1, y, 1, { noReturn: true });
    cpus.dmb(1, 'load');
    expect(cpus.reads(1, x)).toEqual([1, 0]);
  });

  it.each([
    ['full', true],
    ['store', true],
    ['load', false],
  ] as const)('DMB and DSB (%s) wait for outstanding stores, or do not', (reach, waits) => {
    const cpus = new WeakCpus();
    cpus.store(0, x, 1);
    expect([cpus.dmb(0, reach), cpus.dsb(0, reach)]).toEqual([waits, waits]);
  });

  it.each([
    ['full', [1]],
    ['load', [1, 0]],
  ] as const)('DMB (%s) orders later loads after earlier stores, or does not', (reach, values) => {
    const cpus = written();
    cpus.write(1, z, 1);
    cpus.dmb(1, reach);
    expect(cpus.reads(1, x)).toEqual(values);
  });

  it('DSB orders later loads after earlier loads and stores', () => {
    const loaded = written();
    loaded.load(1, y, 1);
    loaded.dsb(1);
    const stored = written();
    stored.write(1, z, 1);
    stored.dsb(1);
    expect([loaded.reads(1, x), stored.reads(1, x)]).toEqual([[1], [1]]);
  });

  it('DMB orders later loads after an earlier DC', () => {
    const cpus = new WeakCpus();
    cpus.patch(0, 9);
    cpus.load(1, cpus.site(0), 9);
    cpus.dc(1);
    cpus.write(0, x, 1);
    cpus.dmb(1, 'full');
    expect(cpus.reads(1, x)).toEqual([1]);
  });

  it('DSB for stores orders later loads after earlier stores', () => {
    const cpus = written();
    cpus.write(1, z, 1);
    cpus.dsb(1, 'store');
    expect(cpus.reads(1, x)).toEqual([1]);
  });

  it('DSB for loads completes loads, for an ISB as well', () => {
    const cpus = written();
    cpus.load(1, y, 1);
    cpus.dsb(1, 'load');
    expect([cpus.reads(1, x), cpus.view(1, 'complete')]).toEqual([[1], 2]);
  });
});

describe('a delayed load', () => {
  /** CPU 1 has delayed a load of y. */
  function delaying(): WeakCpus {
    const cpus = new WeakCpus();
    const { order } = cpus.at(1, { delayable: true }, 1);
    cpus.memory.load(y, 4);
    const i = order.delayed.add(1);
    const shape = { span: 1, part: 0, atomic: false, noReturn: false, release: false, exclusive: false };
    order.delayed.setLoad(i, order.delayedAt, shape, order.delayedOrdered);
    return cpus;
  }

  /** What it may read, newest first. */
  function satisfiable(cpus: WeakCpus, isIdle = true): number {
    const { order } = cpus.at(1);
    return order.satisfiable(isIdle).reduce((sum, i) => sum + order.readable(i), 0);
  }

  it('is one more way to execute a load', () => {
    const cpus = new WeakCpus();
    cpus.at(1, { delayable: true }).load(y, 4);
    expect(cpus.memory.order.alternatives).toBe(2);
    cpus.at(1).load(y, 4);
    expect(cpus.memory.order.alternatives).toBe(1);
  });

  it('may read what has become visible since', () => {
    const cpus = delaying();
    expect(satisfiable(cpus)).toBe(1);
    cpus.write(0, y, 1);
    expect(satisfiable(cpus)).toBe(2);
  });

  it('may still read what later loads may not', () => {
    const cpus = delaying();
    cpus.write(0, y, 1);
    cpus.write(0, x, 1);
    cpus.load(1, x, 1, { acquire: true });
    cpus.settle();
    expect(satisfiable(cpus)).toBe(2);
  });

  it('is satisfied early only where the CPU can do nothing else, or was overtaken', () => {
    const cpus = delaying();
    expect(satisfiable(cpus, false)).toBe(0);
    cpus.write(1, x, 1);
    expect(satisfiable(cpus, false)).toBe(1);
  });

  it.each([
    ['an atomic', (cpus: WeakCpus) => cpus.at(1, { atomic: true }).store(x, 4, 1, 0) ?? cpus.show(1)],
    ['a signal', (cpus: WeakCpus) => cpus.at(1).order.overtakes()],
  ] as const)('is overtaken by %s', (_name, event) => {
    const cpus = delaying();
    event(cpus);
    expect(satisfiable(cpus, false)).toBe(1);
  });

  it('holds back a store of its location and a store with release, and no other', () => {
    const cpus = delaying();
    cpus.store(1, y, 1);
    cpus.store(1, x, 1);
    cpus.store(1, z, 1, { release: true });
    expect(cpus.ready(1)).toEqual([1]);
    cpus.at(1).order.finish(0);
    expect(cpus.ready(1)).toEqual([0, 1]);
  });

  it('holds back a store with release, whatever that stores', () => {
    const cpus = delaying();
    cpus.store(1, z, 1, { release: true });
    expect(cpus.ready(1)).toEqual([]);
  });

  it('holds back a store of its value, which it then has', () => {
    const cpus = delaying();
    cpus.store(1, x, 0, { source: 1 });
    expect(cpus.ready(1)).toEqual([]);
    cpus.at(1).order.fill(1, 7, 0, 0);
    cpus.at(1).order.finish(0);
    cpus.show(1);
    expect(cpus.reads(0, x)).toEqual([7, 0]);
  });

  it('is satisfied although the CPU goes on, where a store waits for it', () => {
    const cpus = delaying();
    cpus.store(1, x, 0, { source: 1 });
    expect(satisfiable(cpus, false)).toBe(1);
  });

  it('holds back an atomic of its location, and one with release', () => {
    const cpus = delaying();
    expect([
      cpus.store(1, y, 1, { atomic: true }),
      cpus.store(1, x, 1, { atomic: true, release: true }),
      cpus.store(1, x, 1, { atomic: true }),
    ]).toEqual([true, true, false]);
  });

  it('holds back a load of its location that is not delayed as well', () => {
    const cpus = delaying();
    expect(cpus.reads(1, y)).toBeUndefined();
    cpus.at(1, { delayable: true }).load(y, 4);
    expect([cpus.memory.order.waits, cpus.memory.order.delayedAt]).toEqual([false, 2]);
  });

  it.each([
    ['full', true],
    ['load', true],
    ['store', false],
  ] as const)('holds back DMB and DSB (%s), or not', (reach, waits) => {
    const cpus = delaying();
    expect([cpus.dmb(1, reach), cpus.dsb(1, reach)]).toEqual([waits, waits]);
  });

  it('holds back DC of its line', () => {
    const cpus = new WeakCpus();
    const { order } = cpus.at(1, { delayable: true }, 1);
    cpus.memory.load(cpus.site(0), 4);
    const shape = { span: 1, part: 0, atomic: false, noReturn: false, release: false, exclusive: false };
    order.delayed.setLoad(order.delayed.add(1), order.delayedAt, shape, 0);
    expect([cpus.dc(1, 0), cpus.dc(1, 1)]).toEqual([true, false]);
  });
});

describe('maintenance', () => {
  /** CPU 0 patched, and CPU 1 has read the new word, which the views of the result name. */
  function patched(cache: { IDC?: 0 | 1; DIC?: 0 | 1 } = {}): WeakCpus {
    const cpus = new WeakCpus(cache, 3);
    cpus.patch(0, 9);
    return cpus;
  }

  /** What CPU 2 may fetch after CPU 1 has completed its DC, and everything else is done as it should be. */
  function afterClean(cpus: WeakCpus): number[] {
    cpus.dsb(1);
    cpus.at(2).order.raise(cpus.memory.order.viewCells.maintain, 9);
    cpus.ic(2);
    cpus.dsb(2);
    cpus.isb(2);
    return cpus.fetches(2);
  }

  it('DC cleans nothing that is not ordered before it', () => {
    const cpus = patched();
    cpus.dc(1);
    expect(afterClean(cpus)).toEqual([0, 9]);
  });

  it('DC cleans what a load of its line read', () => {
    const cpus = patched();
    cpus.load(1, cpus.site(0), 9);
    cpus.dc(1);
    expect(afterClean(cpus)).toEqual([9]);
  });

  it('DC cleans what its address depends on', () => {
    const cpus = patched();
    cpus.dc(1, 0, { pick: 1 });
    expect(afterClean(cpus)).toEqual([9]);
  });

  it('DC cleans what a branch depends on', () => {
    const cpus = patched();
    cpus.raise(1, 'control', 1);
    cpus.dc(1);
    expect(afterClean(cpus)).toEqual([9]);
  });

  it.each([
    ['DSB', (cpus: WeakCpus) => cpus.dsb(1, 'load')],
    ['a full DMB', (cpus: WeakCpus) => cpus.dmb(1, 'full')],
  ] as const)('DC cleans what %s has ordered', (_name, barrier) => {
    const cpus = patched();
    cpus.write(0, x, 1);
    cpus.load(1, x, 1);
    barrier(cpus);
    cpus.dc(1);
    expect(afterClean(cpus)).toEqual([9]);
  });

  it.each([
    ['an executed new version', (cpus: WeakCpus) => cpus.at(1).order.executed(2, 1)],
    [
      'a context synchronisation event',
      (cpus: WeakCpus) => {
        cpus.raise(1, 'address', 2);
        cpus.isb(1);
      },
    ],
  ] as const)('DC cleans what %s comes after', (_name, event) => {
    const cpus = patched();
    cpus.patch(0, 8, 2);
    event(cpus);
    cpus.dc(1);
    expect(afterClean(cpus)).toEqual([9]);
  });

  it('DC waits for an own store of its line', () => {
    const cpus = new WeakCpus();
    cpus.store(0, cpus.alias(0), 9);
    expect([cpus.dc(0, 0), cpus.dc(0, 1)]).toEqual([true, false]);
  });

  it('DC is complete before a later store of its line is visible', () => {
    const cpus = new WeakCpus();
    cpus.patch(0, 9);
    cpus.dc(0);
    cpus.patch(0, 8);
    expect(cpus.at(0).order.cleaned(0)).toBe(1);
  });

  /** What CPU 2 may fetch after CPU 1's IC is complete; the new word has been clean since time 2. */
  function afterInvalidate(orders: { pick?: number }, prepare: (cpus: WeakCpus) => void): number[] {
    const cpus = patched();
    cpus.dc(0);
    cpus.dsb(0);
    prepare(cpus);
    cpus.ic(1, 0, orders);
    cpus.dsb(1);
    cpus.at(2).order.raise(cpus.memory.order.viewCells.complete, 9);
    cpus.isb(2);
    return cpus.fetches(2);
  }

  it.each([
    ['nothing that is not ordered before it', {}, () => undefined, [0, 9]],
    ['what its address depends on', { pick: 2 }, () => undefined, [9]],
    ['what a branch depends on', {}, (cpus: WeakCpus) => cpus.raise(1, 'control', 2), [9]],
    [
      'what DSB has ordered',
      {},
      (cpus: WeakCpus) => {
        cpus.write(0, x, 1);
        cpus.load(1, x, 1);
        cpus.dsb(1, 'load');
      },
      [9],
    ],
  ] as const)('IC removes %s', (_name, orders, prepare, values) => {
    expect(afterInvalidate(orders, prepare)).toEqual(values);
  });

  it('IC removes what is clean when it is issued, not when it is complete', () => {
    const cpus = patched();
    cpus.ic(0);
    cpus.dc(0);
    cpus.dsb(0);
    cpus.isb(0);
    expect(cpus.fetches(0)).toEqual([0, 9]);
  });

  it('IC removes what is visible where data need not be cleaned', () => {
    const cpus = patched({ IDC: 1 });
    cpus.dsb(0);
    cpus.ic(0);
    cpus.dsb(0);
    cpus.isb(0);
    expect(cpus.fetches(0)).toEqual([9]);
  });

  it('nothing is needed where instruction caches are coherent, but for the order', () => {
    const cpus = patched({ IDC: 1, DIC: 1 });
    expect(cpus.fetches(0)).toEqual([0, 9]);
    cpus.dsb(0);
    cpus.isb(0);
    expect(cpus.fetches(0)).toEqual([9]);
  });

  it('DC is needed where instruction caches are coherent and data must be cleaned', () => {
    const cpus = patched({ DIC: 1 });
    cpus.dsb(0);
    cpus.isb(0);
    expect(cpus.fetches(0)).toEqual([0, 9]);
    cpus.dc(0);
    cpus.dsb(0);
    cpus.isb(0);
    expect(cpus.fetches(0)).toEqual([9]);
  });

  it('IC IALLU removes from the caches of its CPU alone', () => {
    const cpus = patched();
    cpus.dc(0);
    cpus.dsb(0);
    cpus.at(0).order.invalidateAll(false);
    cpus.dsb(0);
    cpus.isb(0);
    cpus.at(1).order.raise(cpus.memory.order.viewCells.complete, 9);
    cpus.isb(1);
    expect([cpus.fetches(0), cpus.fetches(1)]).toEqual([[9], [0, 9]]);
  });
});

describe('a context synchronisation event', () => {
  /** CPU 0 has patched and maintained; the last of it has time 4. */
  function maintained(): WeakCpus {
    const cpus = new WeakCpus();
    cpus.patch(0, 9);
    cpus.maintain(0);
    return cpus;
  }

  it('orders nothing by itself', () => {
    const cpus = maintained();
    cpus.isb(1);
    expect(cpus.fetches(1)).toEqual([0, 9]);
  });

  it.each(['control', 'address'] as const)('orders later fetches after what it comes after: %s', (view) => {
    const cpus = maintained();
    cpus.raise(1, view, 4);
    expect(cpus.fetches(1)).toEqual([0, 9]);
    cpus.isb(1);
    expect(cpus.fetches(1)).toEqual([9]);
  });

  it('orders later fetches after what DSB has completed', () => {
    const cpus = maintained();
    cpus.dsb(0);
    expect(cpus.fetches(0)).toEqual([0, 9]);
    cpus.isb(0);
    expect(cpus.fetches(0)).toEqual([9]);
  });

  it('orders later loads', () => {
    const cpus = written();
    cpus.raise(1, 'control', 1);
    cpus.isb(1);
    expect(cpus.reads(1, x)).toEqual([1]);
  });

  it('makes writes known for fetching', () => {
    const cpus = maintained();
    cpus.raise(1, 'control', 1);
    expect(cpus.at(1).order.knowsForFetching(0)).toBe(false);
    cpus.isb(1);
    expect(cpus.at(1).order.knowsForFetching(0)).toBe(true);
  });

  it('takes the address of an access into account', () => {
    const cpus = maintained();
    cpus.load(1, x, 0, { pick: 4 });
    cpus.isb(1);
    expect(cpus.fetches(1)).toEqual([9]);
  });

  it('comes after the interrupt that it is the entry of', () => {
    const cpus = maintained();
    cpus.views[1][cpus.memory.order.viewCells.interrupt] = 4;
    cpus.at(1).order.receives('interrupt');
    cpus.isb(1);
    expect(cpus.fetches(1)).toEqual([9]);
  });
});

describe('executing a new version', () => {
  it('orders later fetches after what was maintained before it was written', () => {
    const cpus = new WeakCpus();
    cpus.patch(0, 9, 0);
    cpus.maintain(0, 0);
    cpus.patch(0, 8, 2);
    expect(cpus.fetches(1, 0)).toEqual([0, 9]);
    cpus.at(1).order.executed(2, 1);
    expect(cpus.fetches(1, 0)).toEqual([9]);
  });

  it('orders later loads after the write', () => {
    const cpus = new WeakCpus();
    cpus.write(0, x, 1);
    cpus.patch(0, 9);
    cpus.at(1).order.executed(0, 1);
    expect(cpus.reads(1, x)).toEqual([1]);
  });
});

describe('knowledge of a write', () => {
  it('comes from a load, from what is ordered before later loads, and from an own store', () => {
    const cpus = new WeakCpus({}, 4);
    cpus.patch(0, 9);
    cpus.load(1, cpus.site(0), 9);
    cpus.at(2).order.executed(0, 1);
    const known = [0, 1, 2, 3].map((cpu) => cpus.at(cpu).order.known(0, false));
    expect(known).toEqual([1, 1, 1, 0]);
  });
});

describe('an event', () => {
  it('orders later loads after what its sender had completed', () => {
    const cpus = written();
    cpus.views[1][cpus.memory.order.viewCells.event] = 1;
    cpus.at(1).order.receives('event');
    expect(cpus.reads(1, x)).toEqual([1]);
  });
});

describe('what a load is ordered after', () => {
  it('is ordered before what depends on its value', () => {
    expect(written().load(1, z, 0, { address: 2 })).toBe(2);
  });

  it('is cleaned by a later DC of the line', () => {
    const cpus = new WeakCpus({ dataLine: 64 });
    cpus.patch(0, 9, 1);
    cpus.load(1, cpus.site(0), 0, { address: 1 });
    cpus.dc(1, 0);
    cpus.dsb(1);
    expect(cpus.at(1).order.cleaned(1)).toBe(1);
  });
});

describe('the normal form of times', () => {
  it.each([
    ['what was read, for DMB LD', (cpus: WeakCpus) => cpus.load(1, y, 1), 'load'],
    ['what was stored, for DMB', (cpus: WeakCpus) => cpus.write(1, z, 1), 'full'],
  ] as const)('keeps %s', (_, act, reach) => {
    const cpus = written();
    act(cpus);
    cpus.settle();
    cpus.dmb(1, reach);
    expect(cpus.reads(1, x)).toEqual([1]);
  });

  it('keeps what DMB has ordered before a later DC', () => {
    const cpus = new WeakCpus();
    cpus.patch(0, 9);
    cpus.write(0, x, 1);
    cpus.load(1, x, 1);
    cpus.dmb(1, 'full');
    cpus.settle();
    cpus.dc(1);
    cpus.dsb(1);
    expect(cpus.at(1).order.cleaned(0)).toBe(1);
  });

  it('keeps what an address depended on, for ISB', () => {
    const cpus = written();
    cpus.raise(1, 'address', 2);
    cpus.settle();
    cpus.isb(1);
    expect(cpus.reads(1, x)).toEqual([1]);
  });

  it('keeps the last store-release, for a load-acquire', () => {
    const cpus = written();
    cpus.store(1, z, 1, { release: true });
    cpus.show(1);
    cpus.settle();
    expect(cpus.reads(1, x, { acquire: true })).toEqual([1]);
  });

  it('keeps what an event comes after', () => {
    const cpus = written();
    cpus.views[1][cpus.memory.order.viewCells.event] = 2;
    cpus.settle();
    cpus.at(1).order.receives('event');
    expect(cpus.reads(1, x)).toEqual([1]);
  });

  it('forgets what is hidden from every CPU', () => {
    const cpus = written();
    cpus.load(1, x, 1);
    cpus.settle();
    expect([cpus.reads(0, x), cpus.reads(1, x), cpus.reads(1, y)]).toEqual([[1], [1], [1, 0]]);
    // When the only value of x became visible decides nothing any more.
    expect(cpus.memory.order.now).toBe(1);
  });

  it('makes two machines equal that differ only in how much has happened', () => {
    const [once, often] = [new WeakCpus(), new WeakCpus()];
    for (let i = 0; i < 3; i++) {
      often.write(0, x, i);
      for (const cpu of [0, 1]) {
        often.load(cpu, x, i);
        often.dmb(cpu, 'full');
        often.dsb(cpu);
        often.isb(cpu);
      }
      often.settle();
    }
    once.write(0, x, 2);
    for (const cpu of [0, 1]) {
      once.load(cpu, x, 2);
      once.dmb(cpu, 'full');
      once.dsb(cpu);
      once.isb(cpu);
    }
    once.settle();
    expect(often.shared).toEqual(once.shared);
    expect(often.views).toEqual(once.views);
  });

  it('keeps what a branch orders, though an interrupt has completed as much', () => {
    const cpus = new WeakCpus();
    cpus.patch(0, 9);
    cpus.views[1][cpus.memory.order.viewCells.interrupt] = 1;
    cpus.at(1).order.receives('interrupt');
    cpus.raise(1, 'control', 1);
    cpus.settle();
    cpus.maintain(1);
    cpus.isb(1);
    expect(cpus.fetches(1)).toEqual([9]);
  });

  it('keeps what goes out with an event, though its sender has synchronised since', () => {
    const cpus = written();
    cpus.dsb(0);
    cpus.isb(0);
    cpus.settle();
    const { completed } = cpus.at(0).order;
    const { order } = cpus.at(1);
    order.raise(order.viewCells.event, completed);
    order.receives('event');
    expect([cpus.reads(1, x), cpus.reads(1, y)]).toEqual([[1], [1]]);
  });

  it('does not take the store of another CPU for an own one that is hidden', () => {
    const cpus = new WeakCpus();
    cpus.write(1, y, 1);
    cpus.write(0, x, 1);
    cpus.write(1, x, 2);
    cpus.load(0, x, 2);
    cpus.settle();
    cpus.raise(0, 'control', cpus.load(0, x, 2));
    cpus.isb(0);
    expect(cpus.reads(0, y)).toEqual([1]);
  });

  it('does not take a version of text for an own store that modified nothing', () => {
    const cpus = new WeakCpus();
    cpus.write(1, y, 1);
    cpus.patch(1, 9);
    cpus.patch(0, 9);
    cpus.settle();
    cpus.raise(0, 'control', cpus.load(0, cpus.site(0), 9));
    cpus.isb(0);
    expect(cpus.reads(0, y)).toEqual([1]);
  });
});
