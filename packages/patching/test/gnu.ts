import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Elf } from './elf.ts';
import { readElf } from './elf.ts';
import { sectionBases, symbolValues } from '../src/layout.ts';

/** Whether GNU as and ld for aarch64 are installed. */
export const gnuInstalled = ['as', 'ld'].every(
  (tool) => spawnSync(`aarch64-linux-gnu-${tool}`, ['--version']).status === 0,
);

/** Appended to the title of a suite that needs them. */
export const gnuNotice = gnuInstalled ? '' : ' (SKIPPED: binutils-aarch64-linux-gnu is not installed)';

const unsigned = (address: number): string => `0x${BigInt.asUintN(64, BigInt(address)).toString(16)}`;

/** The messages of the tools, by index of the source that caused them, and what they linked. */
export interface Linked {
  readonly messages: string;
  readonly files: readonly (Elf | undefined)[];
}

/** Assembles and links each source at the bases of the layout, in one batch. */
export function link(sources: readonly string[], cpus: number): Linked {
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-patching-'));
  try {
    for (const [index, source] of sources.entries()) writeFileSync(join(folder, `${index}.s`), source);
    const symbols = Object.entries(symbolValues(cpus)).map(
      ([name, value]) => `--defsym ${name}=${unsigned(value)}`,
    );
    const bases = Object.entries(sectionBases).map(
      ([name, base]) => `--section-start=${name}=${unsigned(base)}`,
    );
    const script = `for f in *.s; do n=\${f%.s}
      aarch64-linux-gnu-as ${symbols.join(' ')} $f -o $n.o || echo "in $f" >&2
      aarch64-linux-gnu-ld ${bases.join(' ')} -e ${unsigned(sectionBases['.text'])} $n.o -o $n.elf
    done`;
    const { stderr } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
    const files = sources.map((_, index) => {
      const file = join(folder, `${index}.elf`);
      return existsSync(file) ? readElf(readFileSync(file)) : undefined;
    });
    return { messages: stderr, files };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
