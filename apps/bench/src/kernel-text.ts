import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bytes, openKernel, unpack } from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';

/** The code of a kernel: words in the order of their addresses, the first at `base`. */
export interface KernelText {
  readonly release: string;
  readonly words: Int32Array;
  readonly base: number;
}

const debian = join(import.meta.dirname, '../../../.ci/debian-kernel');

/** The image that `QUIESCE_KERNEL` names, or Debian's 6.1 where it can be fetched; undefined where neither is at hand. */
export function imageFile(): string | undefined {
  const named = process.env['QUIESCE_KERNEL'];
  if (named !== undefined) return named;
  if (process.env['QUIESCE_OFFLINE'] === '1') return undefined;
  const run = spawnSync(debian, ['linux-image-6\\.1\\.0-[0-9]+-cloud-arm64'], { encoding: 'utf8' });
  if (run.status !== 0) return undefined;
  const boot = join(run.stdout.trim(), 'boot');
  const name = readdirSync(boot).find((file) => file.startsWith('vmlinuz-'));
  return name === undefined ? undefined : join(boot, name);
}

/** The `.text` of that kernel. */
export function kernelText(): KernelText | undefined {
  const file = imageFile();
  if (file === undefined) return undefined;
  const { array, name } = unpack(new Bytes(readFileSync(file), file), nodeDecompressors);
  const { release, words, layout } = openKernel(array, { name });
  const [{ start, end }] = layout.text;
  return { release, words: new Int32Array(words.subarray(start / 4, end / 4)), base: layout.base + start };
}
