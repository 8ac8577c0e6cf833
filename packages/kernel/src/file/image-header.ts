import type { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';

/** The 64 bytes at the beginning of an arm64 Image (Documentation/arch/arm64/booting). */
export interface ImageHeader {
  /** Where the image wants to lie above a 2 MiB boundary, in bytes: 0 since 5.8, 0x80000 before. */
  readonly textOffset: number;
  /** Bytes that the image needs in memory, .bss included. */
  readonly imageSize: number;
  /** 1 for 4 KiB, 2 for 16 KiB, 3 for 64 KiB, 0 where it is not said. */
  readonly pageSize: number;
}

const magic = 'ARMd';
/** Bytes of memory that a kernel may ask for. */
export const largestImage: number = 512 * 1024 * 1024;

/** Whether the bytes begin as an arm64 Image. */
export function isImage(bytes: Bytes): boolean {
  return bytes.length >= 64 && bytes.ascii(56, 4) === magic;
}

/** Reads the header. Throws {@link KernelError}: `wrong-architecture` for big-endian, `corrupt` for impossible sizes. */
export function imageHeader(bytes: Bytes): ImageHeader {
  const flags = bytes.u32(24);
  if ((flags & 1) !== 0) {
    throw new KernelError('wrong-architecture', {
      where: `${bytes.name}+0x18`,
      found: 'the flag of a big-endian kernel',
      expected: 'a little-endian kernel',
      remedy: 'big-endian kernels cannot be read',
    });
  }
  const textOffset = bytes.u64(8);
  // Kernels before 3.17 leave it 0: then the file is all.
  const imageSize = bytes.u64(16) === 0 ? bytes.length : bytes.u64(16);
  if (imageSize > largestImage || textOffset > largestImage || textOffset % 4096 !== 0) {
    throw new KernelError('corrupt', {
      where: `${bytes.name}+0x8`,
      found: `text offset ${hex(textOffset)} and size ${hex(imageSize)}`,
      expected: `a page offset and a size of at most ${hex(largestImage)}`,
      remedy: 'the header is damaged; get the kernel again',
    });
  }
  if (bytes.length > imageSize) {
    throw new KernelError('corrupt', {
      where: `${bytes.name}+0x10`,
      found: `an image of ${hex(imageSize)} bytes in ${hex(bytes.length)}`,
      expected: 'a size that holds the file',
      remedy: 'the header is damaged, or something was appended to the file',
    });
  }
  return { textOffset, imageSize, pageSize: (flags >>> 1) & 3 };
}
