import { smpProcessorId } from '@quiesce/patching';
import { poke, maintenance, set, awaitNonZero, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A stop that is queued to a CPU without a stopper counts as done. */
export const stopperDisabled: Mechanism = {
  name: 'stopper-disabled',
  chapter: 'rendezvous',
  origin: {
    commits: ['45178ac0cea8'],
    year: 2019,
    note: 'Linux: the stopper of a fresh CPU was enabled too late; work queued to it was dropped silently',
  },
  happened:
    'A CPU that comes up is online before its stopper is enabled. A stop that was queued in between "completed" without having been executed, and whoever asked for it believed that the CPU had stopped. The stopper is enabled before the CPU counts as online now.',
  trace:
    'CPU 1 is online and runs kernel code. CPU 0 wants to stop it, finds its stopper disabled, takes the stop for done, and patches what CPU 1 is executing.',
  repair: 'First the stopper, then online: a CPU that can be asked to stop can stop.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  distinguished: [0, 1],
  broken: {
    variant: 'a CPU is online before its stopper is enabled',
    shows: 'a stop that was not executed counts as done',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'the stopper is enabled before the CPU is online',
    shows: 'every CPU that is online can be stopped',
  },
  text: (isRepaired) => `start:
${smpProcessorId()}
    cmp w0, #1
    b.hi done
    cbnz w0, coming_up
${awaitNonZero('online')}
// cpu_stop_queue_work(): with the stopper disabled the work completes at once.
    adrp x1, stopper_enabled
    ldr w2, [x1, :lo12:stopper_enabled]
    cbz w2, stopped
${awaitNonZero('arrived')}
stopped:
${poke('site_function')}
${maintenance}
${set('released')}
    b done
coming_up:
${isRepaired ? `${set('stopper_enabled')}\n` : ''}${set('online')}
    bl site_function
${isRepaired ? '' : `${set('stopper_enabled')}\n`}${set('arrived')}
${awaitNonZero('released')}
    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${shared('online', 'stopper_enabled', 'arrived', 'released')}`,
};
