import { Bytes } from '../bytes.ts';
import { KernelError } from '../error.ts';

const magic = '!<arch>\n';

/** Whether the bytes are an `ar` archive, such as a Debian package. */
export function isAr(bytes: Bytes): boolean {
  return bytes.length > 68 && bytes.ascii(0, magic.length) === magic;
}

/** A file in an archive. */
export interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The member of a Debian package that holds the files: `data.tar`, compressed or not. Throws {@link KernelError}. */
export function debData(bytes: Bytes): Member {
  for (let at = magic.length; at + 60 <= bytes.length;) {
    const name = bytes.ascii(at, 16).trim().replace(/\/$/, '');
    const size = decimal(bytes, at + 48, 10);
    if (name.startsWith('data.tar')) return { name, bytes: bytes.slice(at + 60, size, name) };
    at += 60 + size + (size % 2);
  }
  throw new KernelError('not-a-kernel', {
    where: bytes.name,
    found: 'an archive without data.tar',
    expected: 'a Debian package',
    remedy: 'give a linux-image package, or the vmlinuz in it',
  });
}

function decimal(bytes: Bytes, at: number, length: number): number {
  const text = bytes.ascii(at, length).trim();
  if (/^\d+$/.test(text)) return Number.parseInt(text, 10);
  throw new KernelError('corrupt', {
    where: `${bytes.name}+0x${at.toString(16)}`,
    found: `the size '${text}'`,
    expected: 'decimal digits',
    remedy: 'the package is damaged; get it again',
  });
}

const block = 512;

/** The header of a file in a tar archive, without what a long name needs. */
interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

/** Reads a header of 512 bytes; undefined where the archive ends, or there is no number. */
function headerAt(bytes: Bytes, at: number): Header | undefined {
  const name = bytes.string(at, 100);
  const prefix = bytes.ascii(at + 257, 5) === 'ustar' ? bytes.string(at + 345, 155) : '';
  const size = Number.parseInt(bytes.string(at + 124, 12).trim() || '0', 8);
  if (name === '' || !(size >= 0)) return undefined;
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type: bytes.ascii(at + 156, 1) };
}

const isRegular = (type: string): boolean => type === '0' || type === '\0';

/** The regular files of a tar archive whose names satisfy `wanted`, the largest first. */
export function tarMembers(bytes: Bytes, wanted: (name: string) => boolean): Member[] {
  const found: Member[] = [];
  let longName: string | undefined;
  for (let at = 0; at + block <= bytes.length;) {
    const header = headerAt(bytes, at);
    // What is no number, or would lead back, ends the archive.
    if (header === undefined) break;
    const { size, type } = header;
    const full = longName ?? header.name;
    longName = type === 'L' ? bytes.string(at + block, Math.min(size, 4096)) : undefined;
    if (isRegular(type) && wanted(full)) {
      found.push({ name: full, bytes: bytes.slice(at + block, size, full) });
    }
    at += block + Math.ceil(size / block) * block;
  }
  return found.sort((a, b) => b.bytes.length - a.bytes.length);
}

/**
 * Watches a tar archive while it grows: how many of its bytes hold the first regular file whose name satisfies `wanted`, or undefined
 * where it is not complete yet.
 */
export function firstMember(wanted: (name: string) => boolean): (made: Uint8Array) => number | undefined {
  let at = 0;
  return (made) => {
    const bytes = new Bytes(made, 'tar');
    while (at + block <= bytes.length) {
      const size = Number.parseInt(bytes.string(at + 124, 12).trim() || '0', 8);
      if (!(size >= 0)) return undefined;
      const end = at + block + Math.ceil(size / block) * block;
      if (end > bytes.length) return undefined;
      if (tarMembers(new Bytes(made.subarray(at, end), 'tar'), wanted).length > 0) return end;
      at = end;
    }
    return undefined;
  };
}

/** Where a file lies in a tar archive. */
export interface Place {
  readonly name: string;
  readonly at: number;
  readonly size: number;
}

/**
 * The last regular file whose name satisfies `wanted` that has its header in a part of a tar archive, which lies at `start` in it. A header
 * is known by its magic and its checksum, wherever the one before it is.
 */
export function lastMember(
  part: Uint8Array,
  start: number,
  wanted: (name: string) => boolean,
): Place | undefined {
  const bytes = new Bytes(part, 'tar');
  const first = (block - (start % block)) % block;
  let found: Place | undefined;
  for (let at = first; at + block <= part.length; at += block) {
    // 'u' of 'ustar'.
    if (part[at + 257] !== 0x75 || bytes.ascii(at + 257, 5) !== 'ustar' || !isSummed(part, at)) continue;
    const header = headerAt(bytes, at);
    if (header === undefined || !isRegular(header.type) || !wanted(header.name)) continue;
    found = { name: header.name, at: start + at + block, size: header.size };
  }
  return found;
}

/** Whether the checksum of a header is that of its bytes, where its own field counts as spaces. */
function isSummed(part: Uint8Array, at: number): boolean {
  let sum = 0;
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 0x20 : part[at + i];
  const field = String.fromCharCode(...part.subarray(at + 148, at + 154));
  return Number.parseInt(field, 8) === sum;
}
