import { formatAddress } from '@quiesce/insn';
import type { Bytes } from '../bytes.ts';
import { KernelError } from '../error.ts';
import { alignment } from '../relocations.ts';
import { findKallsyms } from './kallsyms.ts';
import type { Symbol } from './symbol-table.ts';

/** The link address of an image's first byte, from an address in it: a multiple of {@link alignment} and the text offset. */
export function baseFrom(inside: number, textOffset: number): number {
  return Math.floor(inside / alignment) * alignment + textOffset;
}

/**
 * The symbols that an image carries in itself, after its relocations were applied; undefined when it has none. Where
 * no relocation says the base, the tables do.
 */
export function embeddedSymbols(
  image: Bytes,
  base: number | undefined,
  textOffset: number,
): { readonly base: number; readonly symbols: Symbol[] } | undefined {
  const found = findKallsyms(image);
  if (found === undefined) return undefined;
  const { names, types, offsets, relativeBaseAt } = found;
  const relative = relativeBaseAt === undefined ? undefined : image.i64(relativeBaseAt);
  const known = base ?? (relative === undefined ? undefined : baseFrom(relative, textOffset));
  if (known === undefined || (relative !== undefined && baseFrom(relative, textOffset) !== known)) {
    throw new KernelError('corrupt', {
      where: `kallsyms of ${image.name}`,
      found:
        relative === undefined
          ? 'nothing that says the link address'
          : `a base of ${formatAddress(relative)}`,
      expected: known === undefined ? 'relocations' : `an address near ${formatAddress(known)}`,
      remedy: 'give --symbols System.map',
    });
  }
  const start = relative ?? known;
  return {
    base: known,
    symbols: names.map((name, i) => ({
      name,
      address: start + offsets[i],
      type: String.fromCharCode(types[i]),
    })),
  };
}
