import { Bytes } from './bytes.ts';
import { KernelError, hex } from './error.ts';
import { isElf } from './file/elf.ts';
import { imageHeader, isImage } from './file/image-header.ts';
import { readVmlinux } from './file/vmlinux.ts';
import { type Layout, layoutOf } from './layout.ts';
import { type Relocations, applyRelocations, findRelocations, lowestRelocated } from './relocations.ts';
import { exportedSymbols } from './symbols/ksymtab.ts';
import { atLinkAddress } from './symbols/given-map.ts';
import { baseFrom, embeddedSymbols } from './symbols/resolve.ts';
import { type Symbol, SymbolTable } from './symbols/symbol-table.ts';
import { parseSystemMap } from './symbols/system-map.ts';
import {
  type Alternatives,
  alternativeSize,
  findAlternatives,
  readAlternatives,
} from './tables/alternatives.ts';
import { type Capabilities, readCapabilities, withPriorityMasking } from './tables/capabilities.ts';
import { type FtraceSites, findFtraceSites, readFtraceSites } from './tables/ftrace-sites.ts';
import { type JumpLabels, findJumpLabels, jumpEntrySize, readJumpLabels } from './tables/jump-labels.ts';
import type { Run } from './tables/shape.ts';

/** An opened kernel: its text, symbols and tables of patch sites. Offsets are bytes from the first byte of the image. */
export interface Kernel {
  /** The name of the file. */
  readonly name: string;
  /** `uname -r`, for instance `6.1.0-50-cloud-arm64`. */
  readonly release: string;
  /** Major and minor version. */
  readonly version: readonly [major: number, minor: number];
  /** The image as linked: relocations are applied for {@link Layout.base}. */
  readonly image: Bytes;
  /** The words of the image, on the same memory. */
  readonly words: Uint32Array;
  /** Bytes in memory, .bss included. */
  readonly size: number;
  readonly layout: Layout;
  readonly symbols: SymbolTable;
  readonly relocations: Relocations;
  readonly alternatives: Alternatives;
  readonly capabilities: Capabilities;
  readonly jumpLabels: JumpLabels;
  readonly ftrace: FtraceSites;
}

/** How to open a kernel. */
export interface OpenOptions {
  /** The file's name, for errors. */
  readonly name?: string;
  /** The text of a System.map or of /proc/kallsyms, and its name. */
  readonly symbols?: { readonly text: string; readonly name: string };
}

interface Loaded {
  readonly image: Bytes;
  readonly size: number;
  readonly base: number | undefined;
  readonly textOffset: number;
  readonly symbols: readonly Symbol[];
}

/**
 * Opens an unpacked Image or a vmlinux. Throws {@link KernelError} for what is no kernel for arm64, for damaged tables,
 * and where the symbols are neither embedded nor given.
 */
export function openKernel(file: Uint8Array, options: OpenOptions = {}): Kernel {
  const name = options.name ?? 'the image';
  const loaded = load(new Bytes(file, name));
  const { image, size, textOffset } = loaded;
  const relocations = findRelocations(image);
  const lowest = lowestRelocated(image, relocations);
  const linked = loaded.base ?? (lowest === undefined ? undefined : baseFrom(lowest, textOffset));
  if (linked !== undefined) applyRelocations(image, relocations, linked);
  const given =
    options.symbols === undefined ? [] : parseSystemMap(options.symbols.text, options.symbols.name);
  const { base, symbols: named } = namedBy(image, linked, textOffset, given, loaded.symbols);
  const release = releaseOf(image);
  const layout = layoutOf(base, image.length, named);
  // Kernels that name text only export some data that is needed.
  const symbols = namesData(named) ? named : named.with(exportedSymbols(image, layout));
  const alternatives = alternativesOf(image, layout, symbols);
  const words = new Uint32Array(image.array.buffer, image.array.byteOffset, image.length >>> 2);
  return {
    name,
    release,
    version: versionOf(release),
    image,
    words,
    size,
    layout: withRodataText(layout, alternatives, image),
    symbols,
    relocations,
    alternatives,
    capabilities: withPriorityMasking(readCapabilities(image, layout, symbols), alternatives, words),
    jumpLabels: jumpLabelsOf(image, layout, symbols, size),
    ftrace: ftraceSitesOf(image, layout, symbols),
  };
}

function load(file: Bytes): Loaded {
  if (isElf(file)) {
    const { base, image: array, size, symbols } = readVmlinux(file);
    const image = new Bytes(array, file.name);
    // Segments end with .bss; the page tables behind it belong to the image as well.
    const whole = isImage(image) ? Math.max(size, imageHeader(image).imageSize) : size;
    return { image, size: whole, base, textOffset: 0, symbols };
  }
  if (!isImage(file)) {
    throw new KernelError('not-a-kernel', {
      where: file.name,
      found: file.length < 64 ? `${file.length} bytes` : 'no magic number of a kernel',
      expected: "'ARMd' at 0x38 (Image) or an ELF header (vmlinux)",
      remedy: 'give the vmlinuz or vmlinux of an arm64 kernel',
    });
  }
  const { textOffset, imageSize } = imageHeader(file);
  const image = new Uint8Array(Math.ceil(file.length / 8) * 8);
  image.set(file.array);
  return { image: new Bytes(image, file.name), size: imageSize, base: undefined, textOffset, symbols: [] };
}

