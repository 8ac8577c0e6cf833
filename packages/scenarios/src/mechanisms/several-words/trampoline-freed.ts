import {
  entry,
  poke,
  maintenance,
  set,
  awaitNonZero,
  shared,
  arrive,
  awaitOthers,
  pokePair,
} from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Code is freed when nobody can be in it, not when nobody can enter it. */
export const trampolineFreed: Mechanism = {
  name: 'trampoline-freed',
  chapter: 'several words',
  origin: {
    commits: [],
    year: 2020,
    note: 'Linux, BPF trampolines: an image is freed after a reference count and an RCU-tasks grace period',
    evidence: 'reconstructed',
  },
  happened:
    'Detaching a BPF program turns the BL at the traced function into a NOP. Tasks can still be inside the image that it called, for as long as they like if they were preempted there; and CPUs that have not synchronised can still enter it. The image is kept until all CPUs have been interrupted and every task has been seen outside.',
  trace:
    'CPU 1 has called the image. CPU 0 takes the BL away, with all maintenance, and writes the code of something else where the image was, under the feet of CPU 1.',
  repair:
    'An IPI, so that nobody enters any more; then a grace period, so that nobody is inside; then the memory is used again.',
  sites: [
    { label: 'site_call', replacement: ['nop'], purpose: 'the traced function: BL becomes NOP' },
    {
      label: 'site_image',
      replacement: ['mov x11, #1', 'mov x12, #1'],
      purpose: 'the memory of the image, used for other code',
    },
  ],
  interrupts: true,
  broken: {
    variant: 'an image is overwritten when its last call is gone',
    shows: 'a CPU is still inside, or still enters by the old call',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'an image is overwritten after IPI and grace period',
    shows: 'nobody enters and nobody is inside',
  },
  text: (isRepaired) => `${entry('user')}
${poke('site_call')}
${maintenance}
${isRepaired ? `    bl kick_all_cpus_sync\n${set('grace_period')}\n${awaitOthers('seen_outside')}\n` : ''}${pokePair('site_image', 'reuse_store')}
${maintenance}
    b done
user:
    bl traced
${isRepaired ? `${awaitNonZero('grace_period')}\n${arrive('seen_outside')}\n` : ''}    b done
traced:
    mov x9, x30
site_call:
    bl site_image
    mov x30, x9
    ret
    .balign 64
site_image:
    mov x10, #1
    mov x10, #2
    ret
${shared('grace_period', 'seen_outside')}`,
};
