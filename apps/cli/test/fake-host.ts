import type { Snapshot } from '@quiesce/explore';
import { memorySource } from '@quiesce/kernel';
import { cannotRead, type Host } from '../src/host.ts';

/** A host in memory: what was written, and the files there are. */
export interface FakeHost extends Host {
  /** Standard output. */
  readonly output: () => string;
  /** Standard error. */
  readonly errors: () => string;
  /** Both, in the order written, as on a terminal. */
  readonly screen: () => string;
  readonly files: Map<string, Uint8Array>;
  /** Presses Ctrl-C. */
  readonly interrupt: () => void;
}

/** What a test decides about its host. */
export interface FakeOptions {
  readonly terminal?: boolean;
  readonly environment?: Readonly<Partial<Record<string, string>>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Files that the host begins with and writes to, shared with other hosts. */
  readonly kept?: Map<string, Uint8Array>;
  readonly now?: () => number;
  /** Searches that were written down. */
  readonly searches?: Map<string, Snapshot>;
}

export function fakeHost(options: FakeOptions = {}): FakeHost {
  const {
    terminal = false,
    environment = {},
    now = () => performance.now(),
    searches = new Map<string, Snapshot>(),
  } = options;
  const written: { readonly text: string; readonly isError: boolean }[] = [];
  const files = options.kept ?? new Map<string, Uint8Array>();
  for (const [path, text] of Object.entries(options.files ?? {}))
    files.set(path, new TextEncoder().encode(text));
  let listener: (() => void) | undefined;
  const join = (wanted: (isError: boolean) => boolean): string =>
    written
      .filter(({ isError }) => wanted(isError))
      .map(({ text }) => text)
      .join('');
  const read = (path: string): Uint8Array => {
    const bytes = files.get(path);
    if (bytes === undefined) throw cannotRead(path, 'there is no such file');
    return bytes;
  };
  return {
    out: (text) => void written.push({ text, isError: false }),
    error: (text) => void written.push({ text, isError: true }),
    outIsTerminal: terminal,
    errorIsTerminal: terminal,
    inIsTerminal: !files.has('-'),
    columns: terminal ? 100 : undefined,
    environment,
    files,
    read,
    exists: (path) => files.has(path),
    source: (path) => ({ ...memorySource(path, read(path)), close: () => undefined }),
    list: (path) => {
      const inside = [...files.keys()].filter((file) => file.startsWith(`${path}/`)).sort();
      return inside.length === 0 ? undefined : inside;
    },
    write: (path, bytes) => void files.set(path, bytes),
    viewerPage: () => '<title>viewer</title><script type="application/json" id="trace"></script>',
    saveSearch: (path, label, search) => {
      searches.set(
        `${path} ${label}`,
        search.map((block) => block.slice()),
      );
    },
    loadSearch: (path, label) => {
      const search = searches.get(`${path} ${label}`);
      if (search === undefined) throw cannotRead(path, `it holds no search of ${label}`);
      return search;
    },
    now,
    onInterrupt: (callback) => {
      listener = callback;
      return () => (listener = undefined);
    },
    output: () => join((isError) => !isError),
    errors: () => join((isError) => isError),
    screen: () => join(() => true),
    interrupt: () => listener?.(),
  };
}
