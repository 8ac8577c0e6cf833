import { entry, poke, maintenance, set, awaitNonZero, shared, arrive, awaitOthers } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** An RCU grace period orders memory, not instruction fetch. */
export const rcuGracePeriod: Mechanism = {
  name: 'rcu-grace-period',
  chapter: 'synchronisation',
  origin: {
    commits: ['5c02ece81848'],
    year: 2019,
    note: 'Linux, x86 kprobes: "RCU is not a core synchronisation"; here on A64',
  },
  happened:
    'A kprobe slot was used again after an RCU grace period alone. A grace period says that every CPU has passed through a quiescent state since; that is a statement about data. x86 needed an IPI that serialises the cores, and arm64 would need the same for a slot that is reached by a branch.',
  trace:
    'CPU 1 runs the slot, leaves it and reports a quiescent state. CPU 0 waits for the report, rewrites the slot with full maintenance, and arms the new probe. CPU 1 runs the slot again; between the two runs it has loaded and stored, but never synchronised its context.',
  repair:
    'The patcher interrupts all CPUs between the rewrite and the first use, as the IPI-based core synchronisation does.',
  sites: [
    { label: 'site_slot', replacement: ['mov w0, #2'], purpose: 'the instruction in a single-step slot' },
  ],
  interrupts: true,
  broken: {
    variant: 'a slot is used again after a grace period',
    shows: 'a quiescent state in the sense of RCU is no context synchronisation',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'a slot is used again after a grace period and an IPI',
    shows: 'the IPI is what makes the CPUs fetch again',
  },
  text: (isRepaired) => `${entry('reader')}
// synchronize_rcu()
${awaitOthers('quiescent_states')}
${poke('site_slot')}
${maintenance}
${isRepaired ? '    bl kick_all_cpus_sync\n' : ''}${set('probe_armed')}
    b done
reader:
    bl site_slot
${arrive('quiescent_states')}
${awaitNonZero('probe_armed')}
    bl site_slot
    b done
site_slot:
    mov w0, #1
    ret
${shared('quiescent_states', 'probe_armed')}`,
};
