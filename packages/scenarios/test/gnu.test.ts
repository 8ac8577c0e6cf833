import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sectionBases, symbolValues } from '@quiesce/patching';
import { catalogue, series } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';

const tools = ['as', 'ld', 'objcopy'].map((tool) => `aarch64-linux-gnu-${tool}`);
const installed = tools.every((tool) => spawnSync(tool, ['--version']).status === 0);
const notice = installed ? '' : ' (SKIPPED: binutils-aarch64-linux-gnu is not installed)';

const cpus = 2;
const mechanisms = catalogue.filter((scenario) => !series.includes(scenario));
const unsigned = (address: number): string => `0x${BigInt.asUintN(64, BigInt(address)).toString(16)}`;

/** The text of each source as GNU as, ld and objcopy make it, in one batch, with what they complain about. */
function textByGnu(sources: readonly string[]): { readonly complaints: string; readonly texts: Buffer[] } {
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-scenarios-'));
  try {
    for (const [i, source] of sources.entries()) writeFileSync(join(folder, `${i}.s`), source);
    const symbols = Object.entries(symbolValues(cpus)).map(
      ([name, value]) => `--defsym ${name}=${unsigned(value)}`,
    );
    const bases = Object.entries(sectionBases).map(
      ([name, base]) => `--section-start=${name}=${unsigned(base)}`,
    );
    const script = `for f in *.s; do n=\${f%.s}
      ${tools[0]} ${symbols.join(' ')} $f -o $n.o
      ${tools[1]} ${bases.join(' ')} -e ${unsigned(sectionBases['.text'])} $n.o -o $n.elf
      ${tools[2]} -O binary -j .text $n.elf $n.bin
    done`;
    const { stderr } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
    return { complaints: stderr, texts: sources.map((_, i) => readFileSync(join(folder, `${i}.bin`))) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(!installed)(`GNU as and ld${notice}`, () => {
  it('make the same words of every mechanism', { timeout: 120_000 }, () => {
    const images = mechanisms.map((scenario) => scenario.image(cpus));
    const { complaints, texts } = textByGnu(images.map(({ program }) => program.source));
    expect(complaints).toBe('');
    for (const [i, { assembly, program }] of images.entries()) {
      const ours = Buffer.from(assembly.sections.get('.text')?.bytes ?? []);
      expect(texts[i].equals(ours), program.name).toBe(true);
    }
  });
});
