import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where kernels and dumps are kept between runs, outside the repository. */
export const cache: string =
  process.env['QUIESCE_KERNEL_CACHE'] ?? join(homedir(), '.cache', 'quiesce', 'kernels');

/** Debian's suite that has a version, and how the package with the image is called. */
const suites: Readonly<Partial<Record<string, readonly [suite: string, prefix: string]>>> = {
  '5.10': ['bullseye', 'linux-image-5.10.'],
  '6.1': ['bookworm', 'linux-image-6.1.'],
  '6.12': ['bookworm-backports', 'linux-image-6.12.'],
  '7.2': ['sid', 'linux-binary-7.2.'],
};

const halfADay = 12 * 60 * 60 * 1000;
const mirror = 'http://deb.debian.org/debian';

/** apt with lists and settings of its own, so that the machine's state is neither used nor changed. */
class Apt {
  readonly #lists: string;
  readonly #options: readonly string[];

  constructor(suite: string) {
    this.#lists = join(cache, 'apt', suite);
    mkdirSync(join(this.#lists, 'partial'), { recursive: true });
    const source = join(cache, 'apt', `${suite}.list`);
    writeFileSync(source, `deb [arch=arm64 trusted=yes] ${mirror} ${suite} main\n`);
    this.#options = [
      ...['APT::Architecture=arm64', 'APT::Architectures=arm64', `Dir::State::Lists=${this.#lists}`],
      ...[`Dir::Etc::SourceList=${source}`, 'Dir::Etc::SourceParts=/dev/null', 'Acquire::Languages=none'],
      ...[
        'Dir::Cache::pkgcache=',
        'Dir::Cache::srcpkgcache=',
        'Acquire::http::Timeout=20',
        'Acquire::Retries=1',
      ],
    ].flatMap((option) => ['-o', option]);
  }

  /** Runs apt-get or apt-cache; undefined when it fails. */
  run(command: 'apt-get' | 'apt-cache', ...words: readonly string[]): string | undefined {
    const { status, stdout } = spawnSync(command, [...this.#options, '-qq', ...words], {
      cwd: this.#lists,
      encoding: 'utf8',
      timeout: 180_000,
      maxBuffer: 1 << 26,
    });
    return status === 0 ? stdout : undefined;
  }

  /** Whether there are package lists, fetched now if they are old. */
  hasLists(): boolean {
    const lists = readdirSync(this.#lists).filter((name) => name.includes('Packages'));
    const isFresh = lists.some((name) => Date.now() - statSync(join(this.#lists, name)).mtimeMs < halfADay);
    return isFresh || this.run('apt-get', 'update') !== undefined || lists.length > 0;
  }

  /** Downloads a package; the path of the file. */
  download(name: string): string | undefined {
    this.run('apt-get', 'download', name);
    const file = readdirSync(this.#lists).find((one) => one.startsWith(`${name}_`) && one.endsWith('.deb'));
    return file === undefined ? undefined : join(this.#lists, file);
  }
}

/** The path of Debian's newest cloud kernel of a version, as a package; undefined where it cannot be had. */
export function kernelPackage(version: string): string | undefined {
  const known = suites[version];
  if (known === undefined) return undefined;
  const [suite, prefix] = known;
  mkdirSync(cache, { recursive: true });
  const apt = new Apt(suite);
  if (!apt.hasLists()) return undefined;
  const names = (apt.run('apt-cache', 'pkgnames', prefix) ?? '')
    .split('\n')
    .filter((name) => name.endsWith('-cloud-arm64'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const newest = names.at(-1);
  if (newest === undefined) return undefined;
  const path = apt.download(newest);
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** The same if it was downloaded before; nothing is fetched. */
export function cachedPackage(version: string): string | undefined {
  const [suite, prefix] = suites[version] ?? ['', ''];
  const folder = join(cache, 'apt', suite);
  if (suite === '' || !existsSync(folder)) return undefined;
  const file = readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.includes('-cloud-arm64_') && name.endsWith('.deb'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  return file === undefined ? undefined : join(folder, file);
}
