import { entry, poke, maintenance, set, awaitNonZero, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A static key counts as enabled before every CPU has seen the branch. */
export const jumpLabel: Mechanism = {
  name: 'jump-label',
  chapter: 'call sites',
  origin: {
    commits: ['f6cc0c501649', 'cfb00a357864'],
    year: 2024,
    note: 'Will Deacon: jump labels kick all CPUs once a batch; before, since 4.19, nobody',
  },
  happened:
    'After jump labels stopped using stop_machine() in 2018, a change of a static key reached other CPUs whenever they happened to synchronise. KVM missed preempt notifiers: the key was enabled, and a CPU went on to run with the notifiers compiled out. In 2024 one IPI to all CPUs was added at the end of each batch.',
  trace:
    'CPU 0 turns the NOP into a B with all maintenance and publishes that the key is enabled. CPU 1 reads that, comes to the branch, and still executes the NOP. Both words are safe under execution; what fails is the promise.',
  repair: 'kick_all_cpus_sync() between the last patch of a batch and the publication.',
  sites: [
    {
      label: 'site_notifier',
      replacement: ['b . + (notifier - site_notifier)'],
      purpose: 'a static key that is enabled: NOP becomes B',
    },
  ],
  interrupts: true,
  broken: {
    variant: 'NOP -> B without an IPI, then the key counts as enabled',
    shows: 'a CPU that knows that the key is enabled runs the old way',
    outcomes: [[2, 'assert']],
  },
  repaired: {
    variant: 'NOP -> B, an IPI to all others, then the key counts as enabled',
    shows: 'who sees the key enabled takes the branch',
  },
  text: (isRepaired) => `${entry('user')}
${poke('site_notifier')}
${maintenance}
${isRepaired ? '    bl kick_all_cpus_sync\n' : ''}${set('key_enabled')}
    b done
user:
${awaitNonZero('key_enabled')}
site_notifier:
    nop
// The notifier was missed.
    brk #0x800
notifier:
    b done
${shared('key_enabled')}`,
};
