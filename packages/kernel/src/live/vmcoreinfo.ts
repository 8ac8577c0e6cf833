import { Bytes } from '../bytes.ts';
import type { Segment } from '../file/elf.ts';
import type { ByteSource } from './source.ts';

/** Notes are short; what claims to be longer is not read. */
const longest = 1 << 20;
const align = (size: number): number => Math.ceil(size / 4) * 4;

/**
 * The distance of KASLR that a core tells in its VMCOREINFO note (`KERNELOFFSET`), as /proc/kcore does since 4.19; undefined
 * without such a note.
 */
export function kernelOffset(source: ByteSource, segments: readonly Segment[]): number | undefined {
  for (const { isNote, offset, fileSize } of segments) {
    if (!isNote || fileSize > longest) continue;
    const notes = new Bytes(source.read(offset, fileSize), source.name);
    for (let at = 0; at + 12 <= notes.length;) {
      const name = notes.u32(at);
      const size = notes.u32(at + 4);
      const text = at + 12 + align(name);
      if (text + size > notes.length) break;
      if (notes.string(at + 12, name) === 'VMCOREINFO') {
        const line = /^KERNELOFFSET=([0-9a-f]{1,13})$/m.exec(notes.ascii(text, size));
        return line === null ? undefined : Number.parseInt(line[1], 16);
      }
      at = text + align(size);
    }
  }
  return undefined;
}
