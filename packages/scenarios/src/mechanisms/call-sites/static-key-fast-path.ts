import { entry, poke, maintenance, set, awaitNonZero, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** The fast path of a static key trusts a count that is set before the text is. */
export const staticKeyFastPath: Mechanism = {
  name: 'static-key-fast-path',
  chapter: 'call sites',
  origin: {
    commits: ['4c5ea0a9cd02', '83ab38ef0a0b', '1d7f856c2ca4'],
    year: 2016,
    note: 'Linux: static_key_slow_inc() and its lock-free fast path',
  },
  happened:
    'static_key_slow_inc() has a fast path for keys that are enabled already: it increments the count without the mutex. The first user once set the count to 1 and then patched, so a second user found it positive and returned before the text had changed. The count is -1 now while the first enable is under way, and becomes 1 at the end.',
  trace:
    'CPU 0 takes the slow path: it sets the count, then patches. CPU 1 enables the key as well, finds the count positive, synchronises, and runs code that it may run only with the key enabled. The branch is not there yet.',
  repair:
    'The count becomes positive only after patching and synchronisation. While it is not, the others take the slow path and wait for the mutex; whoever took it finds the text patched, and the ISB behind it is the synchronisation.',
  sites: [
    {
      label: 'site_key',
      replacement: ['b . + (enabled - site_key)'],
      purpose: 'a static key that is enabled: NOP becomes B',
    },
  ],
  broken: {
    variant: 'the count is raised before the text is patched',
    shows: 'the fast path returns while the slow path is still patching',
    outcomes: [[2, 'assert']],
  },
  repaired: {
    variant: 'the count is raised after the text is patched',
    shows: 'a positive count means patched text',
  },
  text: (isRepaired) => `${entry('second')}
// The slow path of the first user.
${isRepaired ? '' : `${set('key_count')}\n`}${poke('site_key')}
${maintenance}
${isRepaired ? `${set('key_count')}\n` : ''}    b done
second:
// The fast path: an increment if the count is positive; else the mutex is waited for.
${awaitNonZero('key_count')}
    isb
site_key:
    nop
    brk #0x800
enabled:
    b done
${shared('key_count')}`,
};
