import { check, type CheckResult } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';
import { readProtocol, starter } from '../src/index.ts';

describe('leaving out orders of steps', () => {
  const found = ({ verdict, violations, witnesses }: CheckResult): object => ({
    verdict,
    violations: violations.map(({ kind, steps }) => `${kind} after ${steps}`),
    reached: Object.keys(witnesses).filter((name) => witnesses[name] > 0),
  });

  it.each([
    ['the starter', (text: string) => text],
    ['the starter without its ISB', (text: string) => text.replace(/^ +isb\b.*$/gm, '')],
    ['the starter without DSB', (text: string) => text.replace(/^ +dsb\b.*$/gm, '')],
    ['the starter where the waiter does not wait', (text: string) => text.replace(/^ +cbn?z\b.*$/gm, '')],
  ])('changes nothing that is found of %s', async (_, edited) => {
    const protocol = readProtocol(edited(starter('my-protocol')), 'my-protocol.s');
    for (const cpus of [2, 3]) {
      const some = await check(protocol, cpus);
      const every = await check(protocol, cpus, { reductions: { order: false } });
      expect(found(some)).toEqual(found(every));
      if (some.verdict === 'holds') expect(some.states).toBeLessThan(every.states);
    }
  });
});
