import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bytes, type KernelCheck, openKernel, unpack } from '@quiesce/kernel';
import { StoppedMachine, checkStopped, nodeDecompressors } from '@quiesce/kernel/node';
import { describe, expect, it } from 'vitest';
import { missing } from './boot.ts';
import { kernelPackage } from './packages.ts';

/** Versions to run; more for those who have the time: QUIESCE_KERNELS=5.10,6.1,6.12,7.2. */
const versions = (process.env['QUIESCE_KERNELS'] ?? '6.1').split(',');
const cpu = process.env['QUIESCE_CPUS'] ?? 'max,pauth-impdef=on';

if (missing !== undefined) console.warn(`no machine is stopped: ${missing} is missing`);

/** A port that nobody uses. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts a machine that waits for a debugger, and checks it from where it patches. */
async function check(path: string): Promise<KernelCheck> {
  const { array } = unpack(new Bytes(readFileSync(path), path), nodeDecompressors);
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-snapshot-'));
  const image = join(folder, 'Image');
  writeFileSync(image, array);
  const kernel = openKernel(array);
  const port = await freePort();
  const child = spawn('qemu-system-aarch64', [
    ...['-M', 'virt', '-cpu', cpu, '-smp', '2', '-m', '512M', '-nic', 'none', '-display', 'none'],
    ...['-monitor', 'none', '-serial', 'none', '-kernel', image, '-append', 'nokaslr'],
    ...['-S', '-gdb', `tcp:127.0.0.1:${port}`],
  ]);
  try {
    await sleep(1500);
    const machine = await StoppedMachine.reach(kernel, `127.0.0.1:${port}`, {
      path: 'alternatives',
      milliseconds: 60_000,
    });
    const result = await checkStopped(kernel, machine, { path: 'alternatives', places: 4, random: 0 });
    machine.close();
    return result;
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.each(versions)('a machine that runs Linux %s', (version) => {
  const path = missing === undefined ? kernelPackage(version) : undefined;

  it.skipIf(path === undefined)(
    'is checked from where it is stopped',
    async () => {
      const result = await check(path ?? '');
      const verdict = version === '5.10' ? 'clean' : 'not-quiescent';
      expect(result).toMatchObject({ verdict, start: 'machine', cpus: 2, incomplete: 0, stop: undefined });
      expect(result.text.different).toBe(0);
      expect(result.stores).toBeGreaterThan(5_000);
    },
    300_000,
  );
});
