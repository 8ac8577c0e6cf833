/** A path without empty and `.` segments, and without a segment that a `..` behind it takes back. */
function plain(path: string): string {
  const kept: string[] = [];
  const isAbsolute = path.startsWith('/');
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    const canGoBack = kept.length > 0 && kept.at(-1) !== '..';
    if (segment !== '..') kept.push(segment);
    else if (canGoBack) kept.pop();
    else if (!isAbsolute) kept.push('..');
  }
  return `${isAbsolute ? '/' : ''}${kept.join('/')}`;
}

const joined = (directory: string, name: string): string =>
  directory === '' || name.startsWith('/') ? name : `${directory}/${name}`;

/**
 * Path of a file that a line table names: relative to the directory of compilation where it lies below that one,
 * otherwise absolute (DWARF 5, 6.2.4: entries that are relative are so to directory 0).
 *
 * @param directory The entry of the file's directory; empty for that of compilation.
 * @param compilation The directory of compilation, where the table has its name: DWARF 5. Without it a path stays
 * as relative as the table has it.
 */
export function sourcePath(directory: string, name: string, compilation = ''): string {
  const path = plain(joined(compilation, joined(directory, name)));
  const base = plain(compilation);
  return base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path;
}
