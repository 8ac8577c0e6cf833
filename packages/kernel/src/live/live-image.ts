import type { Bytes } from '../bytes.ts';

/** The bytes of a running kernel's image: offset 0 is its first byte (`_text`). */
export interface LiveImage {
  readonly bytes: Bytes;
  /** How far it runs above its link address, in bytes. */
  readonly slide: number;
  /**
   * Bytes at its beginning that were not readable: /proc/kcore reads through the mapping of the kernel, which leaves
   * `.head.text` out.
   */
  readonly unread: number;
}

/** The double word at an offset of the live image, unsigned. */
export function double({ bytes }: LiveImage, at: number): bigint {
  return (BigInt(bytes.u32(at + 4)) << 32n) | BigInt(bytes.u32(at));
}
