import { entry, maintenance, saveAll, restoreAll, pokePair } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A task that was preempted inside a site goes on in the middle of the new sequence. */
export const preemptedTask: Mechanism = {
  name: 'preempted-task',
  chapter: 'several words',
  origin: {
    commits: ['19c95f261c6a'],
    year: 2019,
    note: 'Linux: arm64 forbids preemption from IRQs until capabilities are final; riscv, 2022: AUIPC and JALR',
  },
  happened:
    'riscv traces functions by two instructions, AUIPC and JALR. A task can be preempted between the two; stop_machine() then finds every CPU in its stopper thread, the patch is made, and the task goes on with the second word of a sequence of which it has executed another first word. arm64 has the same problem with alternatives of several words, and forbids preemption until they are applied.',
  trace:
    'One CPU executes the first word of a site. The interrupt comes, and the patch is made while the thread is interrupted behind that word. No other CPU takes part, and stopping all of them would not help.',
  repair:
    'The site cannot be preempted: interrupts are masked around it here. riscv has gone over to one instruction.',
  sites: [
    {
      label: 'site_pair',
      replacement: ['mov w0, #2', 'mov w1, #2'],
      purpose: 'two words that belong together',
    },
  ],
  least: 1,
  machine: { events: [{ kind: 'irq', budget: 'unlimited', cpus: [0] }] },
  broken: {
    variant: 'a thread can be interrupted inside a site of two words',
    shows: 'stopping all CPUs does not stop a task inside a site',
    outcomes: [[1, 'torn']],
  },
  repaired: {
    variant: 'a site of two words is executed with interrupts masked',
    shows: 'the interrupt comes before or behind the site',
  },
  text: (isRepaired) => `${entry('done')}
${isRepaired ? '    msr daifset, #0x2\n' : ''}site_pair:
    mov w0, #1
    mov w1, #1
${isRepaired ? '    msr daifclr, #0x2\n' : ''}    cmp w0, w1
    b.eq done
    brk #0x800
// Stands for: the task is preempted, and the site is patched under stop_machine().
el1h_64_irq:
${saveAll}
${pokePair('site_pair')}
${maintenance}
${restoreAll}`,
};
