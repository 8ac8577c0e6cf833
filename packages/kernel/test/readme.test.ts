import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { handMadeKernel } from './hand-made.ts';

const folder = mkdtempSync(join(tmpdir(), 'quiesce-kernel-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('the example of the README runs, and prints what the README says', async () => {
  const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
  const readme = read('../README.md');
  expect(readme).toContain(`\`\`\`ts\n${read('example.ts')}\`\`\``);
  const image = join(folder, 'Image');
  writeFileSync(image, handMadeKernel().image);
  vi.stubEnv('IMAGE', image);
  const log = vi.spyOn(console, 'log').mockReturnValue();
  await import('./example.ts');
  const printed = log.mock.calls.map((values) => `${values.join(' ')}\n`).join('');
  log.mockRestore();
  expect(readme).toContain(`\`\`\`text\n${printed}\`\`\``);
});
