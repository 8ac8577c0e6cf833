import { entry, poke, maintenance, set, awaitNonZero, shared, arrive, awaitOthers } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** The arrival is the last thing before the wait loop. */
export const arriveTooEarly: Mechanism = {
  name: 'arrive-too-early',
  chapter: 'rendezvous',
  origin: {
    commits: ['765dcd26b78e'],
    year: 2021,
    note: 'what patches 1 and 2 of the series are careful about: nothing patchable after the arrival',
  },
  happened:
    'In the series the arrival is a non-instrumented atomic, and behind it stands nothing but the wait loop. An accounting call, a trace point or an instrumented helper between the two would run while the patcher already writes.',
  trace:
    'CPU 1 counts itself in and then calls a helper on its way to the wait loop. CPU 0 has seen the arrival and is patching the helper.',
  repair: 'The helper is called before the arrival.',
  sites: [
    { label: 'site_helper', replacement: ['mov w0, #2'], purpose: 'an ordinary instruction in a helper' },
  ],
  broken: {
    variant: 'a helper is called between arrival and wait loop',
    shows: 'a CPU that has arrived still executes what is patched',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'the helper is called before the arrival',
    shows: 'behind the arrival there is only the loop',
  },
  text: (isRepaired) => `${entry('waiter')}
${awaitOthers('arrived')}
${poke('site_helper')}
${maintenance}
${set('released')}
    b done
waiter:
${isRepaired ? `    bl site_helper\n${arrive('arrived')}` : `${arrive('arrived')}\n    bl site_helper`}
${awaitNonZero('released')}
    isb
    bl site_helper
    b done
site_helper:
    mov w0, #1
    ret
${shared('arrived', 'released')}`,
};
