import {
  entry,
  poke,
  maintenance,
  set,
  awaitNonZero,
  shared,
  arrive,
  awaitOthers,
  breakpointHandler,
  skipInstruction,
} from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** The debugger interrupts CPUs that it has stopped itself. */
export const kgdbFlushIpi: Mechanism = {
  name: 'kgdb-flush-ipi',
  chapter: 'debugger and hotplug',
  origin: {
    commits: ['3b8c9f1cdfc5', 'ab8ad279ceac'],
    year: 2020,
    note: 'Daniel Thompson: kdb deadlocked in the IPI of flush_icache_range()',
  },
  happened:
    'When flush_icache_range() began to interrupt all CPUs it made an exception for kgdb, but asked whether a remote debugger was connected. With kdb on the console none is, so the first breakpoint hung the machine: the IPI waited for CPUs that spun in the debugger with interrupts off. The test is now whether this CPU is the master of the debugger.',
  trace:
    'CPU 1 spins in the debugger with interrupts masked. CPU 0, the master, writes a breakpoint, flushes, and waits for CPU 1 to take an interrupt.',
  repair:
    'The master leaves the IPI out: the others return from their exception when the debugger goes on, and that synchronises them.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  interrupts: true,
  broken: {
    variant: 'the master of the debugger flushes with an IPI',
    shows: 'the CPUs that it stopped cannot answer',
    outcomes: [[2, 'hang']],
    completes: 'never',
  },
  repaired: {
    variant: 'the master of the debugger flushes without an IPI',
    shows: 'leaving the debugger is the synchronisation',
  },
  text: (isRepaired) => `${entry('stopped')}
${awaitOthers('in_debugger')}
${poke('site_function')}
${maintenance}
${isRepaired ? '' : '    bl kick_all_cpus_sync\n'}${set('resume')}
    b done
// A breakpoint brings the others into the debugger.
stopped:
    brk #0x401
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${breakpointHandler(`${arrive('in_debugger')}
${awaitNonZero('resume')}
${skipInstruction}`)}
${shared('in_debugger', 'resume')}`,
};
