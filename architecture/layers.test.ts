import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The house: what each package may import, directly. Imports run downwards only; `explore` knows no Arm and
 * imports nothing. A package that is not listed here fails the test, so a new one has to take its place.
 */
const mayImport: Record<string, readonly string[]> = {
  'packages/insn': [],
  'packages/explore': [],
  'packages/memory': ['insn'],
  'packages/cpu': ['insn', 'memory'],
  'packages/machine': ['insn', 'memory', 'cpu', 'explore'],
  'packages/patching': ['insn', 'memory', 'cpu', 'machine'],
  'packages/scenarios': ['insn', 'memory', 'cpu', 'machine', 'explore', 'patching'],
  'packages/protocol': ['insn', 'memory', 'machine', 'scenarios'],
  'packages/trace': ['insn', 'machine', 'explore'],
  'packages/kernel': ['insn', 'memory', 'cpu', 'machine'],
  'packages/litmus': ['insn'],
  'packages/bridge': ['insn', 'memory', 'cpu', 'machine', 'explore', 'trace', 'litmus'],
  'apps/viewer': ['insn', 'machine', 'scenarios', 'protocol', 'trace'],
  'apps/cli': [
    'insn',
    'memory',
    'cpu',
    'machine',
    'explore',
    'patching',
    'scenarios',
    'protocol',
    'trace',
    'kernel',
    'litmus',
    'bridge',
  ],
  'apps/bench': [
    'insn',
    'memory',
    'cpu',
    'machine',
    'explore',
    'patching',
    'scenarios',
    'trace',
    'kernel',
    'litmus',
    'bridge',
  ],
};

const root = join(import.meta.dirname, '..');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file));
}

/** Every module specifier that a file imports or re-exports from. */
function specifiers(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match.slice(1).join(''));
}

/** The package of a specifier that may name a sub-path. */
const packageOf = (name: string): string => name.split('/').slice(0, 2).join('/');

const folders = ['packages', 'apps'].flatMap((kind) =>
  readdirSync(join(root, kind)).map((name) => `${kind}/${name}`),
);

describe('the layers of the house', () => {
  it.each(folders)('%s has its place', (folder) => {
    expect(Object.keys(mayImport)).toContain(folder);
  });

  it.each(folders)('%s imports downwards only', (folder) => {
    const allowed = new Set((mayImport[folder] ?? []).map((name) => `@quiesce/${name}`));
    const upwards = sources(`${folder}/src`).flatMap((file) =>
      specifiers(file)
        .filter((name) => name.startsWith('@quiesce/') && !allowed.has(packageOf(name)))
        .map((name) => `${file} imports ${name}`),
    );
    expect(upwards).toEqual([]);
  });

  it.each(folders.filter((folder) => folder.startsWith('packages/')))(
    '%s needs nothing outside the workspace, and Node in its sub-path alone',
    (folder) => {
      const foreign = sources(`${folder}/src`).flatMap((file) =>
        specifiers(file)
          .filter((name) => !name.startsWith('.') && !name.startsWith('@quiesce/'))
          // A browser never loads the sub-path `node` of a package.
          .filter((name) => !(name.startsWith('node:') && file.startsWith(`${folder}/src/node/`)))
          .map((name) => `${file} imports ${name}`),
      );
      expect(foreign).toEqual([]);
    },
  );

  it.each(folders)('%s declares what it imports', (folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
      devDependencies?: Record<string, string>;
    };
    // The page of the viewer has everything inside when it is published.
    const { dependencies, devDependencies } = manifest;
    const needed = folder === 'apps/viewer' ? devDependencies : dependencies;
    const used = new Set(
      sources(`${folder}/src`)
        .flatMap(specifiers)
        .filter((name) => name.startsWith('@quiesce/'))
        .map(packageOf),
    );
    const declared = new Set(Object.keys(needed ?? {}));
    expect([...used].filter((name) => !declared.has(name))).toEqual([]);
  });
});
