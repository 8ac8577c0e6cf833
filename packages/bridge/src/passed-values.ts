/** Loads that tier 2 may satisfy late: their result is the first register. */
const load = /^LD(?:U|T|X)?R(?:S?[BHW]|SH)?\b/i;
/** Atomics that it may satisfy late: the first register is their operand, the second their result. */
const atomic = /^(?:SWP|(?:LD|ST)(?:ADD|CLR|EOR|SET|[SU]MAX|[SU]MIN))L?[BH]?\b/i;
/** Stores that wait for their values, as those of atomics do. */
const pair = /^STN?P\b/i;
const exclusive = /^STL?X(?:R|P)/i;
const writing = /^(?:ST|SWP|CAS|LD(?:ADD|CLR|EOR|SET|[SU]MAX|[SU]MIN))/i;
/** Instructions that set the flags alone, that set them as well, and that read them. */
const comparing = /^(?:CM[PN]|CCM[PN]|TST)\b/i;
const flagging = /^(?:CM[PN]|CCM[PN]|TST|(?:ADD|SUB|AND|BIC|ADC|SBC|NEG)S)\b/i;
const selecting = /^(?:CS|CIN|CNEG|ADC|SBC|CCM)/i;

/** Places of loads that a value comes from. */
type Loads = ReadonlySet<number>;

/**
 * Whether a thread has a store behind an atomic, a pair, or a store-exclusive that stores what an earlier load has read,
 * other than the load-exclusive of its own: in tier 2 those wait until it has read, with all that comes behind.
 */
export function passesValues(texts: readonly string[]): boolean {
  const values = new Map<string, Loads>();
  const loadsOf = (registers: readonly string[]): Loads =>
    new Set(registers.flatMap((register) => [...(values.get(register) ?? [])]));
  let isPassed = false;
  let monitored = -1;
  for (const [i, text] of texts.entries()) {
    if (isPassed && writing.test(text)) return true;
    const registers = [...text.matchAll(/\b[WX](\d+)\b/gi)].map(([, number]) => number);
    if (load.test(text)) {
      values.set(registers[0] ?? '', new Set([i]));
      if (/^LDXR/i.test(text)) monitored = i;
    } else if (atomic.test(text)) {
      if (loadsOf(registers.slice(0, 1)).size > 0) isPassed = true;
      if (!/^ST/i.test(text)) values.set(registers[1] ?? '', new Set([i]));
    } else if (pair.test(text)) {
      if (loadsOf(registers.slice(0, 2)).size > 0) isPassed = true;
    } else if (exclusive.test(text)) {
      if ([...loadsOf(registers.slice(1, -1))].some((one) => one !== monitored)) isPassed = true;
    } else if (!writing.test(text)) {
      const isComparison = comparing.test(text);
      const sources = isComparison || /^MOVK/i.test(text) ? registers : registers.slice(1);
      const loads = loadsOf(selecting.test(text) ? [...sources, 'flags'] : sources);
      if (!isComparison) values.set(registers[0] ?? '', loads);
      if (flagging.test(text)) values.set('flags', loads);
    }
  }
  return false;
}
