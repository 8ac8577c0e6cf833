import { Interner, PairTable } from '@quiesce/explore';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('Interner', () => {
  it('numbers sequences like a map of strings', () => {
    const cell = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer());
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 300 }), (sequences) => {
        const interner = new Interner();
        const ids = new Map<string, number>();
        for (const sequence of sequences) {
          const key = sequence.join(' ');
          const id = ids.get(key) ?? ids.size;
          expect(interner.find(Int32Array.from(sequence))).toBe(ids.get(key) ?? -1);
          ids.set(key, id);
          expect(interner.intern(Int32Array.from(sequence))).toBe(id);
          expect(interner.intern(Uint32Array.from(sequence))).toBe(id);
          expect(Array.from(interner.get(id))).toEqual(sequence);
        }
        expect(interner.size).toBe(ids.size);
      }),
    );
  });

  it('keeps 200,000 of 8 cells apart, and their views valid', () => {
    const interner = new Interner();
    const cells = new Int32Array(12);
    interner.intern(cells, 8);
    const first = interner.get(0);
    for (let i = 1; i < 200_000; i++) {
      cells[2] = i & 255;
      cells[5] = i >> 8;
      if (interner.intern(cells, 8) !== i) throw new Error(`${i} is not new`);
    }
    expect(interner.get(77_777)[5]).toBe(77_777 >> 8);
    expect(Array.from(first)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(interner.bytes).toBeLessThan(200_000 * 100);
  });

  it('takes a sequence longer than a chunk, and an empty one', () => {
    const interner = new Interner();
    const long = new Int32Array(3_000_000).fill(7);
    expect([interner.intern(long), interner.intern(long, 0), interner.intern(long)]).toEqual([0, 1, 0]);
    expect(interner.get(0)).toHaveLength(long.length);
    expect(interner.get(1)).toHaveLength(0);
  });

  it('refuses what is out of range', () => {
    const interner = new Interner();
    expect(() => interner.get(0)).toThrow(expect.objectContaining({ code: 'range' }));
    expect(() => interner.intern(new Int32Array(2), 3)).toThrow(expect.objectContaining({ code: 'range' }));
    expect(() => interner.intern(new Int32Array(2), -1)).toThrow(expect.objectContaining({ code: 'range' }));
  });
});

describe('PairTable', () => {
  const number = fc.oneof(
    fc.nat({ max: 20 }),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    fc.constant(2 ** 32 - 1),
  );

  it('is a map', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number, number), { maxLength: 300 }), (entries) => {
        const table = new PairTable();
        const map = new Map<string, number>();
        for (const [a, b, value] of entries) {
          expect(table.get(a, b)).toBe(map.get(`${a} ${b}`) ?? -1);
          table.set(a, b, value);
          map.set(`${a} ${b}`, value);
          expect(table.get(a, b)).toBe(value);
        }
        expect(table.size).toBe(map.size);
        for (const [a, b] of entries) expect(table.get(a, b)).toBe(map.get(`${a} ${b}`));
      }),
    );
  });

  it('has nothing under zeros before they are set', () => {
    const table = new PairTable();
    expect(table.get(0, 0)).toBe(-1);
    table.set(0, 0, 0);
    expect([table.get(0, 0), table.get(0, 1), table.get(1, 0)]).toEqual([0, -1, -1]);
  });

  it('grows', () => {
    const table = new PairTable();
    for (let i = 0; i < 300_000; i++) table.set(i % 1000, Math.floor(i / 1000), i);
    let wrong = 0;
    for (let i = 0; i < 300_000; i++) if (table.get(i % 1000, Math.floor(i / 1000)) !== i) wrong += 1;
    expect([table.size, wrong, table.get(1000, 0)]).toEqual([300_000, 0, -1]);
    expect(table.bytes).toBeLessThanOrEqual(300_000 * 56);
  });

  it('refuses what does not fit', () => {
    const table = new PairTable();
    for (const [a, b, value] of [
      [-1, 0, 0],
      [0, 2 ** 32, 0],
      [0, 0, 0.5],
    ] as const) {
      expect(() => table.set(a, b, value)).toThrow(expect.objectContaining({ code: 'range' }));
    }
    expect(table.size).toBe(0);
    expect(table.get(-1, 0)).toBe(-1);
  });
});
