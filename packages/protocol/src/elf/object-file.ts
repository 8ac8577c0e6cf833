import { Bytes, badObject, latin } from './bytes.ts';

/** A section of an object file. */
export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  /** Offset of its contents in the file. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
}

/** A symbol. */
export interface ElfSymbol {
  readonly name: string;
  /** Section that it is in; 0: undefined; special numbers from 0xff00. */
  readonly section: number;
  /** Offset in its section. */
  readonly value: number;
  readonly isSection: boolean;
}

/** A relocation with addend. */
export interface ElfRelocation {
  /** Section that it changes. */
  readonly section: number;
  readonly offset: number;
  readonly type: number;
  readonly symbol: ElfSymbol;
  readonly addend: number;
}

/** An object file: ELF, 64 bits, little-endian, AArch64, relocatable. */
export interface ObjectFile {
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  readonly relocations: readonly ElfRelocation[];
}

/** Section types and flags (System V ABI). */
export const elf = {
  SYMTAB: 2,
  RELA: 4,
  NOBITS: 8,
  ALLOC: 2,
  COMPRESSED: 0x800,
  SHN_ABS: 0xfff1,
  SHN_COMMON: 0xfff2,
} as const;

const machines: Readonly<Partial<Record<number, string>>> = {
  3: 'x86',
  40: '32-bit Arm',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
};

/** Bytes of a section that occupies none in the file. */
const mostZeros = 1 << 20;

/** Whether bytes begin like an ELF file. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Reads an object file. Throws a fault with the offset of what is wrong. */
export function objectFile(file: Uint8Array): ObjectFile {
  const header = new Bytes(file);
  header.take(16);
  const [width, order] = [file[4], file[5]];
  if (width !== 2)
    throw badObject(4, 'an ELF file of 64 bits', width === 1 ? 'one of 32 bits' : `class ${width}`);
  if (order !== 1)
    throw badObject(5, 'little-endian data', order === 2 ? 'big-endian data' : `encoding ${order}`);
  const [type, machine] = [header.u16(), header.u16()];
  if (machine !== 183) {
    throw badObject(
      18,
      'code for AArch64',
      machines[machine] ?? `machine ${machine}`,
      'use the cross compiler, aarch64-linux-gnu-gcc',
    );
  }
  if (type !== 1) {
    const found = type === 2 ? 'a program' : type === 3 ? 'a program or a shared library' : `type ${type}`;
    throw badObject(16, 'a relocatable object file', found, "compile with '-c', and do not link");
  }
  header.at = 0x28;
  const table = header.i64();
  header.at = 0x3a;
  const [entry, count, names] = [header.u16(), header.u16(), header.u16()];
  if (entry !== 64) throw badObject(0x3a, 'section headers of 64 bytes', String(entry));
  const raw = Array.from({ length: count }, (_, i) => sectionAt(file, table + i * 64));
  const strings = raw.at(names)?.bytes ?? new Uint8Array(0);
  const sections = raw.map((section) => ({ ...section, name: stringAt(strings, section.nameAt) }));
  const symbols = symbolsOf(sections);
  return { sections, symbols, relocations: sections.flatMap((section) => relocationsOf(section, symbols)) };
}

function sectionAt(file: Uint8Array, at: number): Omit<ElfSection, 'name'> & { readonly nameAt: number } {
  const header = new Bytes(file, 0, at);
  const [nameAt, type] = [header.u32(), header.u32()];
  const flags = header.i64();
  header.i64();
  const [offset, size] = [header.i64(), header.i64()];
  const [link, info] = [header.u32(), header.u32()];
  const alignment = header.i64();
  if (type === elf.NOBITS) {
    if (size > mostZeros)
      throw badObject(at, `at most ${mostZeros} bytes of zeros`, String(size), 'declare smaller arrays');
    return { nameAt, type, flags, offset, bytes: new Uint8Array(size), link, info, alignment };
  }
  const contents = new Bytes(file, 0, offset);
  const from = contents.take(type === 0 ? 0 : size);
  return { nameAt, type, flags, offset, bytes: file.slice(from, contents.at), link, info, alignment };
}

function stringAt(strings: Uint8Array, at: number): string {
  const end = strings.indexOf(0, at);
  return latin(strings.subarray(at, end < 0 ? undefined : end));
}

function symbolsOf(sections: readonly ElfSection[]): ElfSymbol[] {
  const table = sections.find(({ type }) => type === elf.SYMTAB);
  if (table === undefined) return [];
  const strings = sections.at(table.link)?.bytes ?? new Uint8Array(0);
  const bytes = new Bytes(table.bytes, table.offset);
  const symbols: ElfSymbol[] = [];
  while (!bytes.isAtEnd) {
    const [nameAt, info] = [bytes.u32(), bytes.u8()];
    bytes.u8();
    const section = bytes.u16();
    const value = bytes.i64();
    bytes.i64();
    symbols.push({ name: stringAt(strings, nameAt), section, value, isSection: (info & 15) === 3 });
  }
  return symbols;
}

function relocationsOf(section: ElfSection, symbols: readonly ElfSymbol[]): ElfRelocation[] {
  if (section.type !== elf.RELA) return [];
  const bytes = new Bytes(section.bytes, section.offset);
  const found: ElfRelocation[] = [];
  while (!bytes.isAtEnd) {
    const at = bytes.base + bytes.at;
    const offset = bytes.i64();
    const [type, index] = [bytes.u32(), bytes.u32()];
    const symbol = symbols.at(index);
    if (symbol === undefined) throw badObject(at, `a symbol below ${symbols.length}`, String(index));
    found.push({ section: section.info, offset, type, symbol, addend: bytes.i64() });
  }
  return found;
}
