import { Bytes } from '../bytes.ts';
import { isElf, readElf } from './elf.ts';
import { symtab } from './vmlinux.ts';

/** Bytes of the header of an ELF file. */
const headerSize = 64;

/**
 * A vmlinux that is read from somewhere piece by piece: its headers, segments and symbols. Everything else, which is mostly what
 * debuggers want, stays 0 and takes no memory. What is no ELF file is read as a whole. Throws {@link KernelError}.
 */
export function vmlinuxParts(
  name: string,
  size: number,
  read: (offset: number, into: Uint8Array) => void,
): Uint8Array {
  const array = new Uint8Array(size);
  const bytes = new Bytes(array, name);
  const fill = (offset: number, length: number): void => {
    if (offset < size) read(offset, array.subarray(offset, offset + length));
  };
  fill(0, headerSize);
  if (size < headerSize || !isElf(bytes)) {
    fill(headerSize, size);
    return array;
  }
  fill(bytes.u64(32), bytes.u16(54) * bytes.u16(56));
  fill(bytes.u64(40), bytes.u16(58) * bytes.u16(60));
  const { segments, sections } = readElf(bytes);
  const parts = segments.map(({ offset, fileSize }) => [offset, offset + fileSize] as const);
  const symbols = sections.find(({ type }) => type === symtab);
  const strings = symbols === undefined ? undefined : sections.at(symbols.link);
  for (const one of [symbols, strings])
    if (one !== undefined) parts.push([one.offset, one.offset + one.size]);
  // Headers may name one part many times: no byte is read twice for them, and what is kept decompressed is enough in this order.
  let filled = 0;
  for (const [start, end] of parts.sort(([a], [b]) => a - b)) {
    const from = Math.max(start, filled);
    if (from >= end) continue;
    fill(from, end - from);
    filled = end;
  }
  return array;
}
