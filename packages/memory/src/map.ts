import { formatAddress } from '@quiesce/insn';
import { type CacheType, cacheTypeRegister, incoherent } from './cache-type.ts';
import { MemoryError } from './errors.ts';

/**
 * What a region is for.
 *
 * - `text`: instructions. Executable; written only at declared sites, and only through a writable alias unless the
 *   region itself is writable.
 * - `constant`: data that nobody writes. Reading it is invisible to other CPUs.
 * - `shared`: data that every CPU reads and writes.
 * - `private`: data at the same virtual address on every CPU, with contents of its own on each
 *   (per-CPU variables, stacks).
 */
export type RegionKind = 'text' | 'constant' | 'shared' | 'private';

/** A range of memory under the virtual address by which it is known. */
export interface RegionSpec {
  readonly name: string;
  readonly kind: RegionKind;
  /** Virtual address (a signed 64-bit integer as a number), a multiple of 8. */
  readonly base: number;
  /** Initial contents; the length, in bytes, is a multiple of 8. */
  readonly bytes: Uint8Array;
  /** For text: may be written at the address where it executes, as a JIT's. Default false. */
  readonly writable?: boolean;
}

/** A second, writable mapping of a region: the kernel's linear map or a fixmap slot. Not executable. */
export interface AliasSpec {
  readonly name: string;
  /** Name of the region that is mapped a second time. */
  readonly of: string;
  readonly base: number;
}

/** Consecutive instruction words that a protocol replaces together. */
export interface SiteSpec {
  readonly name: string;
  /** Virtual address of the first word in its text region. */
  readonly address: number;
  /** Number of 32-bit words, at least 1. */
  readonly words: number;
  /** The words that the protocol writes here, as many as {@link words}; without it the site may become anything. */
  readonly replacement?: readonly number[];
}

/** Everything about memory that stays the same while a machine runs. */
export interface MemorySpec {
  readonly regions: readonly RegionSpec[];
  readonly aliases?: readonly AliasSpec[];
  readonly sites?: readonly SiteSpec[];
  /** Defaults to {@link incoherent}. */
  readonly cache?: CacheType;
  /** How many versions of one word, the initial one included, a run may produce. Default 4. */
  readonly maxVersions?: number;
}

/** A region as the map holds it. */
export interface Region extends RegionSpec {
  /** Initial contents as little-endian 32-bit words. */
  readonly words: Int32Array;
  /** Index of the first word of a shared or private region among all words of its kind; 0 otherwise. */
  readonly firstWord: number;
  /** For text: the index of the site word at each word, or -1. Empty for other kinds. */
  readonly siteWords: Int32Array;
}

/** One range of virtual addresses. */
export interface Mapping {
  readonly base: number;
  readonly size: number;
  readonly region: Region;
  /** Whether a store through this mapping is allowed. */
  readonly writable: boolean;
  /** Whether instructions are fetched through this mapping. */
  readonly executable: boolean;
}

/** One patchable word. Site words are numbered from 0 over all sites, in the order of the sites. */
export interface SiteWord {
  readonly site: number;
  readonly address: number;
  readonly initial: number;
  /** The words it may hold, signed; undefined where that was not declared. */
  readonly allowed: readonly number[] | undefined;
  /** Identity of the smallest data cache line that holds the word. */
  readonly dataLine: number;
  /** Identity of the smallest instruction cache line that holds the word. */
  readonly instructionLine: number;
}

function littleEndianWords(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i, true));
}

/**
 * The map of a machine's memory: which virtual address is what. It never changes while the machine runs.
 *
 * Throws {@link MemoryError} where regions overlap or are misaligned, an alias names no region, or a site is not
 * in text.
 */
export class MemoryMap {
  readonly regions: readonly Region[];
  readonly mappings: readonly Mapping[];
  readonly sites: readonly SiteSpec[];
  readonly siteWords: readonly SiteWord[];
  readonly cache: CacheType;
  /** Value of CTR_EL0, low 32 bits. */
  readonly ctr: number;
  readonly maxVersions: number;
  /** Number of 32-bit words in all shared regions. */
  readonly sharedWords: number;
  /** Number of 32-bit words in all private regions. */
  readonly privateWords: number;
  #last: Mapping | undefined;

