import { readFileSync, readdirSync } from 'node:fs';
import { wrap } from '@quiesce/trace';

/** The pages lie beside the sources and are read from there, also by what was built from them. */
const folder = new URL('../src/pages/', import.meta.url);

/** The words that have a page, in alphabetical order. */
export function pageNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
}

/** The Markdown of a page. */
export function pageSource(name: string): string {
  return readFileSync(new URL(`${name}.md`, folder), 'utf8');
}

/** A page for a terminal: paragraphs and list items fill the width, code and headings stay as they are. */
export function pageText(name: string, width: number, heading: (text: string) => string): string {
  const lines: string[] = [];
  let paragraph: string[] = [];
  const flush = (): void => {
    if (paragraph.length === 0) return;
    const text = paragraph.join(' ');
    const isItem = text.startsWith('- ');
    const [first, ...more] = wrap(text, width);
    lines.push(
      first,
      ...(isItem ? wrap(more.join(' '), width - 2).map((line) => `  ${line}`.trimEnd()) : more),
    );
    if (isItem && more.length === 0) lines.pop();
    paragraph = [];
  };
  for (const line of pageSource(name).split('\n')) {
    const title = /^#+ (.*)$/.exec(line)?.[1];
    const isCode = line.startsWith('    ');
    if (line === '' || isCode || title !== undefined || line.startsWith('- ')) flush();
    if (title !== undefined) lines.push(heading(title));
    else if (line === '' || isCode) lines.push(line);
    else paragraph.push(line.trim());
  }
  flush();
  return lines.join('\n');
}
