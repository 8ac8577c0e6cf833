import { smpProcessorId } from '@quiesce/patching';
import { addressOf, shared, lock, unlock } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Two requests that stop two CPUs must reach both in the same order. */
export const queueOrder: Mechanism = {
  name: 'queue-order',
  chapter: 'rendezvous',
  origin: {
    commits: ['99d84bf8c65a'],
    year: 2019,
    note: 'Linux: stop_two_cpus() and stop_machine() queued in opposite orders',
  },
  happened:
    'A stop is queued to the stopper of every CPU. Two requests at the same time must be queued in one order everywhere: a stopper runs its queue from the front, and a stop waits for all stoppers. The flag that said "queueing in progress" did not cover the loop as compiled; barriers were added.',
  trace:
    'CPU 0 queues stop A first to its own stopper, CPU 1 queues stop B first to its own. Then each queues to the other one, behind what is there. CPU 0 runs A and waits for CPU 1, which runs B and waits for CPU 0.',
  repair: 'Queueing to all CPUs happens under one lock.',
  sites: [],
  distinguished: [0, 1],
  broken: {
    variant: 'two stops are queued to two CPUs without a lock',
    shows: 'each stopper waits for the other',
    outcomes: [[2, 'hang']],
  },
  repaired: {
    variant: 'a stop is queued to all CPUs under a lock',
    shows: 'both queues have the same order',
  },
  text: (isRepaired) => {
    // The own queue first; x20 and x21 hold the places taken.
    const queue = (tail: string, slots: string): string => `${addressOf(tail, 1)}
    mov w2, #1
    ldaddal w2, w3, [x1]
${addressOf(slots, 1)}
    str w19, [x1, x3, lsl #2]`;
    const requester = (own: string, other: string): string =>
      `${isRepaired ? `${lock('queue_lock', `take_${own}`)}\n` : ''}${queue(`tail_${own}`, `slots_${own}`)}
${queue(`tail_${other}`, `slots_${other}`)}
${isRepaired ? `${unlock('queue_lock')}\n` : ''}${addressOf(`slots_${own}`, 20)}
    b stopper`;
    return `start:
${smpProcessorId()}
    cmp w0, #1
    b.hi done
// Work 1 is that of CPU 0, work 2 that of CPU 1.
    add w19, w0, #1
    cbnz w0, second
${requester('0', '1')}
second:
${requester('1', '0')}
// Two works, in the order of the queue: each waits until both CPUs are there.
stopper:
    mov w21, #2
next_work:
    ldr w0, [x20]
    cbz w0, next_work
${addressOf('stopped', 1)}
    add x1, x1, x0, lsl #2
    mov w2, #1
    ldaddal w2, w2, [x1]
rendezvous:
    ldr w2, [x1]
    cmp w2, #2
    b.lo rendezvous
    add x20, x20, #4
    subs w21, w21, #1
    b.ne next_work
    b done
${shared('tail_0', 'tail_1', 'slots_0', 'slots_1', 'queue_lock', 'stopped')}    .quad 0
`;
  },
};
