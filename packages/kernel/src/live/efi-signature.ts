import type { Bytes } from '../bytes.ts';

/** Offsets in a PE header, from its signature: the checksum, and the entry of the certificate table. */
const checksum = 24 + 64;
const certificates = 24 + 112 + 4 * 8;

/**
 * Indices of the words of the EFI header that signing a kernel fills in: a vmlinux was built before. The header is data at
 * the beginning of the text.
 */
export function signatureWords(image: Bytes): ReadonlySet<number> {
  const header = image.u32(0x3c);
  const isPe =
    header % 4 === 0 && header < 4096 && header + 256 <= image.length && image.u32(header) === 0x4550;
  if (!isPe) return new Set();
  return new Set([checksum, certificates, certificates + 4].map((offset) => (header + offset) >> 2));
}
