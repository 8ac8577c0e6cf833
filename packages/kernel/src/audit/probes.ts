import type { Kernel } from '../kernel.ts';
import { type BlacklistFile, readBlacklist } from './kprobe-blacklist.ts';

/** Sections whose functions take no kprobes, by the symbols around them. */
const forbidden: readonly (readonly [start: string, end: string])[] = [
  ['__kprobes_text_start', '__kprobes_text_end'],
  ['__entry_text_start', '__entry_text_end'],
  ['__irqentry_text_start', '__irqentry_text_end'],
  ['__noinstr_text_start', '__noinstr_text_end'],
  ['__idmap_text_start', '__idmap_text_end'],
  ['__hyp_text_start', '__hyp_text_end'],
  ['__hyp_idmap_text_start', '__hyp_idmap_text_end'],
];

/** Sections of the code that runs at the entry of exceptions, whatever they are. */
const entry: typeof forbidden = forbidden.slice(0, 4);

interface Piece {
  readonly start: number;
  readonly end: number;
}

function piecesOf({ symbols, layout }: Kernel, names: typeof forbidden): Piece[] {
  return names.flatMap(([first, last]) => {
    const start = symbols.address(first);
    const end = symbols.address(last);
    if (start === undefined || end === undefined) return [];
    return [{ start: start - layout.base, end: end - layout.base }];
  });
}

const isIn = (pieces: readonly Piece[], offset: number): boolean =>
  pieces.some(({ start, end }) => offset >= start && offset < end);

/** Whether an offset lies in code for the entry of exceptions: kprobes, entry, interrupt entry or noinstr text. */
export function isEntryText(kernel: Kernel): (offset: number) => boolean {
  const pieces = piecesOf(kernel, entry);
  return (offset) => isIn(pieces, offset);
}

/** Which instructions can be instrumented. Offsets are bytes in the image. */
export interface Instrumentation {
  /** Whether a kprobe can be placed on an instruction: its function is in no forbidden section and on no list. */
  readonly isKprobeable: (offset: number) => boolean;
  /** Whether a tracer can be attached to the function of an instruction. */
  readonly isTraceable: (offset: number) => boolean;
  /** False where the list of single functions (NOKPROBE_SYMBOL) was not found, so that only sections are known. */
  readonly knowsList: boolean;
}

/**
 * Reads which functions take probes and tracers (arch_populate_kprobe_blacklist, `_kprobe_blacklist`, `__mcount_loc`). The list of a
 * running machine takes the place of the image's.
 */
export function instrumentation(kernel: Kernel, blacklist?: BlacklistFile): Instrumentation {
  const { symbols, layout, image, ftrace } = kernel;
  const { base } = layout;
  const sections = piecesOf(kernel, forbidden);
  const running = blacklist === undefined ? undefined : readBlacklist(kernel, blacklist);
  const list = new Set<number>();
  const { start, end } = kprobeList(kernel);
  for (let at = start; at + 8 <= Math.min(end, image.length); at += 8) list.add(image.i64(at));
  const functionOf = (offset: number): number => {
    const place = symbols.place(base + offset);
    return base + offset - (place?.offset ?? 0);
  };
  const traced = new Set(Array.from(ftrace.first, functionOf));
  return {
    knowsList: running !== undefined || list.size > 0,
    isKprobeable: (offset) =>
      running === undefined
        ? !isIn(sections, offset) && !list.has(functionOf(offset))
        : !isIn(running, offset),
    isTraceable: (offset) => traced.has(functionOf(offset)),
  };
}

/** A function that is on the list in every kernel since 3.16. */
const alwaysListed = 'notify_die';
/** The shortest list that is taken for one. */
const shortestList = 16;

/**
 * The list of functions that take no kprobes (`_kprobe_blacklist`), as offsets: by name, or, where data is not named, as the pointers
 * to text around the one to a function that is always on it. Empty where there is none.
 */
function kprobeList({ symbols, layout, image }: Kernel): Piece {
  const { base, init, text } = layout;
  const [first, last] = ['__start_kprobe_blacklist', '__stop_kprobe_blacklist'].map((name) =>
    symbols.address(name),
  );
  if (first !== undefined && last !== undefined) return { start: first - base, end: last - base };
  const listed = symbols.address(alwaysListed);
  const isText = (at: number): boolean => {
    if (at < init.start || at + 8 > image.length) return false;
    const offset = image.i64(at) - base;
    return text.some((range) => offset >= range.start && offset < range.end && offset % 4 === 0);
  };
  for (let at = Math.ceil(init.start / 8) * 8; listed !== undefined && at + 8 <= image.length; at += 8) {
    if (image.i64(at) !== listed) continue;
    let [start, end] = [at, at];
    while (isText(start - 8)) start -= 8;
    while (isText(end)) end += 8;
    if (end - start >= 8 * shortestList) return { start, end };
  }
  return { start: 0, end: 0 };
}
