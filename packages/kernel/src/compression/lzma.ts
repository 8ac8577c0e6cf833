import type { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';
import { LzmaDecoder, lzmaProperties } from './lzma-decoder.ts';
import { Output } from './output.ts';
import { RangeDecoder } from './range-decoder.ts';

const headerSize = 13;

/** Whether the bytes begin as a .lzma file with the usual properties, which is the format's only mark. */
export function isLzma(bytes: Bytes): boolean {
  return bytes.length > headerSize && bytes.u8(0) === 0x5d && bytes.u16(1) === 0;
}

/** Decompresses a .lzma file ("LZMA alone") of at most `limit` bytes when decompressed. Throws {@link KernelError}. */
export function decompressLzma(bytes: Bytes, limit: number): Uint8Array {
  const properties = lzmaProperties(bytes.u8(0));
  const isSized = bytes.u32(5) !== 0xffffffff || bytes.u32(9) !== 0xffffffff;
  const size = isSized ? bytes.u64(5) : Infinity;
  // The size is only a claim: a small file does not get much memory for it.
  const output = new Output(Math.min(size, bytes.length * 8), limit, bytes.name);
  if (isSized) output.admit(size);
  const decoder = new RangeDecoder(bytes.array, headerSize, bytes.length);
  const end =
    properties === undefined ? 'corrupt' : new LzmaDecoder(output, properties).decode(decoder, size);
  if (end !== 'corrupt') return output.finished();
  throw new KernelError('corrupt', {
    where: `${bytes.name}+${hex(properties === undefined ? 0 : decoder.at)}`,
    found: 'damaged LZMA data',
    expected: 'a stream of LZMA',
    remedy: 'get the file again',
  });
}
