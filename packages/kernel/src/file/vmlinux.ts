import { formatAddress } from '@quiesce/insn';
import type { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';
import type { Symbol } from '../symbols/symbol-table.ts';
import { type ElfFile, readElf } from './elf.ts';
import { largestImage } from './image-header.ts';

/** A vmlinux as it lies in memory. */
export interface Vmlinux {
  /** Link address of the first byte. */
  readonly base: number;
  /** From the base to the end of what the file initialises. */
  readonly image: Uint8Array;
  /** Bytes in memory, .bss included. */
  readonly size: number;
  readonly symbols: readonly Symbol[];
}

/** Section type of symbols (SHT_SYMTAB). */
export const symtab = 2;
/** Section type of strings (SHT_STRTAB). */
const strtab = 3;
const symbolSize = 24;
const mostSymbols = 4_000_000;
/** Addresses have 52 bits at most, so that sums and differences of them are exact. */
const lowestAddress = -(2 ** 52);

/** Lays the segments of a vmlinux out and reads its symbols, if it has any. Throws {@link KernelError}. */
export function readVmlinux(bytes: Bytes): Vmlinux {
  const elf = readElf(bytes);
  const loaded = elf.segments.filter(({ isNote, memorySize }) => !isNote && memorySize > 0);
  // The per-CPU template of old kernels is linked at 0.
  const kernel = loaded.filter(({ virtualAddress }) => virtualAddress < 0);
  if (kernel.length === 0) {
    throw new KernelError('not-a-kernel', {
      where: bytes.name,
      found: 'an ELF file without segments in the upper half of the address space',
      expected: 'a vmlinux',
      remedy: 'give a kernel, not a program or a module',
    });
  }
  const base = Math.min(...kernel.map((one) => one.virtualAddress));
  const size = Math.max(...kernel.map((one) => one.virtualAddress + one.memorySize)) - base;
  const length = Math.max(...kernel.map((one) => one.virtualAddress + one.fileSize)) - base;
  if (!(size <= largestImage) || length > size || base < lowestAddress) {
    throw new KernelError('too-large', {
      where: bytes.name,
      found: `segments over ${hex(Math.max(size, length))} bytes from ${formatAddress(base)}`,
      expected: `at most ${hex(largestImage)} bytes, at addresses of 52 bits`,
      remedy: 'the program headers are damaged, or this is no kernel',
    });
  }
  const image = new Uint8Array(Math.ceil(length / 8) * 8);
  for (const { offset, fileSize, virtualAddress } of kernel) {
    image.set(bytes.slice(offset, fileSize, 'a segment'), virtualAddress - base);
  }
  return { base, image, size, symbols: symbolsOf(bytes, elf) };
}

const letters = { text: 'Tt', data: 'Dd' } as const;

function symbolsOf(bytes: Bytes, { sections }: ElfFile): Symbol[] {
  const table = sections.find(({ type }) => type === symtab);
  if (table === undefined) return [];
  const strings = sections.at(table.link);
  const isSound = table.entrySize === symbolSize && table.size / symbolSize <= mostSymbols;
  if (strings?.type !== strtab || !isSound) {
    const { entrySize, size, link, offset } = table;
    const kind = strings === undefined ? 'which is not there' : `which is of type ${strings.type}`;
    throw new KernelError('corrupt', {
      where: `${bytes.name}+${hex(offset)}: symbol table`,
      found: `${Math.floor(size / symbolSize)} entries of ${entrySize} bytes and strings in section ${link}, ${kind}`,
      expected: `at most ${mostSymbols} entries of ${symbolSize} bytes and strings in a section of type ${strtab}`,
      remedy: 'the file is damaged; strip it, or get it again',
    });
  }
  bytes.need(table.offset, table.size, 'the symbol table');
  const out: Symbol[] = [];
  for (let at = table.offset; at + symbolSize <= table.offset + table.size; at += symbolSize) {
    const info = bytes.u8(at + 4);
    const section = bytes.u16(at + 6);
    const kind = info & 15;
    // No sections and files, nothing undefined or absolute, and no mapping symbols.
    if (kind > 2 || section === 0 || section >= 0xff00) continue;
    const address = bytes.i64(at + 8);
    const name = bytes.string(strings.offset + bytes.u32(at));
    if (name === '' || name.startsWith('$') || address >= 0) continue;
    const pair = letters[kind === 2 ? 'text' : 'data'];
    out.push({ name, address, type: pair[info >>> 4 === 0 ? 1 : 0] });
  }
  return out;
}
