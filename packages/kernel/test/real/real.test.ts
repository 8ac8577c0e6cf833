import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Bytes, locate, observe, openKernel, predict, unpack, verify } from '@quiesce/kernel';
import { fileSource, nodeDecompressors } from '@quiesce/kernel/node';
import { type Machine, boot, missing } from './boot.ts';
import { cache, kernelPackage } from './packages.ts';

/** Versions and CPU models to compare with; more for those who have the time: QUIESCE_KERNELS=5.10,6.1,6.12,7.2. */
const versions = (process.env['QUIESCE_KERNELS'] ?? '6.1').split(',');
const machines: readonly Machine[] = (process.env['QUIESCE_CPUS'] ?? 'cortex-a57;max,pauth-impdef=on')
  .split(';')
  .map((cpu) => ({
    cpu,
    append: process.env['QUIESCE_APPEND'] ?? '',
    machine: process.env['QUIESCE_MACHINE'] ?? 'virt',
  }));

const packages = new Map(
  versions.map((version) => [version, missing === undefined ? kernelPackage(version) : undefined]),
);
for (const [version, path] of packages) {
  if (path === undefined)
    console.warn(`Linux ${version} is not compared: ${missing ?? 'its package cannot be downloaded'}`);
}

describe.each(versions)('Linux %s', (version) => {
  const path = packages.get(version);

  it.skipIf(path === undefined).each(machines)(
    'has the live text that is predicted, in every word, on $cpu $machine $append',
    async (machine) => {
      const file = unpack(new Bytes(readFileSync(path ?? ''), path ?? ''), nodeDecompressors);
      const kernel = openKernel(file.array, { name: file.name });
      const folder = join(cache, 'live');
      mkdirSync(folder, { recursive: true });
      const key = createHash('sha256')
        .update(JSON.stringify([basename(path ?? ''), machine]))
        .digest('hex')
        .slice(0, 16);
      const dump = join(folder, `${key}.bin`);
      await boot(file.array, kernel.size, machine, dump);
      const source = fileSource(dump);
      const live = locate(kernel, source);
      source.close();
      const { state } = observe(kernel, live);
      const prediction = predict(kernel, state);
      const { words, changed, unexplained } = verify(kernel, prediction, live);
      expect(unexplained).toEqual([]);
      expect(prediction.unknownCallbacks.size).toBe(0);
      expect(words).toBeGreaterThan(2_500_000);
      expect(changed).toBeGreaterThan(30_000);

      // The rule must be able to fail: one bit of an unpatched word, and one of a patched one.
      const [{ end }] = kernel.layout.text;
      const site = kernel.alternatives.original.findLast((at) => at < end) ?? 0;
      const entry = kernel.ftrace.first.find((at) => at < end) ?? 0;
      for (const at of [entry + 8, site]) {
        live.bytes.array[at] ^= 1;
        expect(verify(kernel, prediction, live).unexplained).toHaveLength(1);
        live.bytes.array[at] ^= 1;
      }
    },
    600_000,
  );
});
