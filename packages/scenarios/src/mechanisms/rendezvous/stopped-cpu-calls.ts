import { entry, maintenance, set, shared, arrive, awaitOthers, pokePair } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** CPUs that are stopped still call functions, and these must not be patched. */
export const stoppedCpuCalls: Mechanism = {
  name: 'stopped-cpu-calls',
  chapter: 'rendezvous',
  origin: {
    commits: ['ce4f06dcbb5d', 'cb9d7fd51d9f', '366237e7b083', '4230e2deaa48'],
    year: 2020,
    note: 'Linux: the stop loop touches watchdogs and reports to RCU; crashes on Arm Thumb-2 and riscv',
  },
  happened:
    'stop_machine() keeps CPUs in a loop that calls touch_nmi_watchdog(), the RCU report and a yield hook. All three could be traced, so enabling a tracer patched the very functions that the stopped CPUs were calling: crashes on 32-bit Arm in 2018 and on riscv in 2020. They are notrace since.',
  trace:
    'CPU 1 has arrived and polls, calling a watchdog function in each round. CPU 0 replaces the two words at the beginning of that function, MOV and BL for two NOPs, as a tracer does.',
  repair: 'What the loop calls carries no site: another function, which is notrace.',
  sites: [
    {
      label: 'site_trace',
      replacement: ['mov x9, x30', 'bl . + (tracer - site_trace - 4)'],
      purpose: 'a trace call of two words',
    },
  ],
  broken: {
    variant: 'the stop loop calls a function that is traced',
    shows: 'a stopped CPU is not quiescent while it calls',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'the stop loop calls a function that is notrace',
    shows: 'the wait loop and its callees have no site',
  },
  text: (isRepaired) => `${entry('waiter')}
${awaitOthers('arrived')}
${pokePair('site_trace')}
${maintenance}
${set('released')}
    b done
waiter:
${arrive('arrived')}
poll:
    bl ${isRepaired ? 'touch_watchdog_notrace' : 'touch_watchdog'}
    adrp x1, released
    ldr w2, [x1, :lo12:released]
    cbz w2, poll
    isb
    bl touch_watchdog
    b done
touch_watchdog:
site_trace:
    nop
    nop
    ret
touch_watchdog_notrace:
    ret
tracer:
    mov x30, x9
    ret
${shared('arrived', 'released')}`,
};
