import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cpus, aliasBase, constantBase, privateBase, sharedBase, spec, textBase } from './cpus.ts';

type Size = 1 | 2 | 4 | 8;
const sizes: readonly Size[] = [1, 2, 4, 8];

/** The value of the last load, unsigned. */
function loaded(cpus: Cpus): bigint {
  const { low, high } = cpus.memory;
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

describe('loads', () => {
  it.each([
    [sharedBase, 'shared data'],
    [privateBase, 'private data'],
    [constantBase, 'constants'],
  ])('at 0x%s, %s, of every size', (base) => {
    for (const size of sizes) {
      const cpus = new Cpus(spec());
      expect(cpus.on(0).load(base + 8, size)).toBeUndefined();
      expect(loaded(cpus)).toBe(0x0f0e_0d0c_0b0a_0908n & ((1n << BigInt(8 * size)) - 1n));
    }
  });

  it('of text see the newest version, under every address', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(1, 0x1234);
    for (const base of [textBase, aliasBase]) {
      expect(cpus.on(1).load(base, 8)).toBeUndefined();
      expect(loaded(cpus)).toBe(0x0000_1234_0000_0000n);
      cpus.on(1).load(base + 8, 4);
      expect(loaded(cpus)).toBe(2n);
    }
  });

  it('fault where nothing is mapped, also in part', () => {
    const memory = new Cpus(spec()).on(0);
    expect(memory.load(0, 1)).toBe('translation');
    expect(memory.load(sharedBase + 28, 8)).toBe('translation');
    expect(memory.store(constantBase + 15, 2, 0, 0)).toBe('translation');
  });

  it('of shared data must be aligned; others need not be', () => {
    const memory = new Cpus(spec()).on(0);
    for (const size of [2, 4, 8] as const) {
      expect(memory.load(sharedBase + 1, size)).toBe('alignment');
      expect(memory.store(sharedBase + 1, size, 0, 0)).toBe('alignment');
      if (size < 8) expect(memory.store(aliasBase + 1, size, 0, 0)).toBe('alignment');
      for (const base of [privateBase, constantBase, textBase]) {
        expect(memory.load(base + 1, size)).toBeUndefined();
      }
    }
  });
});

describe('stores', () => {
  it('need permission', () => {
    const memory = new Cpus(spec()).on(0);
    expect(memory.store(constantBase, 4, 0, 0)).toBe('permission');
    expect(memory.store(textBase, 4, 0, 0)).toBe('permission');
    // Through the alias, but not a site; and only half a site.
    expect(memory.store(aliasBase + 8, 4, 0, 0)).toBe('permission');
    expect(memory.store(aliasBase + 64, 8, 0, 0)).toBe('permission');
    expect(memory.store(aliasBase + 64, 4, 0, 0)).toBeUndefined();
  });

  it('through an alias modify the site', () => {
    const cpus = new Cpus(spec());
    const memory = cpus.on(0);
    expect(memory.modifiedSites).toEqual([]);
    memory.store(aliasBase + 64, 4, 77, 0);
    expect(memory.modifiedSites).toEqual([1]);
    expect(cpus.at(1).newest(2)).toBe(77);
    expect(cpus.memory.modifiedSites).toEqual([]);
    cpus.on(0).store(aliasBase + 64, 4, 77, 0);
    expect(cpus.memory.modifiedSites).toEqual([]);
  });

  it('of eight bytes modify two words at once; of one byte a part of one', () => {
    const cpus = new Cpus(spec());
    cpus.on(0).store(aliasBase, 8, 5, 6);
    expect([cpus.at(1).newest(0), cpus.at(1).newest(1)]).toEqual([5, 6]);
    cpus.on(0).store(aliasBase + 5, 1, 0x12, 0);
    expect(cpus.at(1).newest(1)).toBe(0x1206);
  });

  it('to private memory are seen by nobody else', () => {
    const cpus = new Cpus(spec());
    cpus.on(0).store(privateBase, 4, 77, 0);
    cpus.on(1).load(privateBase, 4);
    expect(loaded(cpus)).toBe(0x0302_0100n);
    cpus.on(0).load(privateBase, 4);
    expect(loaded(cpus)).toBe(77n);
  });

  it.each([
    ['shared data', sharedBase, sharedBase + 1],
    ['text', aliasBase, aliasBase + 1],
  ])('of a byte of %s teach the writer nothing', (_name, first, second) => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.on(0).store(first, 1, 1, 0);
    cpus.on(1).store(second, 1, 1, 0);
    cpus.at(1).contextSynchronize();
    expect(cpus.at(1).knowsForFetching(2)).toBe(false);
  });

  it('are what is read back, whatever the sizes and the alignment', () => {
    const store = fc.record({
      at: fc.nat(24),
      size: fc.constantFrom(...sizes),
      low: fc.integer(),
      high: fc.integer(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom('private', 'shared'),
        fc.array(store, { maxLength: 20 }),
        (kind, stores) => {
          const cpus = new Cpus(spec());
          const memory = cpus.on(0);
          const base = kind === 'private' ? privateBase : sharedBase;
          const model = new DataView(new Uint8Array(32).map((_, i) => i).buffer);
          for (const { at, size, low, high } of stores) {
            const offset = kind === 'private' ? at : at & -size;
            expect(memory.store(base + offset, size, low, high)).toBeUndefined();
            const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
            for (let i = 0; i < size; i++)
              model.setUint8(offset + i, Number((value >> BigInt(8 * i)) & 0xffn));
            for (const read of sizes) {
              const from = kind === 'private' ? at : at & -read;
              expect(memory.load(base + from, read)).toBeUndefined();
              const mask = (1n << BigInt(8 * read)) - 1n;
              expect(loaded(cpus)).toBe(model.getBigUint64(from, true) & mask);
            }
          }
        },
      ),
    );
  });
});

describe('an access', () => {
  it('is local unless others write there', () => {
    const { memory } = new Cpus(spec());
    expect([privateBase, constantBase, textBase + 8, 0].map((address) => memory.isLocal(address))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(
      [sharedBase, textBase, aliasBase + 4, textBase + 64].some((address) => memory.isLocal(address)),
    ).toBe(false);
    // The last word of the region; eight bytes that reach into a site, aligned or not.
    expect(memory.isLocal(textBase + 124)).toBe(true);
    expect(memory.isLocal(textBase + 60)).toBe(false);
    expect(memory.isLocal(textBase + 57)).toBe(false);
    expect(memory.isLocal(textBase + 56)).toBe(true);
  });

  it('is told to whoever watches', () => {
    const cpus = new Cpus(spec());
    const seen: string[] = [];
    cpus.memory.observer = {
      load: (address, size) => void seen.push(`load ${address} ${size}`),
      store: (address, size, low, high) => void seen.push(`store ${address} ${size} ${low} ${high}`),
    };
    cpus.on(0).load(privateBase, 4);
    cpus.on(0).store(privateBase, 8, 1, 2);
    cpus.on(0).store(constantBase, 8, 1, 2);
    cpus.on(0).load(0, 8);
    expect(seen).toEqual([`load ${privateBase} 4`, `store ${privateBase} 8 1 2`]);
  });
});
