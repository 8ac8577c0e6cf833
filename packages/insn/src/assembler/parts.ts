/** A section's part by subsection: `.subsection 1` comes behind all of subsection 0, whatever the order in the source. */
export type Part = { readonly name: string; readonly subsection: number };

const separator = '\0';

/** The key of a part: the name of the section for subsection 0. */
export function keyOf({ name, subsection }: Part): string {
  return subsection === 0 ? name : `${name}${separator}${subsection}`;
}

/** The part of a key. */
export function partOf(key: string): Part {
  const [name, subsection = '0'] = key.split(separator);
  return { name, subsection: Number(subsection) };
}

/** The keys of each section's parts in the order of their addresses, sections in the order of their first mention. */
export function bySection(keys: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  for (const key of keys) {
    const { name } = partOf(key);
    sections.set(name, [...(sections.get(name) ?? []), key]);
  }
  for (const parts of sections.values()) parts.sort((a, b) => partOf(a).subsection - partOf(b).subsection);
  return sections;
}
