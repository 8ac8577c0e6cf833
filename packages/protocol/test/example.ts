import { readProtocol, starter } from '@quiesce/protocol';
import { check } from '@quiesce/scenarios';

const source = starter('my-protocol.s');
const withoutIsb = source.replaceAll(/^ +isb .*$|^ +isb$/gm, '');
for (const text of [source, withoutIsb]) {
  const { verdict, states, violations } = await check(readProtocol(text, 'my-protocol.s'), 2);
  console.log(
    verdict,
    `${states} states`,
    ...violations.map(({ kind, steps }) => `${kind} after ${steps} steps`),
  );
}
