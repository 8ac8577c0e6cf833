import { type SharedCells, type ViewCells, sharedCells, viewCells } from './cells.ts';
import type { MemoryMap } from './map.ts';

/** Messages of one data word that are kept at the most: those that some CPU may still read. Beyond that the oldest go. */
export const maxMessages = 16;
/** Words of stores that one CPU may have outstanding at the most; a store that finds no room waits. */
export const maxOutstanding = 8;
/** Instructions that one CPU may have delayed at the most; one that finds no room waits. */
export const maxDelayed = 6;
/** Registers that one delayed instruction depends on, at the most. */
export const maxSources = 4;
/** Register views: X0 to X30, the zero register, SP, and NZCV. */
export const registerViews = 34;

/**
 * The shared state under weak data: what {@link SharedCells} says of values and versions, and for each write when it
 * became visible. Times are counted on one line for the whole machine. D data words, M messages, T site words,
 * V versions.
 */
export interface WeakSharedCells extends SharedCells {
  /** 1 cell: the last time that was given out. */
  readonly now: number;
  /** D cells: how many messages of each word are kept; the last is the newest. */
  readonly messages: number;
  /** D x M cells. */
  readonly messageValue: number;
  /** D x M cells, rising. */
  readonly messageTime: number;
  /** L cells, as in {@link WeakViewCells}: 1 while an atomic has read the newest value and its store is outstanding. */
  readonly locks: number;
  /** T x V cells: when each version became visible. */
  readonly versionTime: number;
  /** T x V cells: when the version, or a newer one, was clean to the Point of Unification; {@link never} before. */
  readonly cleanTime: number;
  /** T x V cells: when an IC had removed everything older from the instruction caches; {@link never} before. */
  readonly floorTime: number;
}

/** A time that has not come. */
export const never = 0x7fff_ffff;

/**
 * The view of one CPU under weak data. A view is a time: everything up to it is ordered before something. L locations:
 * D data words and then T site words. The first {@link times} cells are times.
 */
export interface WeakViewCells extends ViewCells {
  /** What this CPU's loads read. */
  readonly readOld: number;
  /** This CPU's stores that are visible. */
  readonly writeOld: number;
  /** Ordered before every later load. */
  readonly readNew: number;
  /** Ordered by DMB before every later access and DC. */
  readonly full: number;
  /** What a branch depends on. */
  readonly control: number;
  /** What the address of an access depends on. */
  readonly address: number;
  /** Ordered before every later DC and IC. */
  readonly maintain: number;
  /** Completed by DSB: ordered before everything but fetches. */
  readonly complete: number;
  /** Ordered before every later fetch: what the caches may supply. */
  readonly fetch: number;
  /** Ordered before every later fetch by a context synchronisation event. */
  readonly contextView: number;
  /** The last store-release, which a load-acquire comes after. */
  readonly release: number;
  /** Ordered before the interrupts that other CPUs sent to this one. */
  readonly interrupt: number;
  /** Ordered before the event that the event register stands for. */
  readonly event: number;
  /** L cells: the newest message of each location that this CPU read or wrote. */
  readonly coherence: number;
  /** L cells: when this CPU's own last store became visible, 0 for none. */
  readonly ownTime: number;
  /** L cells: what the address and data of that store depended on. */
  readonly ownView: number;
  /** maxOutstanding cells: the same for each outstanding store. */
  readonly storeView: number;
  /** maxDelayed cells: what each delayed load is ordered after. */
  readonly delayedOrdered: number;
  /** maxDelayed cells: what the address of a delayed load, or the known sources of another instruction, depend on. */
  readonly delayedData: number;
  /** The same with what selected it. */
  readonly delayedPick: number;
  /** What each register's value depends on: as data, and then once more with what selected it. */
  readonly registers: number;
  /** The same for each word of private memory. */
  readonly privateViews: number;
  /** Number of cells that are times. */
  readonly times: number;
  /** L cells: 1 where the own last store was exclusive or atomic. */
  readonly ownExclusive: number;
  /** maxOutstanding cells: 1 + location of each outstanding store in program order, 0 for none. */
  readonly storeWord: number;
  readonly storeValue: number;
  /** The bits of the word that the store writes. */
  readonly storeMask: number;
  /** Bit 0: a store-release; bit 1: visible together with the one before it. */
  readonly storeKind: number;
  /** maxOutstanding cells: the delayed loads that each outstanding store comes after in program order, as bits. */
  readonly storeAfter: number;
  /** Those of them that must be satisfied before the store is visible. */
  readonly storeWaits: number;
  /** 1 + the result of a delayed instruction that the store stores, 0 where its value is known. */
  readonly storeSource: number;
  /** maxDelayed cells: the word of each delayed instruction in program order, 0 for none. */
  readonly delayedWord: number;
  /** 1 + the first location that it loads, 0 for computations. */
  readonly delayedPlace: number;
  /** Of a load: the first byte in its word in bits 1:0, and the number of locations above. */
  readonly delayedShape: number;
  /** 1 where something later in program order is known to others. */
  readonly delayedOvertaken: number;
  /** The results that its sources wait for, 4 bits each, 0 where the value is known. */
  readonly delayedSources: number;
  /** maxDelayed x maxSources x 2 cells: the values that are known. */
  readonly delayedValues: number;
  /** registerViews cells: the result of a delayed instruction that each register waits for, or 0. */
  readonly producers: number;
  /** T cells: the oldest version that this CPU's own caches may supply from its last context synchronisation event on. */
  readonly appliedFloor: number;
}

