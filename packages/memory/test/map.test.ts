import { MemoryError, MemoryMap, type MemorySpec, cacheTypeRegister, incoherent } from '@quiesce/memory';
import { describe, expect, it } from 'vitest';
import { aliasBase, sharedBase, spec, text, textBase } from './cpus.ts';

const bytes = new Uint8Array(16);

function refusal(specification: MemorySpec): [string, string] {
  try {
    new MemoryMap(specification);
  } catch (error) {
    if (error instanceof MemoryError) return [error.code, error.message];
    throw error;
  }
  return ['', ''];
}

describe('a map', () => {
  it('finds regions and aliases', () => {
    const map = new MemoryMap(spec());
    expect(map.mappingOf(textBase)).toMatchObject({ executable: true, writable: false });
    expect(map.mappingOf(aliasBase + 127)).toMatchObject({
      executable: false,
      writable: true,
      base: aliasBase,
    });
    expect(map.mappingOf(sharedBase)?.region.kind).toBe('shared');
    expect(map.mappingOf(textBase - 1)).toBeUndefined();
    expect(map.mappingOf(textBase + 128)).toBeUndefined();
    expect([map.sharedWords, map.privateWords]).toEqual([8, 8]);
  });

  it('numbers site words over all sites, and finds them through any mapping', () => {
    const map = new MemoryMap(spec());
    expect(map.siteWords.map(({ site, address, initial }) => [site, address, initial])).toEqual([
      [0, textBase, 0],
      [0, textBase + 4, 1],
      [1, textBase + 64, 16],
    ]);
    expect([0, 4, 8, 64].map((offset) => map.siteWordAt(textBase + offset))).toEqual([0, 1, -1, 2]);
    expect(map.siteWordAt(aliasBase + 64)).toBe(2);
    expect(map.siteWordAt(sharedBase)).toBe(-1);
    expect(map.siteWordAt(0)).toBe(-1);
  });

  it.each<[string, string, string, MemorySpec]>([
    [
      'regions that overlap',
      'overlapping-regions',
      "the mapping of 'b' at 0x1008 begins inside that of 'a', which ends at 0x1010",
      {
        regions: [
          { name: 'b', kind: 'shared', base: 0x1008, bytes },
          { name: 'a', kind: 'shared', base: 0x1000, bytes },
        ],
      },
    ],
    [
      'an alias over a region',
      'overlapping-regions',
      "the mapping of 'text' at 0x20008 begins inside that of 'shared', which ends at 0x20020",
      spec({}, { aliases: [{ name: 'alias', of: 'text', base: sharedBase + 8 }] }),
    ],
    [
      'a misaligned region',
      'misaligned-region',
      "region 'a' at 0x1004 has 16 bytes; base and size must be multiples of 8",
      { regions: [{ name: 'a', kind: 'shared', base: 0x1004, bytes }] },
    ],
    [
      'a region of an odd size',
      'misaligned-region',
      "region 'a' at 0x1000 has 12 bytes; base and size must be multiples of 8",
      { regions: [{ name: 'a', kind: 'shared', base: 0x1000, bytes: bytes.subarray(0, 12) }] },
    ],
    [
      'a misaligned alias',
      'misaligned-region',
      "alias 'alias' is at 0x50004; its base must be a multiple of 8",
      spec({}, { aliases: [{ name: 'alias', of: 'text', base: aliasBase + 4 }] }),
    ],
    [
      'an alias of nothing',
      'unknown-region',
      "alias 'alias' maps region 'code', which does not exist; regions: text, shared, private, constant",
      spec({}, { aliases: [{ name: 'alias', of: 'code', base: aliasBase }] }),
    ],
    [
      'a site in data',
      'site-outside-text',
      "site 's' has a word at 0x20000, which is not in a text region",
      spec({}, { sites: [{ name: 's', address: sharedBase, words: 1 }] }),
    ],
    [
      'a site under its alias',
      'site-outside-text',
      "site 's' has a word at 0x50000, which is not in a text region",
      spec({}, { sites: [{ name: 's', address: aliasBase, words: 1 }] }),
    ],
    [
      'a site that ends outside text',
      'site-outside-text',
      "site 's' has a word at 0x10080, which is not in a text region",
      spec({}, { sites: [{ name: 's', address: textBase + 124, words: 2 }] }),
    ],
    [
      'a misaligned site',
      'site-misaligned',
      "site 's' is 1 words at 0x10002; expected at least one whole word at a multiple of 4",
      spec({}, { sites: [{ name: 's', address: textBase + 2, words: 1 }] }),
    ],
    [
      'an empty site',
      'site-misaligned',
      "site 's' is 0 words at 0x10000; expected at least one whole word at a multiple of 4",
      spec({}, { sites: [{ name: 's', address: textBase, words: 0 }] }),
    ],
    [
      'sites that overlap',
      'overlapping-sites',
      'two sites contain the word at 0x10004; a word belongs to one site',
      spec(
        {},
        {
          sites: [
            { name: 's', address: textBase, words: 2 },
            { name: 't', address: textBase + 4, words: 1 },
          ],
        },
      ),
    ],
    [
      'a strange cache line',
      'bad-cache-type',
      'dataLine is 48 bytes; expected a power of two from 4 to 2048 (a cache line of CTR_EL0)',
      spec({ dataLine: 48 }),
    ],
  ])('refuses %s', (_name, code, message, specification) => {
    expect(refusal(specification)).toEqual([code, message]);
  });
});

describe('CTR_EL0', () => {
  it.each([
    [incoherent, 0x8004_8004],
    [{ ...incoherent, IDC: 1 as const }, 0x9004_8004],
    [{ IDC: 1, DIC: 1, dataLine: 4, instructionLine: 2048 } as const, 0xb000_8009],
  ])('of %o', (cache, value) => {
    expect(cacheTypeRegister(cache) >>> 0).toBe(value);
  });

  it('refuses lines that it cannot express', () => {
    for (const bytes of [2, 4096, 0, -64, 63, Number.NaN]) {
      expect(() => cacheTypeRegister({ ...incoherent, instructionLine: bytes })).toThrow('instructionLine');
    }
  });
});

it('text may be writable where it executes', () => {
  const map = new MemoryMap({
    regions: [{ name: 'jit', kind: 'text', base: textBase, bytes: text, writable: true }],
  });
  expect(map.mappingOf(textBase)).toMatchObject({ executable: true, writable: true });
});
