import { formatAddress } from '@quiesce/insn';
import { KernelError } from '../error.ts';
import type { Symbol } from './symbol-table.ts';

/** Images move by multiples of at least a page. */
const page = 4096;
/** Every how many symbols of the image are looked for in the map. */
const every = 61;

/**
 * The symbols of a map that was given beside an image, at the image's link address: KASLR moves all of /proc/kallsyms by one
 * distance. Throws {@link KernelError} `mismatch` where it is the map of another build.
 */
export function atLinkAddress(
  own: readonly Symbol[],
  given: readonly Symbol[],
  base: number,
  image: string,
): readonly Symbol[] {
  if (given.length === 0) return given;
  const distance = own.length === 0 ? 0 : distanceOf(own, given, image);
  const text = given.find(({ name }) => name === '_text');
  if (text === undefined ? own.length === 0 : text.address - distance !== base) {
    throw mismatch(
      image,
      text === undefined ? "no symbol '_text'" : `_text at ${formatAddress(text.address)}`,
      `the symbols of a kernel at ${formatAddress(base)}`,
      "give the whole System.map; Debian's is in the -dbg package",
    );
  }
  if (distance === 0) return given;
  return given.map((one) => ({ ...one, address: one.address - distance }));
}

/** By how much most symbols that both name lie higher in the map. */
function distanceOf(own: readonly Symbol[], given: readonly Symbol[], image: string): number {
  const addresses = new Map(given.map(({ name, address }) => [name, address]));
  const votes = new Map<number, number>();
  let known = 0;
  for (let i = 0; i < own.length; i += every) {
    const there = addresses.get(own[i].name);
    if (there === undefined) continue;
    known++;
    const distance = there - own[i].address;
    votes.set(distance, (votes.get(distance) ?? 0) + 1);
  }
  const [distance, agreeing] = [...votes].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  // Static functions share names, so that not all agree even in the right map.
  if (known > 0 && agreeing * 2 >= known && distance % page === 0) return distance;
  throw mismatch(
    image,
    `${agreeing} of ${known} symbols at the distance that most have`,
    'the map of the same build',
    'leave --symbols out: the image names its own symbols',
  );
}

function mismatch(image: string, found: string, expected: string, remedy: string): KernelError {
  return new KernelError('mismatch', { where: `the symbols for ${image}`, found, expected, remedy });
}
