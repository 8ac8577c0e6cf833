import { InstructionSide } from './instruction-side.ts';
import type { MemoryMap, Mapping, Region } from './map.ts';
import type { MemoryPort } from './port.ts';

/** Why an access was not made: the fault that the architecture reports, or an access that the model refuses. */
export type AccessFault = 'translation' | 'permission' | 'alignment';

/** Access sizes in bytes. */
export type AccessSize = 1 | 2 | 4 | 8;

/** Somebody who watches the accesses of a CPU. A load is announced before its value is known. */
export interface MemoryObserver {
  load(address: number, size: AccessSize): void;
  store(address: number, size: AccessSize, low: number, high: number): void;
}

/**
 * Data memory as one CPU sees it, and through {@link text} its instruction side.
 *
 * Data accesses are sequentially consistent. An access to shared data must be naturally aligned, because one that is
 * not is several accesses in the architecture. The object works on the arrays of {@link attach}; results of a load
 * are left in {@link low} and {@link high}.
 */
export class Memory implements MemoryPort {
  readonly map: MemoryMap;
  readonly text: InstructionSide;
  /** Low 32 bits of the value that the last successful load read, signed. */
  low = 0;
  /** High 32 bits of it, signed; 0 for accesses below 8 bytes. */
  high = 0;
  /**
   * While the instruction side is confined: private memory concerns handlers of the same CPU, which may run between any
   * two instructions, so accesses to it escape, except to {@link stack}.
   */
  handlersShare = false;
  /** The region that handlers use as a stack. */
  stack: Region | undefined;
  /** Watches accesses as they are made; for traces. */
  observer: MemoryObserver | undefined;
  /** The sites that stores modified since {@link attach}, or since somebody emptied the list. */
  readonly modifiedSites: number[] = [];
  #shared: Int32Array = new Int32Array(0);
  #private: Int32Array = new Int32Array(0);

  constructor(map: MemoryMap, text: InstructionSide = new InstructionSide(map)) {
    this.map = map;
    this.text = text;
  }

  /** Names the arrays to work on: the shared state, one CPU's view, and its private words. */
  attach(shared: Int32Array, view: Int32Array, privateWords: Int32Array): void {
    this.#shared = shared;
    this.#private = privateWords;
    this.modifiedSites.length = 0;
    this.text.sharedChanged = false;
    this.text.attach(shared, view);
  }

  /** Value of CTR_EL0, low 32 bits. */
  get ctr(): number {
    return this.map.ctr;
  }

  /** Writes the initial contents of every private region. */
  resetPrivate(privateWords: Int32Array): void {
    for (const region of this.map.regions) {
      if (region.kind === 'private') privateWords.set(region.words, region.firstWord);
    }
  }

  /**
   * Whether an access of up to 8 bytes at this address concerns its CPU alone: private memory, constants, and words
   * of text that no protocol modifies.
   */
  isLocal(address: number): boolean {
    const mapping = this.map.mappingOf(address);
    if (mapping === undefined) return true;
    const { kind, siteWords } = mapping.region;
    if (kind !== 'text') return kind !== 'shared';
    const first = (address - mapping.base) >> 2;
    const last = (address + 7 - mapping.base) >> 2;
    for (let word = first; word <= last; word++) if (siteWords[word] >= 0) return false;
    return true;
  }

  /** Reads `size` bytes. Returns the fault, or undefined and leaves the value in {@link low} and {@link high}. */
  load(address: number, size: AccessSize): AccessFault | undefined {
    const mapping = this.map.mappingOf(address);
    if (mapping === undefined || address + size > mapping.base + mapping.size) return 'translation';
    const offset = address - mapping.base;
    const misaligned = (offset & (size - 1)) !== 0;
    if (misaligned && mapping.region.kind === 'shared') return 'alignment';
    this.high = 0;
    this.observer?.load(address, size);
    if (misaligned) {
      this.#loadBytes(mapping.region, offset, size);
      return undefined;
    }
    const word = this.#word(mapping.region, offset >> 2);
    if (size === 4) this.low = word;
    else if (size === 8) {
      this.low = word;
      this.high = this.#word(mapping.region, (offset >> 2) + 1);
    } else {
      const shift = (offset & 3) * 8;
      this.low = size === 1 ? (word >>> shift) & 0xff : (word >>> shift) & 0xffff;
    }
    return undefined;
  }

