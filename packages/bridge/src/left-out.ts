import type { LitmusTest } from '@quiesce/litmus';

const storeExclusive = /^STL?X[RP]/i;
const reading =
  /^(?:SWP|CAS|LD(?:ADD|CLR|EOR|SET|[SU]MAX|[SU]MIN)|ST(?:ADD|CLR|EOR|SET|[SU]MAX|[SU]MIN)|LDA?X[RP])/i;
const writing = /^(?:ST|SWP|CAS|LD(?:ADD|CLR|EOR|SET|[SU]MAX|[SU]MIN))/i;

/**
 * Why tier 2 of the machine may lack final states of a test, in words; empty where it leaves nothing out. It makes no store
 * visible before an earlier atomic or load-exclusive of its CPU, and lets no store-exclusive fail without a reason.
 */
export function leftOutOf({ threads }: LitmusTest): readonly string[] {
  const found = new Set<string>();
  for (const { lines } of threads) {
    const texts = lines.map(({ text }) => text);
    if (texts.some((text) => storeExclusive.test(text)))
      found.add('store-exclusives that fail without a reason');
    const atomic = texts.findIndex((text) => reading.test(text));
    const isOvertaken = texts
      .slice(atomic + 1)
      .some((text) => writing.test(text) && !storeExclusive.test(text));
    if (atomic >= 0 && isOvertaken)
      found.add('stores visible before earlier atomics or load-exclusives of their CPU');
  }
  return [...found];
}
