import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initrd } from './initrd.ts';

const qemu = 'qemu-system-aarch64';

/** What is missing to boot a kernel, or undefined. */
export const missing: string | undefined =
  spawnSync(qemu, ['--version']).status === 0 ? undefined : `${qemu} (Debian: qemu-system-arm)`;

/** A machine of QEMU. */
export interface Machine {
  readonly cpu: string;
  readonly machine?: string;
  /** More of the command line. */
  readonly append?: string;
}

/** Physical address where QEMU puts an Image whose text offset is 0. */
const physical = 0x40200000;
const patience = 240_000;

/** Boots an Image until its first program runs, and saves the memory of the image in a file. */
export async function boot(
  image: Uint8Array,
  size: number,
  { cpu, machine = 'virt', append = '' }: Machine,
  out: string,
): Promise<void> {
  if (existsSync(out)) return;
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-boot-'));
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('Image'), image);
  writeFileSync(file('initrd'), initrd());
  const child = spawn(
    qemu,
    [
      ...[
        '-M',
        machine,
        '-accel',
        'tcg,thread=multi',
        '-cpu',
        cpu,
        '-smp',
        '4',
        '-m',
        '1G',
        '-nic',
        'none',
        '-no-reboot',
      ],
      ...[
        '-kernel',
        file('Image'),
        '-initrd',
        file('initrd'),
        '-append',
        `console=ttyAMA0 panic=-1 ${append}`,
      ],
      ...['-display', 'none', '-monitor', 'none', '-serial', `file:${file('log')}`, '-qmp', 'stdio'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    await until(
      () =>
        child.exitCode === null &&
        existsSync(file('log')) &&
        readFileSync(file('log'), 'latin1').includes('READY'),
      () => child.exitCode !== null,
    );
    await sleep(1000);
    const ask = (execute: string, words: object = {}): void =>
      void child.stdin.write(`${JSON.stringify({ execute, arguments: words })}\n`);
    let answers = '';
    child.stdout.on('data', (data: Buffer) => (answers += data.toString()));
    ask('qmp_capabilities');
    ask('stop');
    ask('pmemsave', { val: physical, size, filename: file('dump') });
    ask('quit');
    await until(
      () => child.exitCode !== null,
      () => answers.includes('"error"'),
    );
    renameOrCopy(file('dump'), out);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits for something; throws when it has become impossible or takes too long. */
async function until(isSo: () => boolean, isLost: () => boolean): Promise<void> {
  const start = Date.now();
  while (!isSo()) {
    if (isLost() || Date.now() - start > patience) {
      throw new Error('the machine did not boot, or did not answer');
    }
    await sleep(100);
  }
}

/** Across file systems a name cannot be moved. */
function renameOrCopy(from: string, to: string): void {
  writeFileSync(`${to}.part`, readFileSync(from));
  renameSync(`${to}.part`, to);
}
