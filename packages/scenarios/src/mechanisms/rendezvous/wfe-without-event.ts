import { entry, addressOf, poke, maintenance, set, shared, arrive, awaitOthers } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A wait loop with WFE needs something that wakes it. */
export const wfeWithoutEvent: Mechanism = {
  name: 'wfe-without-event',
  chapter: 'rendezvous',
  origin: {
    commits: [],
    year: 2016,
    note: 'Linux, arm64: smp_cond_load_relaxed() arms the exclusive monitor, so that the store is the event',
  },
  happened:
    'Replacing YIELD by WFE in a wait loop saves power and asks for an event. A store wakes WFE only if the waiter had armed its exclusive monitor on the word by a load-exclusive; with a plain load nothing connects the two. arm64 has __cmpwait() for that.',
  trace:
    'CPU 1 reads the flag with LDR, finds it clear and waits for an event. CPU 0 patches, sets the flag and is done. Nobody sends an event.',
  repair:
    'The flag is read by LDAXR. The store to it clears the monitor, and that is an event for WFE, even if it comes between the load and the WFE.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  broken: {
    variant: 'waiters poll with LDR and WFE',
    shows: 'the release wakes nobody',
    outcomes: [[2, 'hang']],
  },
  repaired: {
    variant: 'waiters poll with LDAXR and WFE',
    shows: 'the store that releases them is the event',
  },
  text: (isRepaired) => `${entry('waiter')}
${awaitOthers('arrived')}
${poke('site_function')}
${maintenance}
${set('released')}
    b done
waiter:
${arrive('arrived')}
${addressOf('released', 1)}
poll:
    ${isRepaired ? 'ldaxr' : 'ldr'} w2, [x1]
    cbnz w2, leave
    wfe
    b poll
leave:
    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${shared('arrived', 'released')}`,
};
