import { entry, poke, maintenance, shared, lock, unlock } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Waiting for all CPUs while holding what one of them waits for with interrupts masked. */
export const lockIrqsOff: Mechanism = {
  name: 'lock-irqs-off',
  chapter: 'rendezvous',
  origin: {
    commits: ['693350a79980', 'f6cc0c501649'],
    year: 2018,
    note: 'Linux: boot deadlock on HiKey960 when the general writer always stopped the machine',
  },
  happened:
    'In 2018 the general text writer began to stop the machine for every patch. A static key that was flipped from a CPU hotplug callback, with interrupts off, could not wait for the others, who could not answer: the board hung at boot. Jump labels went back to the writer that waits for nobody.',
  trace:
    'CPU 0 holds a lock and waits until every CPU has answered an IPI. CPU 1 waits for that lock with interrupts masked.',
  repair:
    'Whoever must wait for all others does so without the lock: the write inside, the synchronisation outside.',
  sites: [
    {
      label: 'site_key',
      replacement: ['b . + (enabled - site_key)'],
      purpose: 'a static key: NOP becomes B',
    },
  ],
  interrupts: true,
  broken: {
    variant: 'all CPUs are waited for under a lock',
    shows: 'a CPU that wants the lock with interrupts masked never answers',
    outcomes: [[2, 'hang']],
  },
  repaired: {
    variant: 'all CPUs are waited for after the lock is released',
    shows: 'write under the lock, wait without it',
  },
  text: (isRepaired) => `${entry('user')}
${lock('jump_label_mutex', 'take')}
${poke('site_key')}
${maintenance}
${isRepaired ? `${unlock('jump_label_mutex')}\n    bl kick_all_cpus_sync` : `    bl kick_all_cpus_sync\n${unlock('jump_label_mutex')}`}
    b done
user:
    msr daifset, #0x2
${lock('jump_label_mutex', 'take_masked')}
${unlock('jump_label_mutex')}
    msr daifclr, #0x2
site_key:
    nop
    b done
enabled:
    b done
${shared('jump_label_mutex')}`,
};
