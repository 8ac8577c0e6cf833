import { readFileSync, readdirSync } from 'node:fs';

/** The pages lie beside the sources and are read from there, also by what was built from them. */
const folder = new URL('../src/pages/', import.meta.url);

/** The words that have a page, in alphabetical order. */
export function pageNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
}

/** The text of a page. */
export function pageText(name: string): string {
  return readFileSync(new URL(`${name}.md`, folder), 'utf8');
}
