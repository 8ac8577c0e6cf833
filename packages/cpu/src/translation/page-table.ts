/**
 * Where translated code finds the pages that it may load from and store to directly: entries of 16 bytes, chosen by the low bits of
 * the page's number. An entry has the address of the page, or {@link pageTable.nothing}, and what has to be added to
 * the low half of an address to get the place in the shared memory.
 */
export const pageTable = {
  /** Offset of the entries for loads, of those for stores, and of those for stores that are told of. */
  loads: 0,
  stores: 4096,
  watchedStores: 8192,
  /** Bits of an address, shifted right by 8, that are the offset of its entry. */
  mask: 0xff0,
  /** Offset in an entry of what has to be added. */
  place: 8,
  /** An address that is no page's. */
  nothing: 1n,
  bytes: 12288,
} as const;

/** What a page may be accessed directly for. Of `watchedStores` those of words that change something are told of. */
export type PageUse = 'loads' | 'stores' | 'watchedStores';

/** The page table of one piece of shared memory. */
export class PageTable {
  readonly #addresses: BigInt64Array;
  readonly #places: Int32Array;

  constructor(buffer: ArrayBuffer, at: number) {
    this.#addresses = new BigInt64Array(buffer, at, pageTable.bytes / 8);
    this.#places = new Int32Array(buffer, at, pageTable.bytes / 4);
    this.clear();
  }

  /** Forgets all pages. */
  clear(): void {
    this.#addresses.fill(pageTable.nothing);
  }

  /** Enters the page of an address, which lies at `place` in the shared memory. */
  enter(address: number, place: number, use: PageUse): void {
    const page = Math.floor(address / 4096) * 4096;
    const at = pageTable[use] + (Math.floor(page / 256) & pageTable.mask);
    this.#addresses[at >> 3] = BigInt(page);
    this.#places[(at + pageTable.place) >> 2] = (place - (address - page) - page) | 0;
  }
}
