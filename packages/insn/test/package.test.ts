import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { report } from './report.ts';

/** What users' tools bundle; the sources where the package was not built. */
const published = join(import.meta.dirname, '../dist/index.js');
const index = existsSync(published) ? published : join(import.meta.dirname, '../src/index.ts');

/** A program that uses the package, bundled into one minified file as its users' tools would. */
async function bundled(source: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-bundle-'));
  try {
    writeFileSync(join(folder, 'main.ts'), source);
    const bundle = await rolldown({
      input: join(folder, 'main.ts'),
      logLevel: 'silent',
      resolve: { alias: { '@quiesce/insn': index } },
    });
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    await bundle.close();
    return output[0].code;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function kilobytes(source: string): Promise<number> {
  return gzipSync(await bundled(source), { level: 9 }).length / 1000;
}

describe('the package, minified and compressed', () => {
  it('is below 120 KB with everything', async () => {
    expect(await kilobytes(`export * from '@quiesce/insn';`)).toBeLessThan(120);
  });

  it('is below 40 KB for those who only encode', async () => {
    const source = `import { encode } from '@quiesce/insn'; console.log(encode('brk', { imm16: 4 }));`;
    expect(await kilobytes(source)).toBeLessThan(40);
  });

  it('has nothing for those who only import its types', async () => {
    const source = `import { disassemble } from '@quiesce/insn'; export type T = typeof disassemble;`;
    expect(await kilobytes(source)).toBeLessThan(0.1);
  });

  it('imports nothing', async () => {
    expect(await bundled(`export * from '@quiesce/insn';`)).not.toMatch(/\bimport\b|\brequire\(/);
  });
});

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

describe.skipIf(chromium === undefined)(
  `Chromium${chromium === undefined ? ': it is not installed (Debian: chromium)' : ''}`,
  () => {
    it('runs the package unchanged', async () => {
      const inBrowser = await bundled(
        `import { report } from '${join(import.meta.dirname, 'report.ts')}';
         document.querySelector('pre').textContent = report();`,
      );
      const folder = mkdtempSync(join(tmpdir(), 'quiesce-chromium-'));
      try {
        const page = join(folder, 'page.html');
        writeFileSync(
          page,
          `<pre></pre><script type="module">${inBrowser.replaceAll('</', '<\\/')}</script>`,
        );
        const flags = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync';
        const quiet =
          '--disable-background-networking --disable-component-update --virtual-time-budget=60000';
        const run = spawnSync(
          chromium ?? '',
          [...flags.split(' '), ...quiet.split(' '), `--user-data-dir=${folder}/profile`, '--dump-dom', page],
          { encoding: 'utf8', timeout: 120_000 },
        );
        expect(/<pre>(.*?)<\/pre>/s.exec(run.stdout)?.[1]).toBe(report());
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }, 180_000);
  },
);
