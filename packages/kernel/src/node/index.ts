import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Bytes } from '../bytes.ts';
import { type Decompressors, unpack } from '../file/unpack.ts';
import { type Kernel, openKernel } from '../kernel.ts';
import type { ByteSource } from '../live/source.ts';

export { StoppedMachine } from './snapshot.ts';
export type { SnapshotOptions } from './snapshot.ts';
export { checkStopped } from './stopped-check.ts';
export type { StoppedCheckOptions } from './stopped-check.ts';

/** gzip by zlib; zstd is for the caller to bring. */
export const nodeDecompressors: Decompressors = {
  gzip: (bytes, limit) => gunzipSync(bytes, { maxOutputLength: limit }),
};

/** How to open a kernel's file. */
export interface OpenFileOptions {
  /** A System.map or a copy of /proc/kallsyms. */
  readonly symbols?: string;
  readonly decompressors?: Decompressors;
}

/** Opens a kernel in any of its forms. Throws KernelError for what it holds, and the errors of `node:fs`. */
export function openKernelFile(path: string, options: OpenFileOptions = {}): Kernel {
  const decompressors = { ...nodeDecompressors, ...options.decompressors };
  const { array, name } = unpack(new Bytes(readFileSync(path), path), decompressors);
  if (options.symbols === undefined) return openKernel(array, { name });
  const text = readFileSync(options.symbols, 'latin1');
  return openKernel(array, { name, symbols: { text, name: options.symbols } });
}

/** Bytes at a time: system calls refuse more than 2 GiB, and /proc/kcore answers page by page. */
const piece = 1 << 22;

/** A file as a source that is read piece by piece, such as a dump or /proc/kcore. Throws the errors of `node:fs`. */
export function fileSource(path: string): ByteSource & { readonly close: () => void } {
  const file = openSync(path, 'r');
  const read = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const got = readSync(file, bytes, done, Math.min(length - done, piece), offset + done);
      if (got === 0) break;
      done += got;
    }
    return bytes.subarray(0, done);
  };
  const { size } = fstatSync(file);
  return { name: path, size, read, close: () => closeSync(file) };
}
