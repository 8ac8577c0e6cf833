import { Assembly, type Label, type Section, type SourceLine } from '@quiesce/insn';
import type { Declaration } from './declaration.ts';
import { type Directive, directiveOf } from './directive.ts';
import { Bytes, badObject } from './elf/bytes.ts';
import { type LineRow, lineRows } from './elf/line-table.ts';
import { type ElfSection, type ElfSymbol, type ObjectFile, elf } from './elf/object-file.ts';
import { relocate } from './elf/relocation.ts';
import type { Code } from './image.ts';
import { symbolsFor } from './image.ts';
import { directiveSection, kindByName, offsetTable, others, sectionBases } from './layout.ts';

/** Refuses what a compiler left to the linker to compile: there is no code in it. */
export function refuseIntermediate({ sections, symbols }: ObjectFile): void {
  const section = sections.find(({ name }) => name.startsWith('.gnu.lto_'));
  if (section === undefined || !symbols.some(({ name }) => name === '__gnu_lto_slim')) return;
  throw badObject(
    section.offset,
    'machine code',
    'what the compiler left for link-time optimisation',
    "compile without '-flto'",
  );
}

/** The directives of an object file: strings in the section `.quiesce`. */
export function directivesInObject({ sections }: ObjectFile): Directive[] {
  return sections
    .filter(({ name }) => name === directiveSection)
    .flatMap(({ bytes, offset }) => {
      const text = new Bytes(bytes, offset);
      const found: Directive[] = [];
      while (!text.isAtEnd) {
        const at = offset + text.at;
        const directive = directiveOf(text.text().replace(/^\/\/@/, ''), { line: 1, column: 1, offset: at });
        if (directive !== undefined) found.push(directive);
      }
      return found;
    });
}

/** A section in memory: a copy of its contents, to be relocated. */
interface Placed {
  readonly section: ElfSection;
  readonly base: number;
  readonly bytes: Uint8Array;
}

/** Gives every section that is loaded an address; debug sections get 0, as relocations of one to another expect. */
function place({ sections }: ObjectFile): Placed[] {
  let [near, far]: [number, number] = [others.near, others.far];
  return sections.map((section) => {
    const bytes = section.bytes.slice();
    const isLoaded = (section.flags & elf.ALLOC) !== 0 && kindByName(section.name) !== 'left out';
    if (!isLoaded || bytes.length === 0) return { section, base: 0, bytes };
    const usual = sectionBases[section.name] as number | undefined;
    if (usual !== undefined) return { section, base: usual, bytes };
    const alignment = Math.max(16, section.alignment);
    const aligned = (next: number): number => Math.ceil(next / alignment) * alignment;
    const isNear = aligned(near) + bytes.length <= others.nearEnd;
    const base = aligned(isNear ? near : far);
    if (isNear) near = base + bytes.length;
    else far = base + bytes.length;
    return { section, base, bytes };
  });
}

/** The global offset table: addresses that code loads instead of forming them. */
class OffsetTable {
  readonly base: number;
  readonly #slots = new Map<number, number>();

  constructor(base: number) {
    this.base = base;
  }

