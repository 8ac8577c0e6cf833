import { check } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';
import { readProtocol, starter } from '../src/index.ts';

const source = starter('my-protocol.s');

async function verdicts(text: string): Promise<string[]> {
  const protocol = readProtocol(text, 'my-protocol.s');
  const found: string[] = [];
  for (const cpus of protocol.sizes) {
    const { verdict, violations, witnesses } = await check(protocol, cpus);
    const missing = Object.values(witnesses).includes(0) ? ', vacuous' : '';
    found.push(verdict === 'violated' ? violations[0].kind : `${verdict}${missing}`);
  }
  return found;
}

describe('the starter', () => {
  it('holds for every size that it names, and is not vacuous', async () => {
    expect(await verdicts(source)).toEqual(['holds', 'holds']);
  });

  it('is violated when its ISB lines are deleted', async () => {
    const lines = source.split('\n');
    const without = lines.filter((line) => !/^\s+isb\b/.test(line));
    expect(lines.length - without.length).toBe(2);
    expect(await verdicts(without.join('\n'))).toEqual(['cmodx', 'cmodx']);
  });

  it.each([
    ['dc', 'stale'],
    ['ic', 'stale'],
  ])('is violated without its %s', async (mnemonic, kind) => {
    const text = source.replace(new RegExp(`^\\s+${mnemonic} .*\n`, 'm'), '');
    expect(await verdicts(text)).toEqual([kind, kind]);
  });
});
