import type { LitmusTest } from '@quiesce/litmus';
import { unmodelled } from '@quiesce/machine';
import { passesValues } from './passed-values.ts';

const storeExclusive = /^STL?X[RP]/i;
/** Reads that acquire nothing and that no later store overtakes in tier 2. A CAS without a result acquires nothing. */
const reading = /^(?:LDXP|LDN?P(?:SW)?\b|CASP?L?[BH]?\b|CASA?L?[BH]? [WX]ZR)/i;
/**
 * Atomics with release and without acquire, and store-exclusives with release: what comes after their read need not come
 * after their store. One without a result acquires nothing.
 */
const releasing =
  /^(?:STLX[RP]|(?:SWP|(?:LD|ST)(?:ADD|CLR|EOR|SET|[SU]MAX|[SU]MIN))(?:L[BH]?\b|AL[BH]? [WX]\w+,\s*[WX]ZR))/i;
/** What code that is patched is called with, or maintained with. */
const patching = /^(?:DC|IC|BLR?|BR)\b/i;
const writing = /^(?:ST|SWP|CAS|LD(?:ADD|CLR|EOR|SET|[SU]MAX|[SU]MIN))/i;
const accessing = /^(?:LD|ST|SWP|CAS|DC)/i;

/**
 * Why tier 2 of the machine may lack final states of a test, in words; empty where it leaves nothing out. It makes no store
 * visible before an earlier CAS or load of a pair of its CPU has read, nor before a load whose value something in between
 * stores that cannot be outstanding without one; lets an atomic with release read when all before it is done; and lets no
 * store-exclusive fail without a reason, or succeed after another CPU's store of its word that is older than what was read: read from
 * an own store that is not visible yet, or late, when an own store in between has overtaken it.
 */
export function leftOutOf({ threads }: LitmusTest): readonly string[] {
  const found = new Set<string>();
  const isPatched = threads.some(({ lines }) => lines.some(({ text }) => patching.test(text)));
  for (const { lines } of threads) {
    const texts = lines.map(({ text }) => text);
    if (texts.some((text) => storeExclusive.test(text))) found.add(unmodelled.failing);
    if (passesValues(texts)) found.add(unmodelled.passed);
    texts.forEach((text, i) => {
      const behind = texts.slice(i + 1);
      const isExclusive = /^LDXR/i.test(text);
      const isRead = reading.test(text) || (isPatched && isExclusive);
      if (isRead && behind.some((one) => writing.test(one))) found.add(unmodelled.unread);
      const end = behind.findIndex((one) => storeExclusive.test(one));
      const isOvertaken = behind.filter((one) => writing.test(one)).length > 1;
      if (
        isExclusive &&
        isOvertaken &&
        [...texts.slice(0, i), ...behind.slice(0, Math.max(end, 0))].some((one) => writing.test(one))
      )
        found.add(unmodelled.monitored);
      if (
        releasing.test(text) &&
        texts.slice(0, i).some((one) => accessing.test(one)) &&
        behind.some((one) => writing.test(one))
      )
        found.add(unmodelled.released);
    });
  }
  return [...found];
}
