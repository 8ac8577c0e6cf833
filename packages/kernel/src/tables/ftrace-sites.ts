import type { Bytes } from '../bytes.ts';
import type { Layout } from '../layout.ts';
import { type Run, longestRun } from './shape.ts';

/**
 * The places that the function tracer patches (`__mcount_loc`; `-fpatchable-function-entry`). With per-site ops (6.3 and
 * later) two more NOPs in front of each function hold a pointer.
 */
export interface FtraceSites {
  /** Offset in the image of the first of the two NOPs in each function, in order of the table. */
  readonly first: Int32Array;
  /** Offset of the pointer to the ops in front of each function; empty without per-site ops. */
  readonly ops: Int32Array;
  /** Entries that the linker zeroed because their function was overridden. */
  readonly zeroed: number;
}

const nop = 0xd503201f;
const isBti = (word: number): boolean => (word & 0xffffff3f) >>> 0 === 0xd503241f;

/** Finds the table of a relocated image by its shape: pointers to NOPs in text. */
export function findFtraceSites(image: Bytes, layout: Layout): Run | undefined {
  const { base, text } = layout;
  return longestRun(text[0].end, image.length & ~7, 8, 16, (at) => {
    if (at % 8 !== 0) return false;
    const offset = image.i64(at) - base;
    if (!(offset > 0 && offset + 8 <= image.length) || offset % 4 !== 0) return false;
    return image.u32(offset) === nop && image.u32(offset + 4) === nop;
  });
}

/** Reads the table of a relocated image. Entries that point to no NOP are counted as zeroed. */
export function readFtraceSites(image: Bytes, { at, count }: Run, { base }: Layout): FtraceSites {
  const places: number[] = [];
  let zeroed = 0;
  let inFront = 0;
  for (let i = 0; i < count; i++) {
    const offset = image.i64(at + 8 * i) - base;
    const isPlace = offset >= 0 && offset % 4 === 0 && offset + 20 <= image.length;
    if (!isPlace || image.u32(offset) !== nop) {
      zeroed++;
      continue;
    }
    places.push(offset);
    if (firstBehindOps(image, offset) !== undefined) inFront++;
  }
  // The compiler makes all functions alike.
  if (inFront * 2 <= places.length) return { first: Int32Array.from(places), ops: new Int32Array(0), zeroed };
  const withOps = places.flatMap((place) => {
    const first = firstBehindOps(image, place);
    return first === undefined ? [] : [{ ops: place, first }];
  });
  return {
    first: Int32Array.from(withOps, (one) => one.first),
    ops: Int32Array.from(withOps, (one) => one.ops),
    zeroed: zeroed + places.length - withOps.length,
  };
}

/** Two NOPs in front, then perhaps BTI, then two NOPs. */
function firstBehindOps(image: Bytes, offset: number): number | undefined {
  const first = isBti(image.u32(offset + 8)) ? offset + 12 : offset + 8;
  const isThere =
    first + 8 <= image.length &&
    image.u32(offset + 4) === nop &&
    image.u32(first) === nop &&
    image.u32(first + 4) === nop;
  return isThere ? first : undefined;
}