  /** Address of the entry that holds an address. */
  entry(target: number): number {
    const known = this.#slots.get(target) ?? this.#slots.size;
    this.#slots.set(target, known);
    return this.base + 8 * known;
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(8 * this.#slots.size);
    const view = new DataView(bytes.buffer);
    for (const [target, slot] of this.#slots) view.setBigInt64(8 * slot, BigInt(target), true);
    return bytes;
  }
}

/** Loads an object file: sections at their addresses, relocated, with the lines of its DWARF line table. */
export function codeOfObject(file: string, object: ObjectFile, declaration: Declaration, cpus: number): Code {
  const given = new Map(Object.entries(symbolsFor(declaration, cpus)));
  const placed = place(object);
  const table = new OffsetTable(offsetTable.base);
  const addressOf = (symbol: ElfSymbol, at: number): number => {
    if (symbol.section === elf.SHN_ABS) return symbol.value;
    if (symbol.section > 0 && symbol.section < placed.length)
      return placed[symbol.section].base + symbol.value;
    if (symbol.name === '_GLOBAL_OFFSET_TABLE_') return table.base;
    const known = given.get(symbol.name);
    if (known !== undefined) return known;
    throw badObject(
      at,
      'symbols that the file defines, or NR_CPUS, stack_top and the names of aliases',
      `'${symbol.name}'`,
      symbol.section === elf.SHN_COMMON
        ? "compile with '-fno-common'"
        : 'put everything that runs into one file',
    );
  };
  for (const { section, offset, type, symbol, addend } of object.relocations) {
    const found = placed.at(section);
    if (found === undefined) throw badObject(offset, `a section below ${placed.length}`, String(section));
    const { base, bytes, section: changed } = found;
    // What is left out of the machine needs no addresses, apart from lines.
    if (base === 0 && changed.name !== '.debug_line') continue;
    const fileOffset = changed.offset + offset;
    const target = addressOf(symbol, fileOffset) + addend;
    const name = symbol.isSection ? (placed.at(symbol.section)?.section.name ?? '') : symbol.name;
    relocate(type, {
      bytes,
      offset,
      fileOffset,
      address: base + offset,
      target,
      symbol: name,
      got: () => table.entry(target),
      offsetTable: table.base,
    });
  }
  const sections = new Map<string, Section>();
  for (const { section, base, bytes } of placed) {
    if (base === 0) continue;
    if (sections.has(section.name)) {
      throw badObject(
        section.offset,
        'one section of a name',
        `a second '${section.name}'`,
        "compile without '-ffunction-sections'",
      );
    }
    sections.set(section.name, { name: section.name, base, bytes });
  }
  const slots = table.bytes;
  if (slots.length > 0) sections.set(offsetTable.name, { ...offsetTable, bytes: slots });
  const labels = labelsOf(object, placed);
  const lines = linesOf(placed);
  const symbols = new Map([...given, ...labels.map(({ name, address }) => [name, address] as const)]);
  return {
    file,
    assembly: new Assembly(sections, symbols, new Map<number, SourceLine>(), labels),
    source: (address) => {
      const row = rowAt(lines, address);
      return row === undefined ? undefined : { file: row.file, line: row.line };
    },
  };
}

/** Labels by ascending address; mapping symbols ($x, $d) are none. */
function labelsOf({ symbols }: ObjectFile, placed: readonly Placed[]): Label[] {
  return symbols
    .flatMap(({ name, section, value, isSection }) => {
      const base = (placed.at(section)?.base ?? 0) * Number(section > 0 && section < placed.length);
      if (base === 0 || isSection || !/^[A-Za-z_.][\w.]*$/.test(name)) return [];
      return [{ name, address: base + value }];
    })
    .sort((a, b) => a.address - b.address);
}

/** Rows of the line table by ascending address; none where there is no table, or a compressed one. */
function linesOf(placed: readonly Placed[]): LineRow[] {
  const bytesOf = (name: string): Uint8Array =>
    placed.find(({ section }) => section.name === name)?.bytes ?? new Uint8Array(0);
  const table = placed.find(({ section }) => section.name === '.debug_line');
  if (table === undefined || (table.section.flags & elf.COMPRESSED) !== 0) return [];
  const rows = lineRows({
    line: new Bytes(table.bytes, table.section.offset),
    lineStrings: bytesOf('.debug_line_str'),
    strings: bytesOf('.debug_str'),
  });
  // Of rows of one address the last counts; the sort is stable.
  return rows.sort((a, b) => a.address - b.address);
}

function rowAt(rows: readonly LineRow[], address: number): LineRow | undefined {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].address <= address) low = middle + 1;
    else high = middle;
  }
  const row = rows.at(low - 1);
  return low === 0 || row === undefined || row.isEnd ? undefined : row;
}
