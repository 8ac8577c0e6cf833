import { type Operation, operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';

/** What is at a program counter. */
export type TextWord =
  | { readonly kind: 'fixed'; readonly operation: Operation }
  | { readonly kind: 'site'; readonly index: number }
  | { readonly kind: 'fault'; readonly why: string };

/** The instructions of a map, each decoded once. */
export class ProgramText {
  readonly #map: MemoryMap;
  readonly #words = new Map<number, TextWord>();

  constructor(map: MemoryMap) {
    this.#map = map;
  }

  /** What a CPU finds at an address when it fetches there. */
  at(address: number): TextWord {
    let word = this.#words.get(address);
    if (word === undefined) {
      word = this.#look(address);
      this.#words.set(address, word);
    }
    return word;
  }

  #look(address: number): TextWord {
    if (address % 4 !== 0) return { kind: 'fault', why: 'the program counter is not a multiple of 4' };
    const mapping = this.#map.mappingOf(address);
    if (mapping === undefined) return { kind: 'fault', why: 'nothing is mapped there' };
    if (!mapping.executable)
      return { kind: 'fault', why: `'${mapping.region.name}' is not executable through this mapping` };
    const offset = (address - mapping.base) >> 2;
    const index = mapping.region.siteWords[offset];
    if (index >= 0) return { kind: 'site', index };
    return { kind: 'fixed', operation: operationOf(mapping.region.words[offset]) };
  }
}
