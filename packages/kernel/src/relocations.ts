import type { Bytes } from './bytes.ts';

/**
 * The relocations of a position-independent kernel: R_AARCH64_RELATIVE in RELA form (`.rela.dyn`, 24 bytes each) and in
 * the packed RELR form (since 6.3 where the linker can). `relocate_kernel` applies them before any other code runs.
 */
export interface Relocations {
  /** Offset in the image and number of the RELA entries. */
  readonly rela: { readonly at: number; readonly count: number };
  /** Offset in the image and number of the double words of RELR. */
  readonly relr: { readonly at: number; readonly count: number };
}

const relative = 0x403;
const entry = 24;
/** Fewer than this are taken for chance. */
const fewest = { rela: 4, relr: 4 } as const;

/** Kernels are linked at a multiple of this. */
export const alignment: number = 2 ** 27;

/** The upper 32 bits of the addresses in which kernels are linked: the upper half of a 48-bit or 52-bit space. */
function isKernelHigh(high: number): boolean {
  return high >= 0xfff00000;
}

/** Finds the relocations by their shape: the longest run of each kind. */
export function findRelocations({ array, length }: Bytes): Relocations {
  const words = new Uint32Array(array.buffer, array.byteOffset, length >>> 2);
  return { rela: longestRela(words), relr: longestRelr(words) };
}

function longestRela(words: Uint32Array): Relocations['rela'] {
  let best = { at: 0, count: 0 };
  for (let i = 2; i + 4 <= words.length; i += 2) {
    if (words[i] !== relative || words[i + 1] !== 0 || !isKernelHigh(words[i - 1])) continue;
    let end = i;
    while (end + 4 <= words.length && words[end] === relative && words[end + 1] === 0) end += entry / 4;
    const count = (end - i) / (entry / 4);
    if (count > best.count && count >= fewest.rela) best = { at: 4 * (i - 2), count };
    i = end;
  }
  return best;
}

/** Addresses that increase, each followed by bitmaps (odd double words) of the 63 double words after it. */
function longestRelr(words: Uint32Array): Relocations['relr'] {
  let best = { at: 0, count: 0 };
  for (let i = 0; i + 1 < words.length; i += 2) {
    if (words[i] % 8 !== 0 || !isKernelHigh(words[i + 1]) || words[i + 2] % 2 === 0) continue;
    const page = words[i + 1];
    let next = words[i] + 8;
    let bitmaps = 0;
    let end = i + 2;
    for (; end + 1 < words.length; end += 2) {
      const low = words[end];
      if (low % 2 === 1) {
        bitmaps++;
        next += 63 * 8;
      } else if (low % 8 === 0 && words[end + 1] === page && low >= next) next = low + 8;
      else break;
    }
    const count = (end - i) / 2;
    if (count > best.count && bitmaps >= fewest.relr && arePointers(words, i)) best = { at: 4 * i, count };
    i = end - 2;
  }
  return best;
}

/** RELR leaves the link addresses in place: what its first entries name must be addresses in the same region. */
function arePointers(words: Uint32Array, i: number): boolean {
  const place = (words[i] % alignment) / 4;
  const isPointer = (at: number): boolean =>
    at + 1 < words.length &&
    words[at + 1] === words[i + 1] &&
    words[at] - (words[at] % alignment) === words[i] - (words[i] % alignment);
  if (!isPointer(place)) return false;
  for (let bit = 1; bit < 32; bit++) {
    if (((words[i + 2] >>> bit) & 1) === 1 && !isPointer(place + 2 * bit)) return false;
  }
  return true;
}

/**
 * Applies the relocations to an image that lies at its link address `base`. RELR values are link addresses already, so
 * only RELA changes anything.
 */
export function applyRelocations(image: Bytes, { rela }: Relocations, base: number): void {
  const { array } = image;
  const words = new Uint32Array(array.buffer, array.byteOffset, image.length >>> 2);
  eachRela(image, rela, base, (place, at) => {
    words[place / 4] = words[at / 4 + 4];
    words[place / 4 + 1] = words[at / 4 + 5];
  });
}

/** Calls back with the place of each RELA entry in the image, and with the offset of the entry. */
function eachRela(
  image: Bytes,
  { at, count }: Relocations['rela'],
  base: number,
  found: (place: number, entry: number) => void,
): void {
  for (let i = 0; i < count; i++) {
    const place = image.i64(at + entry * i) - base;
    // Beyond the file lies .bss, where no pointer is initialised.
    if (place >= 0 && place + 8 <= image.length && place % 4 === 0) found(place, at + entry * i);
  }
}

/** Calls back with the offset of every relocated double word of an image. */
export function eachRelocated(
  image: Bytes,
  { rela, relr }: Relocations,
  base: number,
  found: (place: number) => void,
): void {
  eachRela(image, rela, base, found);
  let next = 0;
  for (let i = 0; i < relr.count; i++) {
    const at = relr.at + 8 * i;
    const low = image.u32(at);
    if (low % 2 === 0) {
      const place = image.i64(at) - base;
      if (place >= 0 && place + 8 <= image.length) found(place);
      next = place + 8;
      continue;
    }
    const upper = image.u32(at + 4);
    for (let bit = 1; bit < 64; bit++) {
      const isSet = bit < 32 ? (low >>> bit) & 1 : (upper >>> (bit - 32)) & 1;
      const place = next + 8 * (bit - 1);
      if (isSet === 1 && place >= 0 && place + 8 <= image.length) found(place);
    }
    next += 63 * 8;
  }
}

/** The lowest address that a relocation names, or undefined without relocations. */
export function lowestRelocated(image: Bytes, { rela, relr }: Relocations): number | undefined {
  let lowest: number | undefined;
  for (let i = 0; i < rela.count; i++) {
    const place = image.i64(rela.at + entry * i);
    if (lowest === undefined || place < lowest) lowest = place;
  }
  if (relr.count > 0) {
    const first = image.i64(relr.at);
    if (lowest === undefined || first < lowest) lowest = first;
  }
  return lowest;
}
