import { Bytes } from '../bytes.ts';
import { decompressLzma, isLzma } from '../compression/lzma.ts';
import { XzBlocks } from '../compression/xz-blocks.ts';
import { decompressXz, isXz } from '../compression/xz.ts';
import { KernelError } from '../error.ts';
import { type Member, debData, firstMember, isAr, lastMember, tarMembers } from './deb.ts';
import { largestImage } from './image-header.ts';
import { vmlinuxParts } from './vmlinux-parts.ts';
import { isZboot, zbootPayload } from './zboot.ts';

/** Decompresses a whole file, of at most `limit` bytes when decompressed; throws for damage. */
export type Decompress = (bytes: Uint8Array, limit: number) => Uint8Array;

/** Decompressors that the library does not bring: a host has them, or a small library. LZMA and xz are built in. */
export interface Decompressors {
  readonly gzip?: Decompress;
  readonly zstd?: Decompress;
}

type Compression = 'gzip' | 'zstd' | 'xz' | 'lzma';

/** How a file begins that is compressed, or undefined. */
function compressionOf(bytes: Bytes): Compression | undefined {
  if (bytes.length < 16) return undefined;
  if (bytes.u16(0) === 0x8b1f) return 'gzip';
  if (bytes.u32(0) === 0xfd2fb528) return 'zstd';
  if (isXz(bytes)) return 'xz';
  return isLzma(bytes) ? 'lzma' : undefined;
}

/** Names that EFI headers give to compressions. */
const zbootNames: Readonly<Partial<Record<string, Compression>>> = {
  gzip: 'gzip',
  zstd: 'zstd',
  zstd22: 'zstd',
  lzma: 'lzma',
  xz: 'xz',
  xzkern: 'xz',
};

/** Bytes that a package may have when decompressed, or a kernel in one. */
const largestPackage = 2 ** 31 - 1;
/** Bytes that a package may have which is decompressed block by block: those with debugging symbols have up to 6 GiB. */
const largestInBlocks = 2 ** 33;

/**
 * The Image or vmlinux inside a file: itself, decompressed, the payload of an EFI kernel, or the kernel in a Debian package.
 * What is none of these is returned as it is. Throws {@link KernelError}.
 */
export function unpack(file: Bytes, decompressors: Decompressors): Bytes {
  if (!isAr(file)) return kernelIn(file, decompressors);
  const data = debData(file);
  const name = `${file.name}:${data.name}`;
  const packed = new Bytes(data.bytes, name);
  const blocks = XzBlocks.of(packed);
  const member = blocks === undefined ? memberIn(packed, decompressors) : memberOfBlocks(packed, blocks);
  if (member === undefined) {
    throw new KernelError('not-a-kernel', {
      where: name,
      found: 'no vmlinuz or vmlinux',
      expected: 'the package of a kernel',
      remedy: 'give linux-image-VERSION (or linux-binary-VERSION), not a package that depends on it',
    });
  }
  return kernelIn(new Bytes(member.bytes, `${file.name}:${member.name}`), decompressors);
}

const isKernel = (name: string): boolean => /\/vmlinu[xz](?:-[^/]*)?$/.test(name);

/** The kernel in a tar archive, decompressed up to there. */
function memberIn(packed: Bytes, decompressors: Decompressors): Member | undefined {
  const compression = compressionOf(packed);
  const tar =
    compression === undefined
      ? packed
      : new Bytes(
          decompress(packed, compression, decompressors, largestPackage, firstMember(isKernel)),
          packed.name,
        );
  // A package of symbols has a vmlinux, which is larger and knows more than a vmlinuz.
  return tarMembers(tar, isKernel).at(0);
}

/**
 * The kernel in a tar archive that is decompressed where it is read. Packages have it first, in /boot, or last, behind the modules:
 * so the first block is searched, and then all from the last one on.
 */
function memberOfBlocks(packed: Bytes, blocks: XzBlocks): Member | undefined {
  if (blocks.length > largestInBlocks) throw tooLarge(packed.name, blocks.length, largestInBlocks);
  const [first, ...rest] = blocks.blocks;
  for (const block of [first, ...rest.reverse()]) {
    const found = lastMember(blocks.block(block), block.start, isKernel);
    if (found === undefined) continue;
    const { name, at, size } = found;
    if (at + size > blocks.length) break;
    if (size > largestPackage) throw tooLarge(`${packed.name}:${name}`, size, largestPackage);
    const read = (offset: number, into: Uint8Array): void => blocks.read(at + offset, into);
    return { name, bytes: vmlinuxParts(`${packed.name}:${name}`, size, read) };
  }
  return undefined;
}

function kernelIn(file: Bytes, decompressors: Decompressors): Bytes {
  const zboot = isZboot(file) ? zbootPayload(file) : undefined;
  const compression = zboot === undefined ? compressionOf(file) : zbootNames[zboot.compression];
  if (zboot === undefined && compression === undefined) return file;
  if (compression === undefined) throw unsupported(file.name, zboot?.compression ?? '');
  const packed = zboot === undefined ? file : new Bytes(zboot.bytes, `${file.name}: payload`);
  const kernel = new Bytes(decompress(packed, compression, decompressors, largestImage), file.name);
  const again = compressionOf(kernel) ?? (isZboot(kernel) ? 'EFI' : undefined);
  if (again === undefined) return kernel;
  throw new KernelError('corrupt', {
    where: file.name,
    found: `${again} inside ${compression}`,
    expected: 'a kernel that is compressed once',
    remedy: 'decompress the outer layer and give the result',
  });
}

function decompress(
  bytes: Bytes,
  compression: Compression,
  given: Decompressors,
  limit: number,
  enough?: (made: Uint8Array) => number | undefined,
): Uint8Array {
  if (compression === 'xz') return decompressXz(bytes, limit, enough);
  if (compression === 'lzma') return decompressLzma(bytes, limit);
  const chosen = given[compression];
  if (chosen === undefined) throw unsupported(bytes.name, compression);
  try {
    return chosen(bytes.array, limit);
  } catch (error) {
    throw new KernelError('corrupt', {
      where: bytes.name,
      found: `${compression} data that cannot be decompressed (${error instanceof Error ? error.message : 'damaged'})`,
      expected: 'a compressed kernel',
      remedy: 'get the file again',
    });
  }
}

function tooLarge(where: string, bytes: number, limit: number): KernelError {
  return new KernelError('too-large', {
    where,
    found: `${bytes} bytes`,
    expected: `at most ${limit}`,
    remedy: 'take the kernel out of the package and give it',
  });
}

function unsupported(where: string, compression: string): KernelError {
  return new KernelError('unsupported-compression', {
    where,
    found: `compression '${compression}'`,
    expected: 'gzip, zstd, lzma or xz',
    remedy: 'decompress the file and give the result',
  });
}
