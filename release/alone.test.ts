import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { chromium } from 'playwright-core';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Every package as its users get it: packed, unpacked in a project outside the workspace beside what it declares and
 * nothing else, and used as the first example of its README does.
 */
const root = join(import.meta.dirname, '..');
const libraries = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
);
const isBuilt = libraries.every((name) => {
  const folder = join(root, 'packages', name);
  return existsSync(join(folder, entryOf(folder)));
});
// Who asks for a report has built everything first: there a test that is left out would be a mistake.
if (!isBuilt && process.env['QUIESCE_TEST_REPORT'] !== undefined)
  throw new Error('the packages are not built');
const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

/** A newer Node than this one, by its path. */
const newer = process.env['QUIESCE_NODE'];

/** What examples run in, the lowest version that the packages promise and a newer one; without a path they are skipped. */
const nodes: readonly (readonly [name: string, path: string | undefined])[] = [
  [`Node ${process.versions.node}`, process.execPath],
  [newer === undefined ? 'a newer Node (QUIESCE_NODE names none: skipped)' : 'a newer Node', newer],
];

const folder = mkdtempSync(join(tmpdir(), 'quiesce-alone-'));

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const packed = new Map<string, string>();

function run(
  program: string,
  args: readonly string[],
  cwd: string,
): ReturnType<typeof spawnSync> & { stdout: string } {
  return spawnSync(program, args, { cwd, encoding: 'utf8' });
}

/** Unpacks a package and what it declares, also at second hand, into a project. */
function install(name: string, project: string): void {
  const target = join(project, 'node_modules', name);
  if (existsSync(target)) return;
  const tarball = packed.get(name);
  if (tarball === undefined) {
    // Something of others: as it is installed here.
    cpSync(join(root, 'node_modules', name), target, { recursive: true });
    return;
  }
  mkdirSync(target, { recursive: true });
  const { status } = run('tar', ['xzf', tarball, '-C', target, '--strip-components=1'], project);
  if (status !== 0) throw new Error(`cannot unpack ${tarball}`);
  const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as Manifest;
  for (const dependency of Object.keys(manifest.dependencies ?? {})) install(dependency, project);
}

/** The first example of a README as JavaScript, with what it must print if the README says so. */
function exampleOf(library: string): { readonly code: string; readonly printed: string | undefined } {
  const readme = readFileSync(join(root, 'packages', library, 'README.md'), 'utf8');
  const [, source, printed] = /```ts\n(.*?)```(?:\n\n```text\n(.*?)```)?/s.exec(readme) ?? [
    '',
    '',
    undefined,
  ];
  // An example about a file of the reader's machine cannot run on another: then the package is only loaded.
  if (source.includes("from 'node:fs'"))
    return { code: `import '@quiesce/${library}';\n`, printed: undefined };
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    },
  });
  return { code: outputText, printed };
}

/** The file that an import of the package in a folder loads. */
function entryOf(folder: string): string {
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  const { exports } = JSON.parse(manifest) as { exports: { '.': { default: string } } };
  return exports['.'].default;
}

