import { readProtocol } from '@quiesce/protocol';
import { expect, it } from 'vitest';
import { protocolSubject } from '../src/subject.ts';

const source = (directives: string): string => `//@ cpus 1
//@ witness the end: finished
${directives}
start: nop
done: b done
       .balign 0x800
vectors: .skip 0x280
       eret
`;

it.each([
  ['//@ event irq 1', 'holds-within-bounds'],
  ['//@ event irq unlimited', 'holds'],
  ['//@ expect cmodx\n//@ event irq 1', 'cmodx'],
  ['//@ expect holds-within-bounds\n//@ event irq 1', 'holds-within-bounds'],
])('%s: expected to be %s', (directives, expected) => {
  expect(readProtocol(source(directives), 'events.s').expected).toBe(expected);
});

it('what holds within the budgets of its events is as expected, and within another bound it is not', async () => {
  const subject = protocolSubject(readProtocol(source('//@ event irq 1'), 'events.s'));
  const result = await subject.check(1, {});
  expect(result).toMatchObject({ verdict: 'holds-within-bounds', bounds: ['irq events <= 1'] });
  expect(subject.compare(result).differences).toEqual([]);
  const bounded = { ...result, bounds: [...result.bounds, 'states <= 10'] };
  expect(subject.compare(bounded).differences).toEqual([
    'expected no bounds but the budgets of events, found states <= 10',
  ]);
  expect(subject.compare({ ...result, verdict: 'holds', bounds: [] }).differences).toEqual([
    'expected holds-within-bounds, found holds',
  ]);
});
