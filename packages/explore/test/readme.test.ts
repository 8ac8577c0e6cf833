import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

it('the example in the README is the one that runs, and prints what it says', async () => {
  const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
  const readme = read('../README.md');
  expect(readme).toContain('```ts\n' + read('example.ts') + '```');
  const log = vi.spyOn(console, 'log').mockReturnValue();
  await import('./example.ts');
  expect(log).toHaveBeenCalledOnce();
  const printed = String(log.mock.calls[0][0]);
  log.mockRestore();
  expect(readme).toContain('```text\n' + printed + '\n```');
});