/** A project that has one package and what its example imports. */
function projectOf(library: string): string {
  const project = join(folder, library);
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  const { code } = exampleOf(library);
  install(`@quiesce/${library}`, project);
  for (const [, name] of code.matchAll(/from ['"](@quiesce\/[\w-]+)['"]/g)) install(name, project);
  writeFileSync(join(project, 'main.mjs'), code);
  return project;
}

describe.skipIf(!isBuilt)(`one package alone${isBuilt ? '' : ' (not built: skipped)'}`, () => {
  beforeAll(() => {
    const { stdout, status } = run(
      'npm',
      ['pack', '--workspaces', '--json', '--ignore-scripts', '--pack-destination', folder],
      root,
    );
    if (status !== 0) throw new Error('npm pack failed');
    const tarballs = JSON.parse(stdout) as { readonly name: string; readonly filename: string }[];
    for (const { name, filename } of tarballs) packed.set(name, join(folder, filename));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

  describe.each(nodes)('in %s', (_name, node = '') => {
    it.skipIf(node === '').each(libraries)(
      '%s: the example of its README runs from its tarball',
      (library) => {
        const project = projectOf(library);
        const { printed } = exampleOf(library);
        const { status, stdout, stderr } = run(node, ['main.mjs'], project);
        expect(stderr).toBe('');
        expect(status).toBe(0);
        if (printed !== undefined) expect(stdout).toBe(printed);
      },
    );

    it.skipIf(node === '')('quiesce: checks, and writes a page of the viewer', () => {
      const project = join(folder, 'quiesce');
      mkdirSync(project, { recursive: true });
      install('quiesce', project);
      const args = ['check', 'alternatives-mainline-state-load', '--cpus', '2', '--html', 'out.html'];
      const { status, stdout } = run(node, ['node_modules/quiesce/bin/quiesce.js', ...args], project);
      expect(stdout).toContain('violated: cmodx');
      expect(status).toBe(1);
      expect(readFileSync(join(project, 'out.html'), 'utf8')).toContain('"kind":"cmodx"');
    });
  });

  it.each(libraries)('%s: nothing that publint finds wrong', async (library) => {
    const pkgDir = join(root, 'packages', library);
    const { messages } = await publint({ pkgDir, pack: false, strict: true });
    const manifest = JSON.parse(readFileSync(join(pkgDir, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it.each(libraries)('%s: types that resolve as its code does', async (library) => {
    const tarball = readFileSync(packed.get(`@quiesce/${library}`) ?? '');
    const result = await checkPackage(createPackageFromTarballData(tarball));
    // The packages are modules: require() of them, and resolution that knows no exports, are not promised.
    const problems = result.types === false ? [{ kind: 'no types' }] : result.problems;
    const promised = problems.filter(
      (problem) =>
        !('resolutionKind' in problem) ||
        typeof problem.resolutionKind !== 'string' ||
        !/^node10$|-cjs$/.test(problem.resolutionKind),
    );
    expect(promised).toEqual([]);
  });

  it.skipIf(browserPath === undefined)(
    'every library loads in a browser, and its example runs there',
    async () => {
      const browser = await chromium.launch({
        ...(browserPath === undefined ? {} : { executablePath: browserPath }),
        args: ['--no-sandbox', '--disable-gpu'],
      });
      const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.mjs': 'text/javascript' };
      for (const library of libraries) {
        const project = projectOf(library);
        const names = readdirSync(join(project, 'node_modules/@quiesce'));
        const imports = Object.fromEntries(
          names.map((name) => {
            const path = `node_modules/@quiesce/${name}`;
            return [`@quiesce/${name}`, `/${path}/${entryOf(join(project, path))}`];
          }),
        );
        const page = await browser.newPage();
        const lines: string[] = [];
        const errors: string[] = [];
        page.on('console', (message) => lines.push(message.text()));
        page.on('pageerror', (error) => errors.push(error.message));
        await page.route('http://alone.test/**', async (route) => {
          const { pathname } = new URL(route.request().url());
          if (pathname === '/') {
            const html = `<script type="importmap">${JSON.stringify({ imports })}</script>
            <script type="module">import('/main.mjs').then(() => (document.title = 'done'), (e) => (document.title = String(e)))</script>`;
            await route.fulfill({ contentType: 'text/html', body: html });
            return;
          }
          const contentType = types[extname(pathname)] ?? 'application/octet-stream';
          await route.fulfill({ contentType, body: readFileSync(join(project, pathname)) });
        });
        await page.goto('http://alone.test/');
        await page.waitForFunction("document.title !== ''");
        expect(await page.title(), library).toBe('done');
        expect(errors, library).toEqual([]);
        const { printed } = exampleOf(library);
        if (printed !== undefined) expect(lines.join('\n'), library).toBe(printed.trimEnd());
        await page.close();
      }
      await browser.close();
    },
    120_000,
  );

  it('a release can be made: every changeset names packages that there are, and versions rise', () => {
    const copy = join(folder, 'release');
    mkdirSync(copy);
    for (const name of ['package.json', '.changeset'])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    for (const kind of ['packages', 'apps']) {
      for (const name of readdirSync(join(root, kind))) {
        const manifest = join(kind, name, 'package.json');
        if (!existsSync(join(root, manifest))) continue;
        mkdirSync(join(copy, kind, name), { recursive: true });
        cpSync(join(root, manifest), join(copy, manifest));
      }
    }
    run('git', ['init', '-q'], copy);
    const { status, stderr } = run(
      process.execPath,
      [join(root, 'node_modules/@changesets/cli/bin.js'), 'version'],
      copy,
    );
    expect(status, String(stderr)).toBe(0);
    for (const library of libraries) {
      const manifest = JSON.parse(readFileSync(join(copy, 'packages', library, 'package.json'), 'utf8')) as {
        version: string;
      };
      expect(manifest.version, library).not.toBe('0.0.0');
      expect(existsSync(join(copy, 'packages', library, 'CHANGELOG.md')), library).toBe(true);
    }
  });
});
