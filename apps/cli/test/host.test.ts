import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { processHost } from '../src/host.ts';
import { UsageError } from '../src/usage-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'quiesce-host-'));
afterAll(() => rmSync(folder, { recursive: true }));

function refusal(path: string, way: 'read' | 'source' = 'read'): string {
  try {
    processHost()[way](path);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'nothing wrong';
}

describe('a process reads', () => {
  it('regular files', () => {
    const path = join(folder, 'small');
    writeFileSync(path, 'text');
    expect(new TextDecoder().decode(processHost().read(path))).toBe('text');
  });

  it('no device, no directory, and nothing that is not there', () => {
    expect(refusal('/dev/zero')).toMatch(/^cannot read '\/dev\/zero': it is no regular file; give/);
    expect(refusal(folder)).toMatch(/: it is a directory; give/);
    expect(refusal(join(folder, 'gone'))).toMatch(/: there is no such file; give/);
  });

  it('no pipe and no directory piece by piece, which would wait for ever or fail', () => {
    const pipe = join(folder, 'pipe');
    if (spawnSync('mkfifo', [pipe]).status === 0) {
      expect(refusal(pipe, 'source')).toMatch(/pipe': it is no regular file; give/);
    }
    expect(refusal(folder, 'source')).toMatch(/: it is a directory; give/);
    expect(refusal('/dev/zero', 'source')).toMatch(/: it is no regular file; give/);
  });

  it('no file without bound', () => {
    const path = join(folder, 'large');
    const file = openSync(path, 'w');
    ftruncateSync(file, (1 << 30) + 1);
    closeSync(file);
    expect(refusal(path)).toMatch(/: it has 1073741825 bytes, and 1073741824 are read at most; give/);
  });
});
