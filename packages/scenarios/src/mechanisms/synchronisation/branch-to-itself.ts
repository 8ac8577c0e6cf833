import { entry, maintenance, poke } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A CPU spins in a branch to itself until the branch becomes a NOP. */
export const branchToItself: Mechanism = {
  name: 'branch-to-itself',
  chapter: 'synchronisation',
  origin: {
    commits: [],
    year: 2024,
    note: "after the architecture's rules: B and NOP may be exchanged under execution, but not at once (RISC-V has Ziccid)",
    evidence: 'reconstructed',
  },
  happened:
    'A CPU can be parked in a branch to itself and released by making it a NOP: both words may be modified while they are executed. But the architecture does not say when a CPU that never synchronises its context sees the new one, and a branch to itself never does. RISC-V has an extension, Ziccid, that promises it; Arm has not.',
  trace:
    'With --liveness: CPU 0 replaces the branch with all maintenance and finishes. CPU 1 executes the old branch over and over. It could always fetch the NOP, so it is no hang, and it need not, so it is a livelock.',
  repair: 'An interrupt: taking it synchronises the context, and the next fetch gets the NOP.',
  sites: [{ label: 'site_park', replacement: ['nop'], purpose: 'a parked CPU is released' }],
  interrupts: true,
  broken: {
    variant: 'B . -> NOP with all maintenance and no interrupt',
    shows: 'a CPU that never synchronises may run the old branch for ever (--liveness: livelock)',
    outcomes: [[2, 'holds']],
    livelocks: true,
  },
  repaired: {
    variant: 'B . -> NOP, then an interrupt to all others',
    shows: 'an exception makes the CPU fetch again',
  },
  text: (isRepaired) => `${entry('site_park')}
${poke('site_park')}
${maintenance}
${isRepaired ? '    bl kick_all_cpus_sync\n' : ''}    b done
site_park:
    b site_park
    b done
`,
};
