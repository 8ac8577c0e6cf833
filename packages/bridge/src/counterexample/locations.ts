import type { Trace } from '@quiesce/trace';
import { Halves } from './halves.ts';
import { NotExportable } from './not-exportable.ts';
import { SiteWord, type StandIn } from './stand-ins.ts';

/** A place in shared data. */
export interface DataLocation {
  readonly name: string;
  readonly size: number;
  /** What it holds before the first access. */
  readonly initial: string;
}

const types: Readonly<Record<number, string>> = { 1: 'uint8_t', 2: 'uint16_t', 4: 'uint32_t', 8: 'uint64_t' };

/** Words that begin something else in an initial state or a condition. */
const reserved =
  /^(?:u?int\d*(?:_t)?|void|char|long|ins_t|instr|label|fault|not|true|false|exists|forall|filter|locations)$/;

/** The places of a trace that several CPUs share, with the names that they have in a litmus test. */
export class Locations {
  readonly #data = new Map<string, DataLocation>();
  readonly #sites = new Map<string, SiteWord>();
  readonly #names = new Set<string>();

  /** Doublewords that are accessed by halves. */
  readonly halves: Halves;

  constructor(trace: Trace) {
    this.halves = new Halves(trace);
    for (const { initial } of trace.sites) {
      for (const { place, word, text } of initial) {
        const site = new SiteWord(this.#named(place, true), place);
        site.standIn(Number(word), text);
        this.#sites.set(place, site);
      }
    }
  }

  /** The location of a place in shared data, which is accessed with `size` bytes and holds `initial` if it is new. */
  data(place: string, size: number, initial: string): DataLocation {
    const known = this.#data.get(place);
    if (known === undefined) {
      const made = { name: this.#named(place), size, initial };
      this.#data.set(place, made);
      return made;
    }
    if (known.size === size) return known;
    throw new NotExportable('sizes', `'${place}' is accessed with ${known.size} and with ${size} bytes`);
  }

  /** The word of a site at a place; undefined where there is none. */
  site(place: string): SiteWord | undefined {
    return this.#sites.get(place);
  }

  /** The instruction that stands for a word of a site. */
  standIn(site: SiteWord, word: number, original = ''): StandIn {
    return site.standIn(word, original);
  }

  /** Sites that the text uses. */
  get sites(): readonly SiteWord[] {
    return [...this.#sites.values()];
  }

  /** Entries of the initial state. */
  get initial(): readonly string[] {
    return [...this.#data.values()].map(
      ({ name, size, initial }) => `${types[size]} ${name}=${BigInt(initial)};`,
    );
  }

  /** Comments that say what the names mean. */
  get legend(): readonly string[] {
    const data = [...this.#data].map(([place, { name }]) => (place === name ? '' : `${name}: ${place}`));
    return data.filter((line) => line !== '');
  }

  /** A name for a place that is not taken yet. A label must not be a mnemonic, which has no underscore. */
  #named(place: string, isLabel = false): string {
    const base = place.replaceAll(/[^A-Za-z0-9]+/g, '_').replace(/^[^A-Za-z]+/, '');
    const isPlain = isLabel ? base.includes('_') : base !== '' && !reserved.test(base);
    const plain = isPlain && !/^[A-Z]/.test(base) ? base : `at_${base}`;
    let name = plain;
    for (let i = 2; this.#names.has(name); i++) name = `${plain}_${i}`;
    this.#names.add(name);
    return name;
  }
}
