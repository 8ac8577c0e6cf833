import {
  entry,
  poke,
  maintenance,
  set,
  awaitNonZero,
  shared,
  arrive,
  saveAll,
  restoreAll,
  breakpointHandler,
  skipInstruction,
  interruptOthers,
} from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A debugger that goes on without the CPUs that it could not round up. */
export const kgdbRoundUp: Mechanism = {
  name: 'kgdb-round-up',
  chapter: 'debugger and hotplug',
  origin: {
    commits: [],
    year: 2020,
    note: 'Linux, kgdb: waits for one second, then continues with a message; pseudo-NMI round-up repairs it',
  },
  happened:
    'kgdb interrupts the other CPUs and waits for them at most 1000 times one millisecond. A CPU that runs with interrupts masked for longer is not there, and kgdb writes its breakpoints all the same. With pseudo-NMIs the interrupt reaches such a CPU as well.',
  trace:
    'CPU 1 runs a function with interrupts masked. CPU 0 asks for it twice, gives up waiting, and writes a breakpoint into the function.',
  repair: 'The debugger waits for as long as it takes. (A pseudo-NMI makes that short.)',
  sites: [{ label: 'site_function', replacement: ['brk #0x400'], purpose: 'a breakpoint of kgdb' }],
  broken: {
    variant: 'kgdb writes a breakpoint although a CPU did not answer',
    shows: 'the CPU that is missing executes the word',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'kgdb waits until every CPU has answered',
    shows: 'everybody is in the debugger when text changes',
  },
  text: (isRepaired) => `${entry('user')}
${interruptOthers}
    mov w19, #2
round_up:
    adrp x1, arrived
    ldr w2, [x1, :lo12:arrived]
    cmp w2, #(NR_CPUS - 1)
    b.hs rounded_up
${isRepaired ? '' : '    subs w19, w19, #1\n    b.eq rounded_up\n'}    b round_up
rounded_up:
${poke('site_function')}
${maintenance}
${set('released')}
    b done
user:
    msr daifset, #0x2
    bl site_function
    msr daifclr, #0x2
    b done
site_function:
    mov w0, #1
    ret
// The others wait in the handler until the debugger goes on.
el1h_64_irq:
${saveAll}
${arrive('arrived')}
${awaitNonZero('released')}
${restoreAll}
${breakpointHandler(skipInstruction)}
${shared('arrived', 'released')}`,
};
