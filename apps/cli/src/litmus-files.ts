import type { Host } from './host.ts';
import { usage } from './usage-error.ts';

/** Files in one list or directory. */
const maximumFiles = 100_000;

/**
 * The litmus files that the arguments name: a file, a directory with files that end in `.litmus`, or `@FILE`, a list of
 * such paths, one a line, relative to the list; `#` begins a comment.
 */
export function litmusFiles(host: Host, given: readonly string[], depth = 0): string[] {
  const files = given.flatMap((path) => {
    if (path.startsWith('@')) return listed(host, path.slice(1), depth);
    const inside = path === '-' ? undefined : host.list(path);
    if (inside === undefined) return [path];
    const tests = inside.filter((file) => file.endsWith('.litmus'));
    if (tests.length === 0) throw usage(`no file in '${path}' ends in .litmus; name the files`);
    return tests;
  });
  if (files.length > maximumFiles) {
    throw usage(`${files.length} litmus files are too many; give at most ${maximumFiles}`);
  }
  return files;
}

function listed(host: Host, list: string, depth: number): string[] {
  if (depth > 8) throw usage(`'@${list}' is a list in a list in a list ...; leave out the circle`);
  const folder = list.includes('/') ? list.slice(0, list.lastIndexOf('/') + 1) : '';
  const lines = new TextDecoder()
    .decode(host.read(list))
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  if (lines.length === 0) throw usage(`'${list}' names no litmus file; write a path on each line`);
  const relative = (path: string): string => (path.startsWith('/') ? path : folder + path);
  return litmusFiles(
    host,
    lines.map((line) => (line.startsWith('@') ? `@${relative(line.slice(1))}` : relative(line))),
    depth + 1,
  );
}
