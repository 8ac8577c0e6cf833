import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { imageFile } from './kernel-text.ts';

/** The files of a kernel that are at hand. */
export interface KernelFiles {
  /** Its version where it has a folder in the cache; otherwise nothing. */
  readonly version: string;
  readonly image: string;
  readonly symbols: string | undefined;
  /** A dump of a machine that runs it. */
  readonly live: string | undefined;
}

/** Where kernels are kept: folders named by their versions with `vmlinuz` and `System.map`, and `dumps/VERSION-*.bin`. */
const cache = process.env['QUIESCE_KERNEL_CACHE'] ?? join(homedir(), '.cache', 'quiesce', 'kernels');

const existing = (path: string | undefined): string | undefined =>
  path !== undefined && existsSync(path) ? path : undefined;

/** Debian's packages have a stub of a few words in place of the map. */
const mapAt = (path: string): string | undefined =>
  existsSync(path) && statSync(path).size > 4096 ? path : undefined;

function dumpOf(version: string): string | undefined {
  const dumps = join(cache, 'dumps');
  const names = existsSync(dumps) ? readdirSync(dumps).sort() : [];
  const name = names.find((one) => one.startsWith(`${version}-`) && one.endsWith('.bin'));
  return name === undefined ? undefined : join(dumps, name);
}

function inCache(): KernelFiles[] {
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => /^\d+\.\d+$/.test(name)) : [];
  return names
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((version) => {
      const folder = join(cache, version);
      const [image, symbols] = [join(folder, 'vmlinuz'), mapAt(join(folder, 'System.map'))];
      return { version, image, symbols, live: dumpOf(version) };
    })
    .filter(({ image }) => existsSync(image));
}

/** The cached kernels, the usual one first. A kernel that is named stands for all. */
function cached(): readonly KernelFiles[] {
  if (process.env['QUIESCE_KERNEL'] !== undefined) return [];
  const all = inCache();
  const isUsual = ({ version }: KernelFiles): boolean => version === '6.1';
  return [...all.filter(isUsual), ...all.filter((one) => !isUsual(one))];
}

/** The versions of the kernels that are measured; one without a name where none is cached. Nothing is fetched. */
export function versionsAtHand(): readonly string[] {
  const versions = cached().map(({ version }) => version);
  return versions.length === 0 ? [''] : versions;
}

let found: readonly KernelFiles[] | undefined;

/**
 * The kernels that are measured: the one that `QUIESCE_KERNEL` names, else those of the cache, else Debian's 6.1, if it can be fetched. The first
 * one is measured in every row, and its map and dump are what `QUIESCE_KERNEL_MAP` and `QUIESCE_KERNEL_LIVE` name, if they do.
 */
export function kernelsAtHand(): readonly KernelFiles[] {
  return (found ??= find());
}

function find(): readonly KernelFiles[] {
  const [first = single(imageFile()), ...others] = cached() as readonly (KernelFiles | undefined)[];
  if (first === undefined) return [];
  const symbols = existing(process.env['QUIESCE_KERNEL_MAP']) ?? first.symbols;
  const live = existing(process.env['QUIESCE_KERNEL_LIVE']) ?? first.live;
  return [{ ...first, symbols, live }, ...others.filter((one) => one !== undefined)];
}

/** A kernel outside the cache; its map may lie beside it, as /boot has them. */
function single(image: string | undefined): KernelFiles | undefined {
  if (image === undefined || !existsSync(image)) return undefined;
  const beside = join(dirname(image), basename(image).replace('vmlinuz', 'System.map'));
  const symbols = beside === image ? undefined : mapAt(beside);
  return { version: '', image, symbols, live: undefined };
}
