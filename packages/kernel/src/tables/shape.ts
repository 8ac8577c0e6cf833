/** A run of entries of one size. */
export interface Run {
  /** Offset of the first entry. */
  readonly at: number;
  readonly count: number;
}

/**
 * The longest run of entries of `size` bytes between two offsets, by what an entry looks like; undefined when it is
 * shorter than `fewest`. Entries are aligned to 4 bytes, so every phase of the size is followed at once.
 */
export function longestRun(
  from: number,
  to: number,
  size: number,
  fewest: number,
  isEntry: (at: number) => boolean,
): Run | undefined {
  const phases = size / 4;
  const lengths = new Uint32Array(phases);
  let best: Run = { at: 0, count: 0 };
  for (let at = from, phase = 0; at + size <= to; at += 4, phase = phase + 1 === phases ? 0 : phase + 1) {
    if (!isEntry(at)) {
      lengths[phase] = 0;
      continue;
    }
    const count = ++lengths[phase];
    if (count > best.count) best = { at: at - size * (count - 1), count };
  }
  return best.count >= fewest ? best : undefined;
}
