import type { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';

/**
 * The symbol tables that a kernel carries in itself (`scripts/kallsyms.c` writes them, `kernel/kallsyms.c` reads them):
 * names compressed by 256 tokens, and offsets. They bear no names themselves where CONFIG_KALLSYMS_ALL is off, so
 * they are found by the shape of the token tables.
 *
 * The order is offsets, relative base, number, names, markers, tokens, token index; since 6.4 the offsets and the
 * relative base follow the token index. Beside the markers or the offsets there may be a sequence of three bytes for
 * each symbol. All are aligned to 8 bytes; in younger kernels to 4, and each offset is relative to its own place.
 */
export interface Kallsyms {
  /** Names without their type letter, in order of address. */
  readonly names: readonly string[];
  /** The type letters of nm, one byte each. */
  readonly types: Uint8Array;
  /** Offsets from the relative base, or from the beginning of the image where there is no such base. */
  readonly offsets: Float64Array;
  /** Offset in the image of the double word that holds the relative base, where there is one. */
  readonly relativeBaseAt: number | undefined;
}

/** Alignment of the tables. */
type Unit = 4 | 8;

const units: readonly Unit[] = [8, 4];
const tokens = 256;
const maximum = 4_000_000;
const namesPerMarker = 256;
const align = (offset: number, unit: Unit): number => Math.ceil(offset / unit) * unit;

/** The NUL-terminated digits: a token table has every single character that occurs in names at its own code. */
const digits = Uint8Array.from('0123456789', (digit) => digit.charCodeAt(0));

interface Tokens {
  readonly unit: Unit;
  readonly start: number;
  /** End of the token index. */
  readonly end: number;
  readonly texts: readonly string[];
}

function tokensAround(image: Bytes, digit: number, unit: Unit): Tokens | undefined {
  const { array } = image;
  let end = digit;
  for (let token = digits[0]; token < tokens; token++) {
    const nul = array.indexOf(0, end);
    if (nul < 0 || nul - end > 128) return undefined;
    end = nul + 1;
  }
  const index = align(end, unit);
  if (index + 2 * tokens > image.length) return undefined;
  const start = digit - image.u16(index + 2 * digits[0]);
  if (start < 0) return undefined;
  const texts: string[] = [];
  for (let token = 0, at = start; token < tokens; token++) {
    if (image.u16(index + 2 * token) !== at - start) return undefined;
    const text = image.string(at, 256);
    texts.push(text);
    at += text.length + 1;
  }
  return { unit, start, end: index + 2 * tokens, texts };
}

/** The token table, which the alignments may find at one place or both. */
function findTokens(image: Bytes): Tokens[] {
  const { array } = image;
  for (let at = array.indexOf(digits[0]); at >= 0; at = array.indexOf(digits[0], at + 1)) {
    if (array[at + 1] !== 0 || array[at + 2] !== digits[1]) continue;
    if (!digits.every((digit, i) => array[at + 2 * i] === digit && array[at + 2 * i + 1] === 0)) continue;
    const found = units.flatMap((unit) => tokensAround(image, at, unit) ?? []);
    if (found.length > 0) return found;
  }
  return [];
}

/** A name's length in bytes: one byte, or two of ULEB128 (since 6.1). */
function nameLength(array: Uint8Array, at: number): number {
  const first = array[at];
  return first < 0x80 ? first : (first & 0x7f) | (array[at + 1] << 7);
}

function afterName(array: Uint8Array, at: number): number {
  return at + (array[at] < 0x80 ? 1 : 2) + nameLength(array, at);
}

interface Names {
  readonly count: number;
  /** Offset of the first name. */
  readonly start: number;
}

/** Whether the names have every 256th where the markers say, and end where the markers begin. */
function areNames(image: Bytes, { start, count }: Names, markers: number, unit: Unit): boolean {
  const { array } = image;
  let at = start;
  for (let i = 0; i < count; i++) {
    const isMarked = i % namesPerMarker === 0;
    if (isMarked && image.u32(markers + 4 * (i / namesPerMarker)) !== at - start) return false;
    if (array[at] === 0) return false;
    at = afterName(array, at);
    if (at > markers) return false;
  }
  return align(at, unit) === markers;
}

/** The names whose markers are the words from `markers` to `last`. */
function namesBefore(image: Bytes, markers: number, last: number, unit: Unit): Names | undefined {
  const groups = (last - markers) / 4 + 1;
  const highest = markers - image.u32(last);
  const lowest = Math.max(8, highest - namesPerMarker * 512);
  for (let start = Math.floor(highest / unit) * unit; start >= lowest; start -= unit) {
    const count = image.u32(start - unit);
    if (count > maximum || Math.ceil(count / namesPerMarker) !== groups) continue;
    if (areNames(image, { count, start }, markers, unit)) return { count, start };
  }
  return undefined;
}

/** Markers increase from 0 on: from their last one, going back finds the first. */
function namesOfMarkersUpTo(image: Bytes, tokenTable: number, unit: Unit): Names | undefined {
  let last = tokenTable - 4;
  while (last >= tokenTable - 8 && image.u32(last) === 0) last -= 4;
  let first = last;
  while (first >= 4 && image.u32(first) !== 0 && image.u32(first - 4) < image.u32(first)) first -= 4;
  return first >= 16 && image.u32(first) === 0 ? namesBefore(image, first, last, unit) : undefined;
}

/** Where the sequence of names lies between the markers and the tokens: the markers are found by their first two. */
function namesOfMarkersBeforeSequence(image: Bytes, tokenTable: number, unit: Unit): Names | undefined {
  for (let at = tokenTable - 8; at > Math.max(16, tokenTable - 4 * maximum); at -= unit) {
    const second = image.u32(at + 4);
    if (image.u32(at) !== 0 || second < 2 * namesPerMarker || second > 0x20000) continue;
    let last = at;
    while (last + 4 < tokenTable && image.u32(last + 4) > image.u32(last)) last += 4;
    const groups = (last - at) / 4 + 1;
    const sequence = tokenTable - align(last + 4, unit);
    if (Math.abs(sequence - 3 * namesPerMarker * groups) > 3 * namesPerMarker + 8) continue;
    const names = namesBefore(image, at, last, unit);
    if (names !== undefined) return names;
  }
  return undefined;
}

/** Ascending offsets at `at`, as they are or relative to their own places. */
function offsetsAt(
  image: Bytes,
  at: number,
  count: number,
  isPlaceRelative: boolean,
): Float64Array | undefined {
  if (at < 0 || at % 4 !== 0 || at + 4 * count > image.length) return undefined;
  const offsets = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const place = at + 4 * i;
    offsets[i] = isPlaceRelative ? place + image.i32(place) : image.u32(place);
    if (offsets[i] < (i === 0 ? 0 : offsets[i - 1])) return undefined;
  }
  return offsets[0] < offsets[count - 1] ? offsets : undefined;
}

