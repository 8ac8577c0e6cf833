import type { LitmusTest } from '@quiesce/litmus';

const storeExclusive = /^STL?X[RP]/i;
/**
 * What later stores overtake in the architecture and not in tier 2: reads that do not acquire, of exclusives, of CAS,
 * of minima and maxima, and of atomics with release. One without a result acquires nothing.
 */
const reading =
  /^(?:LDX[RP]|CASL?[BH]?\b|CASA?L?[BH]? [WX]ZR|SWPL[BH]?\b|SWPAL[BH]? [WX]\d+,\s*[WX]ZR|(?:LD|ST)[SU]M(?:AX|IN)L?[BH]?\b|LD[SU]M(?:AX|IN)AL?[BH]? [WX]\d+,\s*[WX]ZR|(?:LD|ST)(?:ADD|CLR|EOR|SET)L[BH]?\b|LD(?:ADD|CLR|EOR|SET)AL[BH]? [WX]\d+,\s*[WX]ZR)/i;
const writing = /^(?:ST|SWP|CAS|LD(?:ADD|CLR|EOR|SET|[SU]MAX|[SU]MIN))/i;

/**
 * Why tier 2 of the machine may lack final states of a test, in words; empty where it leaves nothing out. It makes no store
 * visible before an earlier load-exclusive, CAS, or atomic with release of its CPU, and lets no store-exclusive fail without a reason.
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
      found.add('stores visible before earlier load-exclusives, CAS or atomics with release of their CPU');
  }
  return [...found];
}