function allocator(start: number): { take: (cells: number) => number; length: () => number } {
  let next = start;
  return {
    take: (cells) => {
      const at = next;
      next += cells;
      return at;
    },
    length: () => next,
  };
}

/** Lays out the shared state of a map under weak data. */
export function weakSharedCells(map: MemoryMap): WeakSharedCells {
  const words = map.siteWords.length;
  const versions = words * map.maxVersions;
  const { take, length } = allocator(sharedCells(map).length);
  return {
    ...sharedCells(map),
    now: take(1),
    messages: take(map.sharedWords),
    messageValue: take(map.sharedWords * maxMessages),
    messageTime: take(map.sharedWords * maxMessages),
    locks: take(map.sharedWords + words),
    versionTime: take(versions),
    cleanTime: take(versions),
    floorTime: take(versions),
    length: length(),
  };
}

/** Lays out the view of one CPU under weak data. */
export function weakViewCells(map: MemoryMap): WeakViewCells {
  const words = map.siteWords.length;
  const locations = map.sharedWords + words;
  const { take, length } = allocator(0);
  const times = {
    readOld: take(1),
    writeOld: take(1),
    readNew: take(1),
    full: take(1),
    control: take(1),
    address: take(1),
    maintain: take(1),
    complete: take(1),
    fetch: take(1),
    contextView: take(1),
    release: take(1),
    interrupt: take(1),
    event: take(1),
    coherence: take(locations),
    ownTime: take(locations),
    ownView: take(locations),
    storeView: take(maxOutstanding),
    delayedOrdered: take(maxDelayed),
    delayedData: take(maxDelayed),
    delayedPick: take(maxDelayed),
    registers: take(2 * registerViews),
    privateViews: take(2 * map.privateWords),
    times: length(),
  };
  return {
    ...viewCells(map),
    ...times,
    ownExclusive: take(locations),
    storeWord: take(maxOutstanding),
    storeValue: take(maxOutstanding),
    storeMask: take(maxOutstanding),
    storeKind: take(maxOutstanding),
    storeAfter: take(maxOutstanding),
    storeWaits: take(maxOutstanding),
    storeSource: take(maxOutstanding),
    delayedWord: take(maxDelayed),
    delayedPlace: take(maxDelayed),
    delayedShape: take(maxDelayed),
    delayedOvertaken: take(maxDelayed),
    delayedSources: take(maxDelayed),
    delayedValues: take(2 * maxDelayed * maxSources),
    producers: take(registerViews),
    localFloor: take(words),
    appliedFloor: take(words),
    pendingClean: take(words),
    pendingInvalidate: take(words),
    pendingLocalInvalidate: take(words),
    length: length(),
  };
}