/** The symbols that are used: those of the image itself or of the ELF file, and what a map adds to them. */
function namedBy(
  image: Bytes,
  linked: number | undefined,
  textOffset: number,
  given: readonly Symbol[],
  elf: readonly Symbol[],
): { base: number; symbols: SymbolTable } {
  if (elf.length > 0 && linked !== undefined) {
    return {
      base: linked,
      symbols: new SymbolTable(elf).with(atLinkAddress(elf, given, linked, image.name)),
    };
  }
  const map = given.find(({ name }) => name === '_text')?.address;
  const embedded = embeddedSymbols(image, linked ?? map, textOffset);
  const base = embedded?.base ?? linked ?? map;
  if (base === undefined || (embedded === undefined && given.length === 0)) {
    throw new KernelError('no-symbol', {
      where: image.name,
      found: `no symbols in the ${hex(image.length)} bytes of the image`,
      expected: 'kallsyms tables, or a symbol table',
      remedy: 'give --symbols System.map, or the whole file where it is cut off',
    });
  }
  const own = embedded?.symbols ?? [];
  return { base, symbols: new SymbolTable(atLinkAddress(own, given, base, image.name)).with(own) };
}

function namesData(symbols: SymbolTable): boolean {
  return ['system_cpucaps', 'cpu_hwcaps'].some((name) => symbols.address(name) !== undefined);
}

function releaseOf(image: Bytes): string {
  const { array } = image;
  const banner = Uint8Array.from('Linux version ', (letter) => letter.charCodeAt(0));
  for (let at = array.indexOf(banner[0]); at >= 0; at = array.indexOf(banner[0], at + 1)) {
    if (!banner.every((byte, i) => array[at + i] === byte)) continue;
    const text = /^[0-9]+\.[0-9]+\S*/.exec(image.string(at + banner.length, 128));
    if (text !== null) return text[0];
  }
  return 'unknown';
}

function versionOf(release: string): readonly [number, number] {
  const [, major, minor] = (/^(\d+)\.(\d+)/.exec(release) ?? ['', '0', '0']) as readonly string[];
  return [Number(major), Number(minor)];
}

/** A table between two symbols, or undefined where they are not named. */
function namedRun(
  symbols: SymbolTable,
  base: number,
  first: string,
  last: string,
  size: number,
): Run | undefined {
  const start = symbols.address(first);
  const end = symbols.address(last);
  if (start === undefined || end === undefined || end < start) return undefined;
  return { at: start - base, count: Math.floor((end - start) / size) };
}

const none: Run = { at: 0, count: 0 };

function alternativesOf(image: Bytes, layout: Layout, symbols: SymbolTable): Alternatives {
  const run =
    namedRun(symbols, layout.base, '__alt_instructions', '__alt_instructions_end', alternativeSize) ??
    findAlternatives(image, layout);
  if (run !== undefined) return readAlternatives(image, run);
  throw new KernelError('no-table', {
    where: image.name,
    found: 'no table of alternatives',
    expected: '.altinstructions, by name or by shape',
    remedy: 'give --symbols System.map',
  });
}

function jumpLabelsOf(image: Bytes, layout: Layout, symbols: SymbolTable, size: number): JumpLabels {
  const run =
    namedRun(symbols, layout.base, '__start___jump_table', '__stop___jump_table', jumpEntrySize) ??
    findJumpLabels(image, layout, size);
  return readJumpLabels(image, run ?? none, size);
}

function ftraceSitesOf(image: Bytes, layout: Layout, symbols: SymbolTable): FtraceSites {
  const run =
    namedRun(symbols, layout.base, '__start_mcount_loc', '__stop_mcount_loc', 8) ??
    findFtraceSites(image, layout);
  return readFtraceSites(image, run ?? none, layout);
}

/** Where no symbol names `.rodata.text`, the sites outside the other text do. */
function withRodataText(layout: Layout, { count, original, length }: Alternatives, image: Bytes): Layout {
  if (layout.text.length > 1) return layout;
  const [{ end: textEnd }] = layout.text;
  let start = Infinity;
  let end = 0;
  for (let i = 0; i < count; i++) {
    const site = original[i];
    if (site < textEnd || site >= layout.init.start) continue;
    start = Math.min(start, site);
    end = Math.max(end, site + length[i]);
  }
  if (end === 0) return layout;
  const range = {
    name: '.rodata.text' as const,
    start: Math.floor(start / 4096) * 4096,
    end: Math.min(image.length, Math.ceil(end / 4096) * 4096),
  };
  return { ...layout, text: [...layout.text, range] };
}