  constructor(spec: MemorySpec) {
    this.cache = spec.cache ?? incoherent;
    this.ctr = cacheTypeRegister(this.cache);
    this.maxVersions = spec.maxVersions ?? 4;
    this.sites = spec.sites ?? [];
    let sharedWords = 0;
    let privateWords = 0;
    this.regions = spec.regions.map((region) => {
      if (region.base % 8 !== 0 || region.bytes.length % 8 !== 0) {
        throw new MemoryError(
          'misaligned-region',
          `region '${region.name}' at ${formatAddress(region.base)} has ${region.bytes.length} bytes; base and size must be multiples of 8`,
        );
      }
      const words = littleEndianWords(region.bytes);
      const firstWord = region.kind === 'shared' ? sharedWords : region.kind === 'private' ? privateWords : 0;
      if (region.kind === 'shared') sharedWords += words.length;
      if (region.kind === 'private') privateWords += words.length;
      const siteWords = new Int32Array(region.kind === 'text' ? words.length : 0).fill(-1);
      return { ...region, words, firstWord, siteWords };
    });
    this.sharedWords = sharedWords;
    this.privateWords = privateWords;
    this.mappings = this.#mappings(spec.aliases ?? []);
    this.siteWords = this.sites.flatMap((site, index) => this.#siteWordsOf(site, index));
    this.siteWords.forEach((word, index) => this.#mark(word, index));
  }

  #mappings(aliases: readonly AliasSpec[]): Mapping[] {
    const direct = this.regions.map((region) => ({
      base: region.base,
      size: region.bytes.length,
      region,
      writable:
        region.kind === 'shared' ||
        region.kind === 'private' ||
        (region.kind === 'text' && region.writable === true),
      executable: region.kind === 'text',
    }));
    const second = aliases.map((alias) => {
      const region = this.regions.find((candidate) => candidate.name === alias.of);
      if (region === undefined) {
        throw new MemoryError(
          'unknown-region',
          `alias '${alias.name}' maps region '${alias.of}', which does not exist; regions: ${this.regions.map((r) => r.name).join(', ')}`,
        );
      }
      return { base: alias.base, size: region.bytes.length, region, writable: true, executable: false };
    });
    for (const { name, base } of aliases) {
      if (base % 8 === 0) continue;
      throw new MemoryError(
        'misaligned-region',
        `alias '${name}' is at ${formatAddress(base)}; its base must be a multiple of 8`,
      );
    }
    const all = [...direct, ...second].filter((m) => m.size > 0).sort((a, b) => a.base - b.base);
    for (let i = 1; i < all.length; i++) {
      const below = all[i - 1];
      const above = all[i];
      if (below.base + below.size > above.base) {
        throw new MemoryError(
          'overlapping-regions',
          `the mapping of '${above.region.name}' at ${formatAddress(above.base)} begins inside that of '${below.region.name}', which ends at ${formatAddress(below.base + below.size)}`,
        );
      }
    }
    return all;
  }

  #siteWordsOf(site: SiteSpec, index: number): SiteWord[] {
    if (site.address % 4 !== 0 || !Number.isInteger(site.words) || site.words < 1) {
      throw new MemoryError(
        'site-misaligned',
        `site '${site.name}' is ${site.words} words at ${formatAddress(site.address)}; expected at least one whole word at a multiple of 4`,
      );
    }
    return Array.from({ length: site.words }, (_, i) => {
      const address = site.address + 4 * i;
      const mapping = this.mappingOf(address);
      if (mapping?.executable !== true) {
        throw new MemoryError(
          'site-outside-text',
          `site '${site.name}' has a word at ${formatAddress(address)}, which is not in a text region`,
        );
      }
      const initial = mapping.region.words[(address - mapping.base) >> 2];
      const { replacement } = site;
      return {
        site: index,
        address,
        initial,
        allowed: replacement === undefined ? undefined : [initial, replacement[i] | 0],
        dataLine: Math.floor(address / this.cache.dataLine),
        instructionLine: Math.floor(address / this.cache.instructionLine),
      };
    });
  }

  #mark(word: SiteWord, index: number): void {
    const mapping = this.mappingOf(word.address);
    if (mapping === undefined) return;
    const offset = (word.address - mapping.base) >> 2;
    if (mapping.region.siteWords[offset] !== -1) {
      throw new MemoryError(
        'overlapping-sites',
        `two sites contain the word at ${formatAddress(word.address)}; a word belongs to one site`,
      );
    }
    mapping.region.siteWords[offset] = index;
  }

  /** The mapping that holds a virtual address, or undefined where nothing is mapped. */
  mappingOf(address: number): Mapping | undefined {
    const last = this.#last;
    if (last !== undefined && address >= last.base && address < last.base + last.size) return last;
    for (const mapping of this.mappings) {
      if (address >= mapping.base && address < mapping.base + mapping.size) {
        this.#last = mapping;
        return mapping;
      }
    }
    return undefined;
  }

  /** The index of the site word at an address of text, through any mapping; -1 where there is none. */
  siteWordAt(address: number): number {
    const mapping = this.mappingOf(address);
    if (mapping?.region.kind !== 'text') return -1;
    return mapping.region.siteWords[(address - mapping.base) >> 2];
  }
}
