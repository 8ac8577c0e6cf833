import type { Simulation } from '@quiesce/machine';
import { valueHex } from './hexadecimal.ts';
import type { Hex, MemoryKind } from './trace.ts';

/** An address of the program, through whatever mapping. */
export interface Location {
  /** The address in the region itself: for text, where it executes. */
  readonly canonical: number;
  readonly memory: MemoryKind;
  /** Name of the alias, where it is not the region itself. */
  readonly through: string | undefined;
}

/** Reads a machine's memory without the machine noticing. */
export class MemoryReader {
  readonly #simulation: Simulation;
  readonly #symbolise: (address: number) => string;

  constructor(simulation: Simulation, symbolise: (address: number) => string) {
    this.#simulation = simulation;
    this.#symbolise = symbolise;
  }

  /** What is at an address, or undefined. */
  locate(address: number): Location | undefined {
    const mapping = this.#simulation.layout.map.mappingOf(address);
    if (mapping === undefined) return undefined;
    const { region, base } = mapping;
    const alias = this.#simulation.spec.memory.aliases?.find((a) => a.base === base && a.of === region.name);
    const canonical = region.base + address - base;
    // Words of text that nobody modifies are as good as constants.
    const isFixed = region.kind === 'text' && this.#simulation.layout.map.siteWordAt(canonical) < 0;
    return { canonical, memory: isFixed ? 'constant' : region.kind, through: alias?.name };
  }

  /** An address in words: a symbol and the distance from it, or the name of a region. */
  place(address: number): string {
    const mapping = this.#simulation.layout.map.mappingOf(address);
    const canonical = this.locate(address)?.canonical ?? address;
    const text = this.#symbolise(canonical);
    if (mapping === undefined || !text.startsWith('0x')) return text;
    return `${mapping.region.name}+0x${(canonical - mapping.region.base).toString(16)}`;
  }

  /** A cache line in words: the first patchable word in it, or the address itself where there is none. */
  line(address: number): { readonly place: string; readonly through?: string } {
    const { siteWords, cache } = this.#simulation.layout.map;
    const { canonical = address, through } = this.locate(address) ?? {};
    const start = Math.floor(canonical / cache.dataLine) * cache.dataLine;
    const found = siteWords.find((word) => word.address >= start && word.address < start + cache.dataLine);
    const place = this.place(found?.address ?? address);
    return through === undefined ? { place } : { place, through };
  }

  /** The value of up to 8 bytes as a CPU would read it; `0x0` where nothing is mapped. */
  value(cpu: number, address: number, size: number): Hex {
    let low = 0;
    let high = 0;
    for (let i = 0; i < size; i++) {
      const byte = (this.#word(cpu, address + i) >>> (8 * ((address + i) & 3))) & 0xff;
      if (i < 4) low |= byte << (8 * i);
      else high |= byte << (8 * (i - 4));
    }
    return valueHex(low, high);
  }

  /** The aligned word that holds an address. */
  #word(cpu: number, address: number): number {
    const { layout, shared, locals, stepper } = this.#simulation;
    const mapping = layout.map.mappingOf(address);
    if (mapping === undefined) return 0;
    const { region } = mapping;
    const index = (address - mapping.base) >> 2;
    switch (region.kind) {
      case 'private':
        return locals[cpu][layout.privateWords + region.firstWord + index];
      case 'shared':
        return shared[stepper.memory.text.sharedCells.data + region.firstWord + index];
      case 'text': {
        const t = region.siteWords[index];
        return t < 0 ? region.words[index] : stepper.memory.text.newest(t);
      }
      case 'constant':
        return region.words[index];
    }
  }
}
