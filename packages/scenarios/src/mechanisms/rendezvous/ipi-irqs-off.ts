import { entry, poke, maintenance, set, awaitNonZero, shared, arrive, awaitOthers } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** CPUs that wait with interrupts masked answer no IPI. */
export const ipiIrqsOff: Mechanism = {
  name: 'ipi-irqs-off',
  chapter: 'rendezvous',
  origin: {
    commits: ['627922843235', 'c97bf629963e'],
    year: 2024,
    note: 'Linux, riscv (and csky, 2020): flushing by IPI inside stop_machine(); every CPU now flushes after its release',
  },
  happened:
    'riscv flushed the instruction caches of the other CPUs by IPI while they were parked in stop_machine() with interrupts off, and hung as soon as that flush became a real interrupt. csky had the same in 2020, and arm64 alternatives could have had it in 2018. Every CPU now executes its own fence when it leaves.',
  trace:
    'CPU 1 masks interrupts, arrives and waits for the release. CPU 0 patches, interrupts CPU 1 and waits for the answer before it releases anybody. Neither can go on.',
  repair: 'No IPI: a waiter synchronises itself by an ISB after it has been released.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  interrupts: true,
  broken: {
    variant: 'the patcher sends an IPI to CPUs that wait with interrupts masked',
    shows: 'who waits masked cannot answer',
    outcomes: [[2, 'hang']],
    completes: 'never',
  },
  repaired: {
    variant: 'every waiter executes an ISB after its release',
    shows: 'local synchronisation after the release suffices',
  },
  text: (isRepaired) => `${entry('waiter')}
${awaitOthers('arrived')}
${poke('site_function')}
${maintenance}
${isRepaired ? '' : '    bl kick_all_cpus_sync\n'}${set('released')}
    b done
waiter:
    msr daifset, #0x2
${arrive('arrived')}
${awaitNonZero('released')}
${isRepaired ? '    isb\n' : ''}    msr daifclr, #0x2
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${shared('arrived', 'released')}`,
};
