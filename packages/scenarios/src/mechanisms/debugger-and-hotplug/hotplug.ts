import { smpProcessorId } from '@quiesce/patching';
import { poke, maintenance, set, awaitNonZero, shared, lock, unlock } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A CPU that comes up while text is patched. */
export const hotplug: Mechanism = {
  name: 'hotplug',
  chapter: 'debugger and hotplug',
  origin: {
    commits: ['c23a465625e2'],
    year: 2017,
    note: 'Linux: patching holds the hotplug lock; stop_machine_cpuslocked() for callers that hold it already',
    evidence: 'reconstructed',
  },
  happened:
    'stop_machine() stops the CPUs that are online when it counts them. The hotplug lock keeps that set as it is until the end. A patcher that counts and does not hold the lock can be overtaken by a CPU that comes up and runs the text that is being patched.',
  trace:
    'CPU 0 finds no other CPU online and patches at once. CPU 1 comes online meanwhile and runs the function on its way.',
  repair:
    'Both sides take the lock: the patcher around counting and patching, the new CPU around coming online. An ISB behind the lock makes it fetch what was patched before.',
  sites: [
    {
      label: 'site_function',
      replacement: ['mov w0, #2'],
      purpose: 'an ordinary instruction that a CPU executes when it comes up',
    },
  ],
  distinguished: [0, 1],
  broken: {
    variant: 'online CPUs are counted without the hotplug lock',
    shows: 'a CPU comes up between counting and patching',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'counting, patching and coming up hold the hotplug lock',
    shows: 'the set of online CPUs stands still',
  },
  text: (isRepaired) => `start:
${smpProcessorId()}
    cmp w0, #1
    b.hi done
    cbnz w0, coming_up
${isRepaired ? `${lock('hotplug_lock', 'patcher_take')}\n` : ''}    adrp x1, online
    ldr w2, [x1, :lo12:online]
    cbz w2, alone
${awaitNonZero('arrived')}
alone:
${poke('site_function')}
${maintenance}
${set('released')}
${isRepaired ? `${unlock('hotplug_lock')}\n` : ''}    b done
coming_up:
${isRepaired ? `${lock('hotplug_lock', 'starter_take')}\n    isb\n` : ''}${set('online')}
    bl site_function
${isRepaired ? `${unlock('hotplug_lock')}\n` : ''}${set('arrived')}
${awaitNonZero('released')}
    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${shared('hotplug_lock', 'online', 'arrived', 'released')}`,
};
