import type { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';
import type { Layout } from '../layout.ts';
import { type Run, longestRun } from './shape.ts';

/**
 * The entries of `.altinstructions` (`struct alt_instr`, 12 bytes) in link order, as columns. Offsets are in the image,
 * lengths in bytes.
 */
export interface Alternatives {
  /** Where the table lies. */
  readonly at: number;
  readonly count: number;
  /** Where the instructions lie that may be replaced. */
  readonly original: Int32Array;
  /** Where the replacement lies, or the callback's code. */
  readonly replacement: Int32Array;
  /** The capability's number; {@link unconditional} for callbacks of 4.16 to 6.0. */
  readonly capability: Uint16Array;
  readonly length: Uint8Array;
  /** 1 for callbacks. */
  readonly isCallback: Uint8Array;
}

/** Size of an entry in bytes. */
export const alternativeSize = 12;

/** ARM64_CB_BIT: the flag of a callback since 6.1. */
const callbackBit = 0x8000;

/** Stands for ARM64_CB_PATCH of 4.16 to 6.0: a callback whatever the capabilities are. */
export const unconditional = 0x7fff;

/** Finds the entries by their shape: two places in the image, and lengths that agree. */
export function findAlternatives(image: Bytes, { text }: Layout): Run | undefined {
  const codeEnd = image.length;
  return longestRun(text[0].end, image.length & ~3, alternativeSize, 16, (at) => {
    const length = image.array[at + 10];
    const other = image.array[at + 11];
    if (length === 0 || length % 4 !== 0 || (other !== length && other !== 0)) return false;
    const original = at + image.i32(at);
    const replacement = at + 4 + image.i32(at + 4);
    return isCode(original, codeEnd) && isCode(replacement, codeEnd);
  });
}

function isCode(offset: number, end: number): boolean {
  return offset >= 0 && offset < end && offset % 4 === 0;
}

/** Reads and checks the entries. Throws {@link KernelError} `bad-entry` for one that the kernel would refuse. */
export function readAlternatives(image: Bytes, { at, count }: Run): Alternatives {
  const table: Alternatives = {
    at,
    count,
    original: new Int32Array(count),
    replacement: new Int32Array(count),
    capability: new Uint16Array(count),
    length: new Uint8Array(count),
    isCallback: new Uint8Array(count),
  };
  image.need(at, alternativeSize * count, 'alternatives');
  const claimed = new Uint8Array(image.length >>> 2);
  for (let i = 0, entry = at; i < count; i++, entry += alternativeSize) {
    const original = entry + image.i32(entry);
    const replacement = entry + 4 + image.i32(entry + 4);
    const capability = image.u16(entry + 8);
    const length = image.u8(entry + 10);
    const other = image.u8(entry + 11);
    const isCallback = other === 0 && (length > 0 || capability >= callbackBit);
    check(image, entry, { original, replacement, length, other, isCallback });
    claim(claimed, image, entry, original, length);
    table.original[i] = original;
    table.replacement[i] = replacement;
    table.length[i] = length;
    table.isCallback[i] = isCallback ? 1 : 0;
    table.capability[i] =
      isCallback && capability < callbackBit ? unconditional : capability & (callbackBit - 1);
  }
  return table;
}

interface Entry {
  readonly original: number;
  readonly replacement: number;
  readonly length: number;
  readonly other: number;
  readonly isCallback: boolean;
}

function check(image: Bytes, at: number, { original, replacement, length, other, isCallback }: Entry): void {
  const isInside = (start: number, size: number): boolean =>
    start >= 0 && start % 4 === 0 && start + size <= image.length;
  if (length % 4 !== 0 || (!isCallback && other !== length)) {
    throw badEntry(image, at, `lengths ${length} and ${other}`, 'equal multiples of 4, or 0 for a callback');
  }
  if (!isInside(original, length) || !isInside(replacement, isCallback ? 4 : length)) {
    throw badEntry(image, at, `code at ${original} and ${replacement}`, 'aligned offsets in the image');
  }
}

function claim(claimed: Uint8Array, image: Bytes, at: number, original: number, length: number): void {
  for (let word = original >> 2; word < (original + length) >> 2; word++) {
    if (claimed[word] === 1) {
      throw badEntry(
        image,
        at,
        `a site at ${hex(4 * word)} that another entry has`,
        'sites that do not overlap',
      );
    }
    claimed[word] = 1;
  }
}

function badEntry(image: Bytes, at: number, found: string, expected: string): KernelError {
  return new KernelError('bad-entry', {
    where: `.altinstructions of ${image.name}+${hex(at)}`,
    found,
    expected,
    remedy: 'the table is damaged, or is not the one of this image',
  });
}
