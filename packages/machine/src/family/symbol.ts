/**
 * Words that depend on the number of CPUs, written as 32-bit words so that the machine can move them about.
 *
 * A _symbol_ stands near the middle of a window of words that no program here uses for anything else: `base + k` is the
 * meaning of the base plus `k`. Adding a constant to a word is therefore adding it to what the word means, and a copy of
 * a word is a copy of its meaning. Anything else that a program may do to a symbol is decided in {@link SymbolicPe}.
 *
 * - `total`: N, the number of CPUs.
 * - `old`: some number that was read from a counter before another CPU changed it; nothing else is known of it.
 * - `positive`, `negative`: some number that was read from a counter, of which the sign is known.
 * - from `counters` on, one window for each counter: the value of the counter now.
 */
export const symbols = {
  total: 0x5a80_0000,
  old: 0x5a90_0000,
  positive: 0x5aa0_0000,
  negative: 0x5ab0_0000,
  counters: 0x5ac0_0000,
} as const;

/** Whether a base stands for a number that is not known, so that two of them need not be the same. */
export function isUnknown(base: number): boolean {
  return base === symbols.old || base === symbols.positive || base === symbols.negative;
}

/** Words in a window, and how far a symbol may be from its middle. */
const window = 0x10_0000;
const reach = 0x1000;

/** Counters that have a window. */
export const mostCounters = 8;

const first = symbols.total - window / 2;
const last = symbols.counters + mostCounters * window - window / 2;

/** What a symbol means: the base of its window, and the number that is added to it. */
export interface Meaning {
  readonly base: number;
  readonly plus: number;
}

/** Whether a word lies where symbols lie. */
export function isSymbol(word: number): boolean {
  return word >= first && word < last;
}

/** Something that is not understood for every N at once. */
export class NotUniform extends Error {
  override readonly name: string = 'NotUniform';
}

/**
 * The word for a base plus a number.
 *
 * @throws {NotUniform} if the number is so large that the word could be taken for something else.
 */
export function symbolOf(base: number, plus: number): number {
  if (Math.abs(plus) > reach) throw new NotUniform(`a number that depends on N is moved by ${plus}`);
  return base + plus;
}

/** The meaning of a symbol. */
export function meaningOf(symbol: number): Meaning {
  const base = symbols.total + Math.floor((symbol - first) / window) * window;
  return { base, plus: symbol - base };
}

/** The base of a counter's window. */
export function counterSymbol(counter: number): number {
  return symbols.counters + counter * window;
}

/** The counter that a base stands for, or -1. */
export function counterOf(base: number): number {
  return base < symbols.counters ? -1 : (base - symbols.counters) / window;
}
