import { Bytes, KernelError, type Decompressors, type Kernel, openKernel, unpack } from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
import { Decompress } from 'fzstd';
import type { Arguments, OptionTable } from '../arguments.ts';
import type { Host } from '../host.ts';
import { usage } from '../usage-error.ts';

/** Options of every verb that opens a kernel. */
export const kernelOptions: OptionTable = {
  image: { value: 'FILE', example: '/boot/vmlinuz', does: 'the kernel: vmlinuz, Image, vmlinux or a .deb' },
  symbols: {
    value: 'FILE',
    example: 'System.map',
    does: 'its System.map, where it cannot name its own symbols',
  },
};

/** Decompresses a zstd file piece by piece, so that a false size allocates nothing. */
function decompressZstd(bytes: Uint8Array, limit: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((piece) => {
    length += piece.length;
    if (length > limit) throw new RangeError(`more than ${limit} bytes`);
    pieces.push(piece.slice());
  });
  for (let at = 0; at < bytes.length; at += zstdPiece) {
    stream.push(bytes.subarray(at, at + zstdPiece), at + zstdPiece >= bytes.length);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const zstdPiece = 1 << 20;

const decompressors: Decompressors = { ...nodeDecompressors, zstd: decompressZstd };

/** Opens the kernel of --image, or of a path. Throws a usage error for a file that is none. */
export function kernelOf(
  given: Arguments,
  host: Host,
  path: string | undefined = given.text('image'),
): Kernel {
  if (path === undefined) throw usage('a kernel is needed; for example --image /boot/vmlinuz');
  const symbols = given.text('symbols');
  return refusing(() => {
    const { array, name } = unpack(new Bytes(host.read(path), path), decompressors);
    if (symbols === undefined) return openKernel(array, { name });
    const text = new TextDecoder('latin1').decode(host.read(symbols));
    return openKernel(array, { name, symbols: { text, name: symbols } });
  });
}

/** Does something with files that may be damaged: what they cannot be used for is a usage error. */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof KernelError) throw usage(error.message);
    throw error;
  }
}

/** The same for what is done later. */
export async function refusingLater<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KernelError) throw usage(error.message);
    throw error;
  }
}

/** Positional arguments make no sense for these verbs. */
export function noWords(verb: string, { positionals }: Arguments): void {
  const [word] = positionals as readonly (string | undefined)[];
  if (word !== undefined) throw usage(`'${verb}' takes no '${word}'; give the kernel with --image`);
}
