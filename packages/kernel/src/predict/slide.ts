import type { Kernel } from '../kernel.ts';
import { eachRelocated } from '../relocations.ts';
import { type Prediction, causeNumber } from './prediction.ts';

const cause = causeNumber('relocation');
const high = 2 ** 32;

/** Moves every relocated pointer of the image by `distance` bytes, as `relocate_kernel` does under KASLR. */
export function slide(kernel: Kernel, distance: number, { words, cause: causes }: Prediction): void {
  if (distance === 0) return;
  const { image, relocations, layout } = kernel;
  eachRelocated(image, relocations, layout.base, (place) => {
    const at = place >> 2;
    const value = image.i64(place) + distance;
    words[at] = value >>> 0;
    words[at + 1] = Math.floor(value / high) >>> 0;
    causes[at] = cause;
    causes[at + 1] = cause;
  });
}
