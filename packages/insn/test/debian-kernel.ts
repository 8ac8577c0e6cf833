import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const script = join(import.meta.dirname, '../../../.ci/debian-kernel');

function fetched(): { folder?: string; missing?: string } {
  if (process.env['QUIESCE_OFFLINE'] === '1') return { missing: 'QUIESCE_OFFLINE is set' };
  if (!existsSync('/usr/bin/apt-get')) return { missing: 'no apt-get to fetch a kernel with' };
  const run = spawnSync(script, ['linux-image-6\\.1\\.0-[0-9]+-cloud-arm64'], { encoding: 'utf8' });
  return run.status === 0
    ? { folder: run.stdout.trim() }
    : { missing: `no kernel could be fetched (${run.stderr.trim().split('\n').at(-1) ?? ''})` };
}

/** The folder of Debian's 6.1 kernel for arm64 cloud machines, unpacked, or why there is none. */
export const debianKernel: { readonly folder?: string; readonly missing?: string } = fetched();

/** The words of the executable sections of a module, or of another ELF file. */
function elfCode(file: Buffer): readonly Buffer[] {
  const [table, size, count] = [file.readBigUInt64LE(40), file.readUInt16LE(58), file.readUInt16LE(60)];
  return Array.from({ length: count }, (_none, i) => file.subarray(Number(table) + i * size)).flatMap(
    (header) => {
      const isCode = header.readUInt32LE(4) === 1 && (header.readUInt32LE(8) & 4) !== 0;
      const from = Number(header.readBigUInt64LE(24));
      return isCode ? [file.subarray(from, from + (Number(header.readBigUInt64LE(32)) & ~3))] : [];
    },
  );
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.byteLength & ~3)));
}

/** Every word of the image: code and, since a plain Image does not say where its code ends, data. */
export function imageWords(folder: string): Uint32Array {
  const name = readdirSync(join(folder, 'boot')).find((file) => file.startsWith('vmlinuz-')) ?? '';
  return words(readFileSync(join(folder, 'boot', name)));
}

/** Every word of the executable sections of all modules. */
export function moduleWords(folder: string): Uint32Array {
  const modules = readdirSync(join(folder, 'lib/modules'), { recursive: true, encoding: 'utf8' });
  const files = modules.filter((file) => file.endsWith('.ko'));
  return words(
    Buffer.concat(files.flatMap((file) => elfCode(readFileSync(join(folder, 'lib/modules', file))))),
  );
}
