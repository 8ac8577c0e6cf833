import { entry, poke, maintenance, set, awaitNonZero, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Code in memory that other CPUs may have fetched from needs a context synchronisation event on them. */
export const moduleLoad: Mechanism = {
  name: 'module-load',
  chapter: 'synchronisation',
  origin: {
    commits: ['3b8c9f1cdfc5'],
    year: 2018,
    note: 'Linux: flush_icache_range() interrupts all other CPUs',
  },
  happened:
    'Until 2018 the module loader and everything else that called flush_icache_range() maintained the caches and went on. A CPU that had fetched from the memory earlier, when it held another module, had no reason to fetch again: only a context synchronisation event makes it. The flush now interrupts all other CPUs.',
  trace:
    'CPU 0 writes the function and maintains both caches completely, then says that it is there. CPU 1 sees that and calls it. Nothing has made CPU 1 discard what it had fetched before.',
  repair:
    'After the maintenance every other CPU is interrupted and waited for. Taking an exception is a context synchronisation event, whatever the handler does; kick_all_cpus_sync() calls an empty function.',
  sites: [
    {
      label: 'site_init',
      replacement: ['mov w0, #2'],
      purpose: 'the first instruction of a function in memory that is used again',
    },
  ],
  interrupts: true,
  broken: {
    variant: 'a module is loaded: maintenance, no IPI',
    shows: 'a CPU that has fetched earlier need not fetch again',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'a module is loaded: maintenance, then an IPI to all others',
    shows: 'an exception on every CPU synchronises its context',
  },
  text: (isRepaired) => `${entry('caller')}
${poke('site_init')}
${maintenance}
${isRepaired ? '    bl kick_all_cpus_sync\n' : ''}${set('module_live')}
    b done
caller:
${awaitNonZero('module_live')}
    bl site_init
    b done
site_init:
    mov w0, #1
    ret
${shared('module_live')}`,
};
