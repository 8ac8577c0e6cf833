import { disassemble, hexAddress } from '@quiesce/insn';
import type { Image } from '@quiesce/scenarios';

/** A function of a program: a half-open range of text. */
interface Extent {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Where functions begin: at targets of BL, at the callback, and at the entries. */
function functionStarts(image: Image): { readonly name: string; readonly address: number }[] {
  const { program, assembly } = image;
  const called = new Set([...program.source.matchAll(/^\s+bl (\w+)/gm)].map(([, name]) => name));
  for (const name of [program.callback, program.entry, program.vectors, 'bad_mode', 'el1h_64_sync']) {
    called.add(name);
  }
  return assembly.labels.filter(({ name }) => called.has(name) && !name.startsWith('site_'));
}

/** The function that holds an address. */
function functionAt(image: Image, address: number): Extent {
  const text = sectionOf(image, address);
  const starts = functionStarts(image);
  const start = starts.findLast((one) => one.address <= address);
  const next = starts.find((one) => one.address > address);
  return {
    name: start?.name ?? '',
    start: start?.address ?? text.base,
    end: Math.min(next?.address ?? Infinity, text.base + text.size),
  };
}

function sectionOf(image: Image, address: number): { readonly base: number; readonly size: number } {
  const section = image.assembly.sectionAt(address);
  return { base: section?.base ?? address, size: section?.bytes.length ?? 0 };
}

/** What the marks in the first column mean. */
export const listingLegend =
  'S: patched site, with its new word; w: wait loop, where a CPU counts as quiescent';

/**
 * The code of a protocol: the callback and every function that holds a site; with `maintenance` also those that maintain
 * caches.
 */
export function listing(image: Image, maintenance: boolean): string[] {
  const { program } = image;
  const addresses = [program.callback, ...program.sites.map(({ label }) => label)].map((label) =>
    image.address(label),
  );
  if (maintenance) addresses.push(...maintenanceAddresses(image));
  const extents = new Map<number, Extent>();
  for (const address of addresses) {
    const extent = functionAt(image, address);
    extents.set(extent.start, extent);
  }
  return [...extents.values()].flatMap((extent) => ['', ...functionLines(image, extent)]);
}

/** The code of a program of its own, from its entry up to the vectors. */
export function wholeListing(image: Image): string[] {
  const start = image.address(image.program.entry);
  return ['', ...functionLines(image, { name: '', start, end: image.address('bad_mode') })];
}

/** Where DC and IC stand. */
function maintenanceAddresses({ assembly }: Image): number[] {
  return [...assembly.lines].flatMap(([address, { text }]) => (/^(?:dc|ic) /.test(text) ? [address] : []));
}

function functionLines(image: Image, { start, end }: Extent): string[] {
  const labels = new Map<number, string[]>();
  for (const { name, address } of image.assembly.labels) {
    const isSite = name.startsWith('site_');
    if (isSite && !image.program.sites.some(({ label }) => label === name)) continue;
    labels.set(address, [...(labels.get(address) ?? []), name]);
  }
  const lines: string[] = [];
  for (let address = start; address < end; address += 4) {
    const word = image.assembly.wordAt(address) ?? 0;
    for (const name of labels.get(address) ?? []) lines.push(`    ${name}:`);
    const target = (to: number): string => image.symbolise(to);
    const text = disassemble(word, { address, target });
    const replacement = newWord(image, address);
    const isQuiescent = image.quiescent(address);
    const mark = replacement !== undefined ? 'S' : isQuiescent ? 'w' : ' ';
    const change = replacement === undefined ? '' : `   -> ${disassemble(replacement, { address, target })}`;
    lines.push(`  ${mark} ${hexAddress(address)}  ${text}${change}`);
  }
  return lines;
}

/** The word that the protocol writes at an address, or undefined. */
function newWord(image: Image, at: number): number | undefined {
  for (const { label, words, replacementLabel } of image.program.sites) {
    const offset = at - image.address(label);
    if (offset >= 0 && offset < 4 * words) {
      return image.assembly.wordAt(image.address(replacementLabel) + offset);
    }
  }
  return undefined;
}
