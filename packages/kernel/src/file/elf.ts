import type { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';

/** A program header of type PT_LOAD or PT_NOTE. */
export interface Segment {
  readonly isNote: boolean;
  /** Offset in the file, and bytes there. */
  readonly offset: number;
  readonly fileSize: number;
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly memorySize: number;
}

/** A section header. */
export interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entrySize: number;
}

/** What an ELF file says about itself. */
export interface ElfFile {
  /** ET_EXEC, ET_DYN or ET_CORE. */
  readonly type: number;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
}

export const elfCore = 4;
const aarch64 = 183;
const mostHeaders = 65_536;

/** Whether the bytes begin as an ELF file. */
export function isElf(bytes: Bytes): boolean {
  return bytes.length >= 20 && bytes.u32(0) === 0x464c457f;
}

/** Reads the headers of a 64-bit little-endian AArch64 file. Throws {@link KernelError}. */
export function readElf(bytes: Bytes): ElfFile {
  if (bytes.u8(4) !== 2 || bytes.u8(5) !== 1 || bytes.u16(18) !== aarch64) {
    throw new KernelError('wrong-architecture', {
      where: `${bytes.name}+0x12`,
      found: `ELF class ${bytes.u8(4)}, data ${bytes.u8(5)}, machine ${bytes.u16(18)}`,
      expected: `class 2, data 1, machine ${aarch64} (AArch64, 64 bits, little-endian)`,
      remedy: 'give a kernel for arm64',
    });
  }
  return { type: bytes.u16(16), segments: segments(bytes), sections: sections(bytes) };
}

/** The number of headers at an offset of the file's header. */
function count(bytes: Bytes, at: number, what: string, size: number, least: number): number {
  const number = bytes.u16(at);
  if (number <= mostHeaders && (number === 0 || size >= least)) return number;
  throw new KernelError('corrupt', {
    where: `${bytes.name}+${hex(at)}`,
    found: `${number} ${what} of ${size} bytes`,
    expected: `at most ${mostHeaders} of ${least} bytes`,
    remedy: 'the file is damaged; get it again',
  });
}

function segments(bytes: Bytes): Segment[] {
  const size = bytes.u16(54);
  const number = count(bytes, 0x38, 'program headers', size, 56);
  const out: Segment[] = [];
  for (let i = 0; i < number; i++) {
    const at = bytes.u64(32) + size * i;
    const type = bytes.u32(at);
    if (type !== 1 && type !== 4) continue;
    out.push({
      isNote: type === 4,
      offset: bytes.u64(at + 8),
      virtualAddress: bytes.i64(at + 16),
      physicalAddress: bytes.u64(at + 24),
      fileSize: bytes.u64(at + 32),
      memorySize: bytes.u64(at + 40),
    });
  }
  return out;
}

function sections(bytes: Bytes): Section[] {
  const table = bytes.u64(40);
  if (table === 0 || table >= bytes.length) return [];
  const size = bytes.u16(58);
  const number = count(bytes, 0x3c, 'section headers', size, 64);
  return Array.from({ length: number }, (_, i) => {
    const at = table + size * i;
    return {
      type: bytes.u32(at + 4),
      offset: bytes.u64(at + 24),
      size: bytes.u64(at + 32),
      link: bytes.u32(at + 40),
      entrySize: bytes.u64(at + 56),
    };
  });
}
