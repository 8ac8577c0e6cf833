import { formatAddress } from '@quiesce/insn';
import type { InstructionSide, MemoryMap } from '@quiesce/memory';

/** A CPU could go on from a word of a site as it was at first to one as it is replaced, or the other way round. */
export class SiteMixed extends Error {
  override readonly name: string = 'SiteMixed';
}

/**
 * Sees to it that whoever is inside a declared site of several words finds all of it as it was at first, or all of it as
 * it is replaced. What tells which registers are dead there may rely on that as long as nothing is thrown.
 *
 * Two things are looked at as they happen: no word is executed while its site can be fetched as a mixture, and nobody comes
 * back into a site from an exception. If another CPU modifies a site around one that executes it, that is `torn` and ends
 * the execution; if a CPU modifies it around itself, it may still fetch the words that it has replaced.
 */
export class WholeSites {
  readonly #map: MemoryMap;
  readonly #text: InstructionSide;

  constructor(map: MemoryMap, text: InstructionSide) {
    this.#map = map;
    this.#text = text;
  }

  /** @throws {SiteMixed} if the attached CPU, which is about to execute site word `t`, could fetch a mixture behind it. */
  checkExecuted(t: number): void {
    const { site } = this.#map.siteWords[t];
    if (this.#map.sites[site].words < 2) return;
    const first = t - (this.#map.siteWords[t].address - this.#map.sites[site].address) / 4;
    // Which of the two the words can be, as a set of bits; both where they are equal.
    let states = 3;
    for (let word = first; word < first + this.#map.sites[site].words; word++) {
      const { allowed } = this.#map.siteWords[word];
      if (allowed === undefined) return;
      for (let v = this.#text.floor(word); v < this.#text.versions(word); v++) {
        const value = this.#text.versionValue(word, v);
        states &= (value === allowed[0] ? 1 : 0) | (value === allowed[1] ? 2 : 0);
      }
    }
    if (states === 0) throw this.#mixed(site, 'is executed while it can be fetched as a mixture');
  }

  /** @throws {SiteMixed} if an exception return leads into a site. */
  checkResumed(pc: number): void {
    const site = this.#map.sites.findIndex((one) => pc > one.address && pc < one.address + 4 * one.words);
    if (site >= 0) throw this.#mixed(site, 'is returned to from an exception');
  }

  #mixed(site: number, how: string): SiteMixed {
    const { name, address } = this.#map.sites[site];
    return new SiteMixed(`site '${name}' at ${formatAddress(address)} ${how}`);
  }
}
