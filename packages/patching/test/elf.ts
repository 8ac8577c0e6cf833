/** A linked 64-bit little-endian ELF file, as far as the tests read it. */
export interface Elf {
  /** Contents by section name. */
  readonly sections: ReadonlyMap<string, { address: bigint; bytes: Uint8Array }>;
  /** Addresses by symbol. */
  readonly symbols: ReadonlyMap<string, bigint>;
}

/** Reads section headers and the symbol table. */
export function readElf(file: Uint8Array): Elf {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headers = Number(view.getBigUint64(0x28, true));
  const entrySize = view.getUint16(0x3a, true);
  const count = view.getUint16(0x3c, true);
  const raw = Array.from({ length: count }, (_, index) => {
    const at = headers + index * entrySize;
    return {
      name: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      address: view.getBigUint64(at + 16, true),
      offset: Number(view.getBigUint64(at + 24, true)),
      size: Number(view.getBigUint64(at + 32, true)),
      link: view.getUint32(at + 40, true),
    };
  });
  const text = (table: number, offset: number): string => {
    const start = raw[table].offset + offset;
    return new TextDecoder().decode(file.subarray(start, file.indexOf(0, start)));
  };
  const names = view.getUint16(0x3e, true);
  const sections = new Map(
    raw.map((header) => [
      text(names, header.name),
      { address: header.address, bytes: file.subarray(header.offset, header.offset + header.size) },
    ]),
  );
  const symbols = new Map<string, bigint>();
  const table = raw.find(({ type }) => type === 2);
  for (let at = table?.offset ?? 0; table !== undefined && at < table.offset + table.size; at += 24) {
    symbols.set(text(table.link, view.getUint32(at, true)), view.getBigUint64(at + 8, true));
  }
  return { sections, symbols };
}

/** The 32-bit words of a section between two addresses. */
export function wordsAt(elf: Elf, section: string, address: bigint, count: number): number[] {
  const found = elf.sections.get(section);
  if (found === undefined) throw new Error(`no section ${section}`);
  const view = new DataView(found.bytes.buffer, found.bytes.byteOffset, found.bytes.byteLength);
  return Array.from({ length: count }, (_, index) =>
    view.getUint32(Number(address - found.address) + 4 * index, true),
  );
}
