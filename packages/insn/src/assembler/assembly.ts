import { formatAddress } from '../address.ts';

/** A section: its bytes from `base` on. */
export type Section = { readonly name: string; readonly base: number; readonly bytes: Uint8Array };

/** Where an instruction or datum came from. Lines and columns count from 1. */
export type SourceLine = { readonly line: number; readonly column: number; readonly text: string };

/** A label and its address. */
export type Label = { readonly name: string; readonly address: number };

/** What {@link assemble} makes. */
export class Assembly {
  /** In the order of their first mention. */
  readonly sections: ReadonlyMap<string, Section>;
  /** Labels and `.equ` symbols; local numeric labels are not among them. */
  readonly symbols: ReadonlyMap<string, number>;
  /** By address of each instruction and each item of a data directive. */
  readonly lines: ReadonlyMap<number, SourceLine>;
  /** Labels by ascending address. */
  readonly labels: readonly Label[];

  constructor(
    sections: ReadonlyMap<string, Section>,
    symbols: ReadonlyMap<string, number>,
    lines: ReadonlyMap<number, SourceLine>,
    labels: readonly Label[],
  ) {
    this.sections = sections;
    this.symbols = symbols;
    this.lines = lines;
    this.labels = labels;
  }

  /** The section that holds an address, or undefined. */
  sectionAt(address: number): Section | undefined {
    for (const section of this.sections.values()) {
      if (address >= section.base && address < section.base + section.bytes.length) return section;
    }
    return undefined;
  }

  /** The little-endian 32-bit word at an address (unsigned), or undefined when no section holds all of it. */
  wordAt(address: number): number | undefined {
    const section = this.sectionAt(address);
    if (section === undefined) return undefined;
    const at = address - section.base;
    if (at + 4 > section.bytes.length) return undefined;
    const { bytes } = section;
    return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
  }

  /**
   * An address as the last label at or before it in its section, and the distance: `multi_cpu_stop+0x1c`. The end of a
   * section still counts; an address outside all of them is written as a number.
   */
  symbolise(address: number): string {
    const section =
      this.sectionAt(address) ??
      [...this.sections.values()].find(({ base, bytes }) => address === base + bytes.length);
    if (section !== undefined) {
      const label = this.labels.findLast((l) => l.address <= address && l.address >= section.base);
      if (label !== undefined) {
        const distance = address - label.address;
        return distance === 0 ? label.name : `${label.name}+0x${distance.toString(16)}`;
      }
    }
    return formatAddress(address);
  }

  /** The address of a symbol; throws a RangeError that names it when there is none. */
  addressOf(name: string): number {
    const found = this.symbols.get(name);
    if (found === undefined) throw new RangeError(`no symbol '${name}' in this assembly`);
    return found;
  }
}
