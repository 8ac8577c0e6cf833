import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A part of a source that is written otherwise: one rule left out. */
export interface Mutant {
  /** Path in the folder of sources. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly of: string;
  readonly becomes: string;
}

/**
 * Imports a copy of a package in which one part is written otherwise, and hands it over. The copy lies beside the tests
 * for so long, so that its imports are found.
 *
 * @param sources The folder of sources.
 */
export async function withMutant(
  sources: string,
  mutant: Mutant,
  judge: (module: unknown) => void,
): Promise<void> {
  const folder = mkdtempSync(join(sources, '../test/.mutant-'));
  try {
    cpSync(sources, folder, { recursive: true });
    const path = join(folder, mutant.file);
    const parts = readFileSync(path, 'utf8').split(mutant.of);
    if (parts.length !== 2) {
      throw new Error(`'${mutant.of}' occurs ${parts.length - 1} times in ${mutant.file}; expected once`);
    }
    writeFileSync(path, parts.join(mutant.becomes));
    judge(await import(pathToFileURL(join(folder, 'index.ts')).href));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
