import {
  entry,
  poke,
  maintenance,
  set,
  awaitNonZero,
  shared,
  arrive,
  awaitOthers,
  saveAll,
  restoreAll,
} from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Exceptions are masked before a CPU says that it is quiescent. */
export const arriveBeforeMask: Mechanism = {
  name: 'arrive-before-mask',
  chapter: 'rendezvous',
  origin: {
    commits: [],
    year: 2021,
    note: 'the order that patch 4 of the series must have: mask, then signal',
  },
  happened:
    'Patch 4 of the series masks exceptions in patch_machine(), because a handler on a waiting CPU is ordinary kernel code. Masks and arrival have an order: a CPU that says it is quiescent and masks afterwards has promised too much.',
  trace:
    'CPU 1 counts itself in. Before it masks, an interrupt comes, and its handler runs the function that CPU 0 is patching.',
  repair: 'Mask, then arrive; and in the other direction ISB, then unmask.',
  sites: [
    {
      label: 'site_function',
      replacement: ['mov w0, #2'],
      purpose: 'an ordinary instruction in a function that the interrupt handler calls',
    },
  ],
  machine: (cpus) => ({
    events: [{ kind: 'irq', budget: 'unlimited', cpus: Array.from({ length: cpus - 1 }, (_, i) => i + 1) }],
  }),
  broken: {
    variant: 'a waiter arrives and then masks interrupts',
    shows: 'the interrupt comes in between',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'a waiter masks interrupts and then arrives',
    shows: 'from its arrival on it runs nothing else',
  },
  text: (isRepaired) => {
    const mask = '    msr daifset, #0x2';
    return `${entry('waiter')}
${awaitOthers('arrived')}
${poke('site_function')}
${maintenance}
${set('released')}
    b done
waiter:
${isRepaired ? `${mask}\n${arrive('arrived')}` : `${arrive('arrived')}\n${mask}`}
${awaitNonZero('released')}
    isb
    msr daifclr, #0x2
    b done
site_function:
    mov w0, #1
    ret
el1h_64_irq:
${saveAll}
    bl site_function
${restoreAll}
${shared('arrived', 'released')}`;
  },
};
