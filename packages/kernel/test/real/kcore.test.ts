import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Bytes, locate, observe, openKernel, predict, unpack, verify } from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
import { instrumentation } from '../../src/audit/probes.ts';
import { type Machine, missing } from './boot.ts';
import { copiedKcore, copyFromMachine } from './copying.ts';
import { cache, kernelPackage } from './packages.ts';

/** Versions to boot; more for those who have the time: QUIESCE_KERNELS=5.10,6.1,6.12,7.2. */
const versions = (process.env['QUIESCE_KERNELS'] ?? '6.1').split(',');
const machine: Machine = { cpu: 'cortex-a57', append: process.env['QUIESCE_APPEND'] ?? '' };

describe.each(versions)('a machine that runs Linux %s', (version) => {
  const path = missing === undefined ? kernelPackage(version) : undefined;
  if (path === undefined)
    console.warn(`Linux ${version} is not booted: ${missing ?? 'its package cannot be downloaded'}`);

  it.skipIf(path === undefined)(
    'has in /proc/kcore what is explained, while it traces every function, and the list of kprobes that is found in the image',
    () => {
      const file = unpack(new Bytes(readFileSync(path ?? ''), path ?? ''), nodeDecompressors);
      const key = createHash('sha256')
        .update(JSON.stringify([basename(path ?? ''), machine]))
        .digest('hex');
      const folder = join(cache, 'live', `kcore-${key.slice(0, 16)}`);
      mkdirSync(join(cache, 'live'), { recursive: true });
      if (!existsSync(folder)) expect(copyFromMachine(file.array, machine, folder)).toBe(true);
      const text = (name: string): string => readFileSync(join(folder, name), 'latin1');
      const symbols = { text: text('kallsyms'), name: '/proc/kallsyms' };
      const kernel = openKernel(file.array, { name: file.name, symbols });

      const live = locate(kernel, copiedKcore(folder));
      const { words, unread, unexplained, explained } = verify(
        kernel,
        predict(kernel, observe(kernel, live).state),
        live,
      );
      expect(unexplained).toEqual([]);
      expect(words).toBeGreaterThan(2_500_000);
      expect([0, 16_384]).toContain(unread);
      const traceable = text('traceable').trim().split('\n').length;
      expect(explained['ftrace-call'] ?? 0).toBeGreaterThanOrEqual(traceable);

      // Offsets of the ranges that the machine lists, against what is found without it.
      const alone = openKernel(file.array, { name: file.name });
      const { isKprobeable, knowsList } = instrumentation(alone);
      expect(knowsList).toBe(true);
      const listed = new Set<number>();
      for (const [, from, to] of text('blacklist').matchAll(/^0x([0-9a-f]+)-0x([0-9a-f]+)/gm)) {
        const [start, end] = [from, to].map(
          (digits) => Number(BigInt.asIntN(64, BigInt(`0x${digits}`))) - alone.layout.base - live.slide,
        );
        for (let at = start; at < end; at += 4) listed.add(at);
      }
      expect(listed.size).toBeGreaterThan(10_000);
      const [{ start, end }] = alone.layout.text;
      const different: string[] = [];
      for (let at = start; at < end; at += 4) {
        if (isKprobeable(at) === listed.has(at))
          different.push(alone.symbols.name(alone.layout.base + at) ?? '');
      }
      expect(different).toEqual([]);
    },
    600_000,
  );
});