/**
 * Decodes the tables of an unpacked image, or returns undefined when there are none (CONFIG_KALLSYMS off, stripped, or
 * of a kernel older than 4.6, which has absolute addresses). Throws {@link KernelError} for tables that contradict
 * themselves.
 */
export function findKallsyms(image: Bytes): Kallsyms | undefined {
  const found = findTokens(image);
  if (found.length === 0) return undefined;
  for (const one of found) {
    const { unit, start } = one;
    const names = namesOfMarkersUpTo(image, start, unit) ?? namesOfMarkersBeforeSequence(image, start, unit);
    const places = names === undefined ? undefined : findOffsets(image, one, names);
    if (names !== undefined && places !== undefined) {
      return { ...decodeNames(image, names, one.texts), ...places };
    }
  }
  throw new KernelError('corrupt', {
    where: `kallsyms of ${image.name}+${hex(found[0].start)}`,
    found: 'tokens without the tables that go with them',
    expected: 'markers and names before the tokens, and as many ascending offsets',
    remedy: 'the image is damaged, or its tables are of an unknown kind; give --symbols System.map',
  });
}

function findOffsets(
  image: Bytes,
  { unit, end }: Tokens,
  { start, count }: Names,
): Pick<Kallsyms, 'offsets' | 'relativeBaseAt'> | undefined {
  const older = start - 16 - align(4 * count, 8);
  const newer = align(end, unit);
  // Offsets relative to their own places, read as unsigned, decrease wherever two symbols share an address.
  const places: readonly (readonly [
    at: number,
    isPlaceRelative: boolean,
    relativeBaseAt: number | undefined,
  ])[] = [
    [newer, false, align(newer + 4 * count, 8)],
    [newer, true, undefined],
    [older, false, start - 16],
  ];
  for (const [at, isPlaceRelative, relativeBaseAt] of places) {
    const offsets = offsetsAt(image, at, count, isPlaceRelative);
    if (offsets !== undefined) return { offsets, relativeBaseAt };
  }
  return undefined;
}

function decodeNames(
  { array }: Bytes,
  { count, start }: Names,
  texts: readonly string[],
): { names: string[]; types: Uint8Array } {
  const names: string[] = [];
  const types = new Uint8Array(count);
  for (let i = 0, at = start; i < count; i++) {
    const end = afterName(array, at);
    let text = '';
    for (let token = end - nameLength(array, at); token < end; token++) text += texts[array[token]];
    types[i] = text.charCodeAt(0);
    names.push(text.slice(1));
    at = end;
  }
  return { names, types };
}