  /** Writes the low `size` bytes of a value. Returns the fault, or undefined. */
  store(address: number, size: AccessSize, low: number, high: number): AccessFault | undefined {
    const mapping = this.map.mappingOf(address);
    if (mapping === undefined || address + size > mapping.base + mapping.size) return 'translation';
    if (!this.#mayStore(mapping, address, size)) return 'permission';
    const offset = address - mapping.base;
    if ((offset & (size - 1)) !== 0 && mapping.region.kind !== 'private') return 'alignment';
    this.observer?.store(address, size, low, high);
    if ((offset & (size - 1)) !== 0) {
      for (let i = 0; i < size; i++) {
        const byte = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4));
        this.#storePart(mapping.region, offset + i, 1, byte);
      }
      return undefined;
    }
    if (size === 8) {
      this.#setWord(mapping.region, offset >> 2, low);
      this.#setWord(mapping.region, (offset >> 2) + 1, high);
    } else if (size === 4) this.#setWord(mapping.region, offset >> 2, low);
    else this.#storePart(mapping.region, offset, size, low);
    return undefined;
  }

  /**
   * DC (clean) or IC (invalidate) of the line at an address; returns false where nothing is mapped there. That of a line
   * without patchable words changes nothing.
   */
  maintain(operation: 'clean' | 'invalidate', address: number): boolean {
    const { map, text } = this;
    const mapping = map.mappingOf(address);
    if (mapping === undefined) return false;
    // A data cache line is found by physical address, so any alias will do. Instruction caches may be indexed by
    // virtual address: invalidating an alias does not reach the words under the address that executes.
    if (operation === 'invalidate' && !mapping.executable) return true;
    const lineBytes = operation === 'clean' ? map.cache.dataLine : map.cache.instructionLine;
    const executed = mapping.region.base + (address - mapping.base);
    const line = Math.floor(executed / lineBytes);
    const t = map.siteWords.findIndex(
      (word) => (operation === 'clean' ? word.dataLine : word.instructionLine) === line,
    );
    if (t < 0) return true;
    if (operation === 'clean') text.cleanLine(t);
    else text.invalidateLine(t);
    return true;
  }

  #mayStore(mapping: Mapping, address: number, size: AccessSize): boolean {
    if (!mapping.writable || mapping.region.kind === 'constant') return false;
    if (mapping.region.kind !== 'text') return true;
    const first = (address - mapping.base) >> 2;
    const last = (address + size - 1 - mapping.base) >> 2;
    return mapping.region.siteWords[first] >= 0 && mapping.region.siteWords[last] >= 0;
  }

  /** Whether a handler could notice an access to this private region, and nothing may be noticed now. */
  #observable(region: Region): boolean {
    return this.handlersShare && this.stack !== region && this.text.escapes();
  }

  #word(region: Region, index: number): number {
    switch (region.kind) {
      case 'private':
        return this.#observable(region) ? 0 : this.#private[region.firstWord + index];
      case 'shared':
        return this.text.readData(region.firstWord + index);
      case 'text': {
        const t = region.siteWords[index];
        return t < 0 ? region.words[index] : this.text.readText(t);
      }
      case 'constant':
        return region.words[index];
    }
  }

  #setWord(region: Region, index: number, value: number): void {
    if (region.kind === 'private') {
      if (!this.#observable(region)) this.#private[region.firstWord + index] = value;
    } else if (region.kind === 'shared') this.text.writeData(region.firstWord + index, value);
    else {
      const t = region.siteWords[index];
      if (this.text.write(t, value)) this.modifiedSites.push(this.map.siteWords[t].site);
    }
  }

  #storePart(region: Region, offset: number, size: AccessSize, value: number): void {
    const shift = (offset & 3) * 8;
    const mask = (size === 1 ? 0xff : 0xffff) << shift;
    const old = this.#peek(region, offset >> 2);
    this.#setWord(region, offset >> 2, (old & ~mask) | ((value << shift) & mask));
  }

  /** The current word, without learning anything from it: a byte store is not a read. */
  #peek(region: Region, index: number): number {
    if (region.kind === 'shared') return this.#shared[this.text.sharedCells.data + region.firstWord + index];
    if (region.kind === 'text') return this.text.newest(region.siteWords[index]);
    return this.#word(region, index);
  }

  #loadBytes(region: Region, offset: number, size: AccessSize): void {
    let low = 0;
    let high = 0;
    for (let i = 0; i < size; i++) {
      const byte = (this.#word(region, (offset + i) >> 2) >>> (((offset + i) & 3) * 8)) & 0xff;
      if (i < 4) low |= byte << (8 * i);
      else high |= byte << (8 * (i - 4));
    }
    this.low = low;
    this.high = high;
  }
}
