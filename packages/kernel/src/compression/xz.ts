import { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';
import { LzmaDecoder, lzmaProperties } from './lzma-decoder.ts';
import { Output } from './output.ts';
import { RangeDecoder } from './range-decoder.ts';

const header = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] as const;
const lzma2Filter = 0x21;
/** Bytes of the check behind a block, by its kind. */
const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;

/** Whether the bytes are an .xz stream. */
export function isXz(bytes: Bytes): boolean {
  return bytes.length >= 12 && header.every((byte, i) => bytes.array[i] === byte);
}

/**
 * Decompresses the first stream of an .xz file, of at most `limit` bytes when decompressed. Checksums are not verified: what is
 * inside is checked by its own format. `enough` is asked now and then how many bytes of what is there are all that is wanted: then
 * the rest is left. Throws {@link KernelError} for damage and for filters other than LZMA2.
 */
export function decompressXz(
  bytes: Bytes,
  limit: number,
  enough: (made: Uint8Array) => number | undefined = () => undefined,
): Uint8Array {
  const output = new Output(bytes.length * 4, limit, bytes.name);
  const check = checkSizes[bytes.u8(7) & 15];
  let at = 12;
  // The index begins with 0 where a block has its size.
  while (bytes.u8(at) !== 0) {
    const size = (bytes.u8(at) + 1) * 4;
    checkFilters(bytes, at);
    const end = lzma2(bytes, at + size, output, enough);
    if (end === undefined) return output.finished().subarray(0, enough(output.finished()));
    at = 12 + Math.ceil((end - 12) / 4) * 4 + check;
  }
  return output.finished();
}

/** Decompresses the block at an offset, which has `size` bytes then or fewer. Throws as {@link decompressXz} does. */
export function decompressXzBlock(bytes: Bytes, at: number, size: number): Uint8Array {
  checkFilters(bytes, at);
  const output = new Output(size, size, bytes.name);
  lzma2(bytes, at + (bytes.u8(at) + 1) * 4, output, () => undefined);
  return output.finished();
}

/** The header of a block: size, flags, perhaps two sizes, and the filters. */
function checkFilters(bytes: Bytes, block: number): void {
  const flags = bytes.u8(block + 1);
  let at = block + 2;
  const skipNumber = (): void => {
    while ((bytes.u8(at) & 0x80) !== 0) at++;
    at++;
  };
  if ((flags & 0x40) !== 0) skipNumber();
  if ((flags & 0x80) !== 0) skipNumber();
  const filter = bytes.u8(at);
  if ((flags & 3) === 0 && filter === lzma2Filter) return;
  throw new KernelError('unsupported-compression', {
    where: `${bytes.name}+${hex(at)}`,
    found: `${(flags & 3) + 1} filters, the first ${hex(filter)}`,
    expected: 'LZMA2 alone',
    remedy: 'decompress the file with xz -d and give the result',
  });
}

/** Decodes chunks up to their end; returns where that is, or undefined where enough is there before. */
function lzma2(
  bytes: Bytes,
  start: number,
  output: Output,
  enough: (made: Uint8Array) => number | undefined,
): number | undefined {
  const decoder = new LzmaDecoder(output, { lc: 3, lp: 0, pb: 2 });
  let at = start;
  for (;;) {
    const control = bytes.u8(at);
    if (control === 0) return at + 1;
    if (enough(output.finished()) !== undefined) return undefined;
    if (control < 0x80) {
      if (control > 2) throw damaged(bytes, at);
      if (control === 1) decoder.dictionaryStart = output.length;
      const size = bigEndian(bytes, at + 1) + 1;
      output.append(bytes.slice(at + 3, size, 'a chunk'));
      at += 3 + size;
      continue;
    }
    const size = ((control & 0x1f) << 16) + bigEndian(bytes, at + 1) + 1;
    const packed = bigEndian(bytes, at + 3) + 1;
    let data = at + 5;
    if (control >= 0xe0) decoder.dictionaryStart = output.length;
    if (control >= 0xc0) {
      const properties = lzmaProperties(bytes.u8(data++));
      if (properties === undefined) throw damaged(bytes, data - 1);
      decoder.reset(properties);
    } else if (control >= 0xa0) decoder.reset();
    bytes.need(data, packed, 'a chunk');
    if (decoder.decode(new RangeDecoder(bytes.array, data, data + packed), size) !== 'size') {
      throw damaged(bytes, data);
    }
    at = data + packed;
  }
}

function bigEndian(bytes: Bytes, at: number): number {
  return (bytes.u8(at) << 8) | bytes.u8(at + 1);
}

function damaged(bytes: Bytes, at: number): KernelError {
  return new KernelError('corrupt', {
    where: `${bytes.name}+${hex(at)}`,
    found: 'damaged LZMA2 data',
    expected: 'a chunk',
    remedy: 'get the file again',
  });
}
