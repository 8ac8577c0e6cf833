import type { MemoryMap } from './map.ts';

/**
 * Where each part of the shared state lies in its array of 32-bit cells. T is the number of site words, V the
 * greatest number of versions of one, D the number of shared data words.
 */
export interface SharedCells {
  /** D cells: the shared data. */
  readonly data: number;
  /** D x T cells: for each data word, what its last writer knew: the newest version of each site word. */
  readonly dataClock: number;
  /** T cells: how many versions each site word has. */
  readonly count: number;
  /** T x V cells: the versions in coherence order. */
  readonly value: number;
  /** T x V x T cells: the global floors when each version was written. */
  readonly snapshot: number;
  /** T x V x T cells: what the writer of each version knew. */
  readonly versionClock: number;
  /** T cells: the oldest version that the instruction caches may still supply to a refetch. */
  readonly globalFloor: number;
  /** T cells: the newest version that has been cleaned to the Point of Unification. */
  readonly cleaned: number;
  /** Number of cells in all. */
  readonly length: number;
}

/** Where each part of one CPU's view lies, from the start of the view; every part has T cells. */
export interface ViewCells {
  /** The oldest version that this CPU may still execute. */
  readonly floor: number;
  /** The newest version that this CPU knows of. */
  readonly known: number;
  /** The newest version that this CPU knew of at its last context synchronisation event. */
  readonly knownForFetch: number;
  /** 1 + the version that an uncompleted DC of this CPU cleans, or 0. */
  readonly pendingClean: number;
  /** 1 + the version that an uncompleted, broadcast IC of this CPU raises the global floor to, or 0. */
  readonly pendingInvalidate: number;
  /** The same for IC IALLU, which is not broadcast. */
  readonly pendingLocalInvalidate: number;
  /** The oldest version that this CPU's own caches may supply, after IC IALLU. */
  readonly localFloor: number;
  /**
   * 1 + what was cleaned before a DMB published a clean of this CPU, or 0 once a DSB or a read has ordered that clean
   * before everything that follows.
   */
  readonly cleanedBefore: number;
  /**
   * 1 + the oldest version that this CPU stored and has not completed, or 0; only where nothing needs cleaning (IDC).
   * Negative after a DMB: complete when the CPU reads.
   */
  readonly openStore: number;
  /** 1 + the newest such version; no other CPU's is between the two. */
  readonly lastOpenStore: number;
  readonly length: number;
}

/** Lays out the shared state of a map. */
export function sharedCells(map: MemoryMap): SharedCells {
  const words = map.siteWords.length;
  const versions = map.maxVersions;
  let next = 0;
  const take = (cells: number): number => {
    const at = next;
    next += cells;
    return at;
  };
  return {
    data: take(map.sharedWords),
    dataClock: take(map.sharedWords * words),
    count: take(words),
    value: take(words * versions),
    snapshot: take(words * versions * words),
    versionClock: take(words * versions * words),
    globalFloor: take(words),
    cleaned: take(words),
    length: next,
  };
}

/** Lays out the view of one CPU. */
export function viewCells(map: MemoryMap): ViewCells {
  const words = map.siteWords.length;
  return {
    floor: 0,
    known: words,
    knownForFetch: 2 * words,
    pendingClean: 3 * words,
    pendingInvalidate: 4 * words,
    pendingLocalInvalidate: 5 * words,
    localFloor: 6 * words,
    cleanedBefore: 7 * words,
    openStore: 8 * words,
    lastOpenStore: 9 * words,
    length: 10 * words,
  };
}
