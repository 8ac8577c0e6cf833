import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../peers/capstone.c');

/**
 * Seconds of CPU time that capstone's C library takes for the text of every word once, its start not counted, a number for
 * each round; undefined where gcc or the library (Debian: libcapstone-dev) is missing.
 */
export function capstoneSeconds(words: Int32Array, rounds: number): readonly number[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-capstone-'));
  try {
    const program = join(folder, 'capstone');
    if (spawnSync('gcc', ['-O2', '-o', program, source, '-lcapstone']).status !== 0) return undefined;
    // As many copies of the words as make a round long enough for the clock.
    const copies = Math.ceil(2 ** 20 / words.length);
    const bytes = Buffer.from(words.buffer);
    writeFileSync(join(folder, 'words'), Buffer.concat(Array.from({ length: copies }, () => bytes)));
    const out = execFileSync(program, [join(folder, 'words'), String(rounds)], { encoding: 'utf8' });
    return out
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ')[1]) / copies);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
