import { createRequire } from 'node:module';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { ExploreError, type Snapshot } from '@quiesce/explore';
import { readCheckpoint, writeCheckpoint } from '@quiesce/explore/node';
import type { ByteSource } from '@quiesce/kernel';
import { fileSource } from '@quiesce/kernel/node';
import { usage } from './usage-error.ts';

/** Everything that the commands need of the world: streams, files, time and Ctrl-C. Tests bring their own. */
export interface Host {
  /** Writes results. */
  readonly out: (text: string) => void;
  /** Writes errors and progress. */
  readonly error: (text: string) => void;
  readonly outIsTerminal: boolean;
  readonly errorIsTerminal: boolean;
  readonly inIsTerminal: boolean;
  /** Columns of the terminal, where there is one. */
  readonly columns: number | undefined;
  readonly environment: Readonly<Partial<Record<string, string>>>;
  /** The contents of a regular file, up to a bound; of standard input for `-`. */
  readonly read: (path: string) => Uint8Array;
  readonly exists: (path: string) => boolean;
  /** A file that is read piece by piece. */
  readonly source: (path: string) => ByteSource & { readonly close: () => void };
  readonly write: (path: string, bytes: Uint8Array) => void;
  /** Paths of the files in a directory and below, sorted; undefined where the path is no directory. */
  readonly list: (path: string) => readonly string[] | undefined;
  /** The page of the viewer, as it was built; traces are put into it. */
  readonly viewerPage: () => string;
  /** Writes a search to a file, under a label. */
  readonly saveSearch: (path: string, label: string, search: Snapshot) => void;
  /** Reads a search back; throws a usage error for a file that is none or has another label. */
  readonly loadSearch: (path: string, label: string) => Snapshot;
  /** Milliseconds on a clock that never runs backwards. */
  readonly now: () => number;
  /** Calls back at the first Ctrl-C from now on; the second one kills. Returns how to stop listening. */
  readonly onInterrupt: (callback: () => void) => () => void;
}

/** The host that a process is. */
export function processHost(): Host {
  const { stdin, stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    error: (text) => void stderr.write(text),
    outIsTerminal: stdout.isTTY,
    errorIsTerminal: stderr.isTTY,
    inIsTerminal: stdin.isTTY,
    // Undefined where standard output is no terminal, whatever the type says.
    columns: stdout.columns,
    environment: env,
    read: (path) => {
      try {
        if (path !== '-') refuseUnreadable(path);
        return readFileSync(path === '-' ? 0 : path);
      } catch (error) {
        throw cannotRead(path, reason(error));
      }
    },
    exists: existsSync,
    source: (path) => {
      try {
        refuseSpecial(path);
        return fileSource(path);
      } catch (error) {
        throw cannotRead(path, reason(error));
      }
    },
    write: (path, bytes) => {
      try {
        writeFileSync(path, bytes);
      } catch (error) {
        throw usage(`cannot write '${path}': ${reason(error)}; give a path that can be written`);
      }
    },
    list: (path) => {
      try {
        if (!statSync(path).isDirectory()) return undefined;
        const entries = readdirSync(path, { recursive: true, withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile())
          .map((entry) => `${entry.parentPath}/${entry.name}`)
          .sort();
      } catch (error) {
        throw cannotRead(path, reason(error));
      }
    },
    viewerPage: () => {
      try {
        return readFileSync(createRequire(import.meta.url).resolve('@quiesce/viewer/viewer.html'), 'utf8');
      } catch {
        throw usage("the page of the viewer has not been built; run 'npm run build' in the repository");
      }
    },
    saveSearch: (path, label, search) => {
      try {
        writeCheckpoint(path, label, search);
      } catch (error) {
        throw usage(`cannot write '${path}': ${reason(error)}; give a path that can be written`);
      }
    },
    loadSearch: (path, label) => {
      try {
        return readCheckpoint(path, label);
      } catch (error) {
        throw error instanceof ExploreError ? usage(error.message) : cannotRead(path, reason(error));
      }
    },
    now: () => performance.now(),
    onInterrupt: (callback) => {
      process.once('SIGINT', callback);
      return () => void process.removeListener('SIGINT', callback);
    },
  };
}

/** Bytes of a file that is read as a whole. */
const mostBytes = 1 << 30;

/** Refuses what is no file, or blocks, such as a pipe. /proc/kcore is a regular file. */
function refuseSpecial(path: string): { readonly size: number } {
  const found = statSync(path);
  if (found.isDirectory()) throw new Unreadable('it is a directory');
  if (!found.isFile()) throw new Unreadable('it is no regular file');
  return found;
}

/** Refuses what has no end, such as a device, and what is too large to be read as a whole. */
function refuseUnreadable(path: string): void {
  const found = refuseSpecial(path);
  if (found.size <= mostBytes) return;
  throw new Unreadable(`it has ${found.size} bytes, and ${mostBytes} are read at most`);
}

/** Why a file is not read, in words. */
class Unreadable extends Error {}

/** The error for a file that cannot be read. */
export function cannotRead(path: string, why: string): Error {
  return usage(`cannot read '${path}': ${why}; give the path of a readable file, or '-'`);
}

const reasons: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
};

/** Why a file could not be used, in words. */
function reason(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (code === '' ? 'it cannot be opened' : code);
}
