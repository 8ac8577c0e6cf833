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

/** The regular files of a tar archive whose names satisfy `wanted`, the largest first. */
export function tarMembers(bytes: Bytes, wanted: (name: string) => boolean): Member[] {
  const found: Member[] = [];
  let longName: string | undefined;
  for (let at = 0; at + block <= bytes.length;) {
    const name = bytes.string(at, 100);
    if (name === '') break;
    const prefix = bytes.ascii(at + 257, 5) === 'ustar' ? bytes.string(at + 345, 155) : '';
    const size = Number.parseInt(bytes.string(at + 124, 12).trim() || '0', 8);
    const type = bytes.ascii(at + 156, 1);
    // What is no number, or would lead back, ends the archive.
    if (!(size >= 0)) break;
    const full = longName ?? (prefix === '' ? name : `${prefix}/${name}`);
    longName = type === 'L' ? bytes.string(at + block, Math.min(size, 4096)) : undefined;
    if ((type === '0' || type === '\0') && wanted(full)) {
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
