import type { Bytes } from '../bytes.ts';
import { KernelError } from '../error.ts';

/** The payload of a compressed EFI kernel (`vmlinuz.efi`, drivers/firmware/efi/libstub/zboot-header.S). */
export interface ZbootPayload {
  /** As the header names it: `gzip`, `zstd`, `lzma`, `xzkern`, `lz4`, `lzo`, `bzip2`. */
  readonly compression: string;
  readonly bytes: Uint8Array;
}

/** Whether the bytes are an EFI application that decompresses a kernel. */
export function isZboot(bytes: Bytes): boolean {
  return bytes.length >= 64 && bytes.ascii(0, 2) === 'MZ' && bytes.ascii(4, 4) === 'zimg';
}

/** The compressed kernel inside. Throws {@link KernelError}. */
export function zbootPayload(bytes: Bytes): ZbootPayload {
  const compression = bytes.string(24, 32);
  if (!/^[a-z0-9]{2,16}$/.test(compression)) {
    throw new KernelError('corrupt', {
      where: `${bytes.name}+0x18`,
      found: `the compression '${compression}'`,
      expected: 'the name of a compression',
      remedy: 'the header is damaged; get the kernel again',
    });
  }
  return { compression, bytes: bytes.slice(bytes.u32(8), bytes.u32(12), 'the compressed kernel') };
}
