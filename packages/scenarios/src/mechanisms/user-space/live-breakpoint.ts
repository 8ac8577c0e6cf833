import {
  entry,
  poke,
  maintenance,
  set,
  awaitNonZero,
  shared,
  arrive,
  awaitOthers,
  saveAll,
  restoreAll,
  breakpointHandler,
  skipInstruction,
  interruptOthers,
} from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A breakpoint over an ordinary instruction while other threads run. */
export const liveBreakpoint: Mechanism = {
  name: 'live-breakpoint',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2024,
    note: 'Mark Rutland, on uprobes: only some instructions may be changed under execution, and uprobes ignores it',
  },
  happened:
    'BRK is in the list of instructions that may be modified while they are executed, but what it replaces is usually not, and both must be. Debuggers stop all threads before they write a breakpoint. uprobes changes user text while threads run: a latent problem, by the letter of the architecture.',
  trace: 'CPU 0 writes BRK over a MOV. CPU 1 comes to the word.',
  repair: 'All threads are stopped first, and synchronise when they go on.',
  sites: [
    { label: 'site_line', replacement: ['brk #0x5'], purpose: 'a breakpoint over an ordinary instruction' },
  ],
  broken: {
    variant: 'a breakpoint is written while a thread runs',
    shows: 'MOV -> BRK is not safe, whatever BRK is',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'a breakpoint is written while all threads are stopped',
    shows: 'a stop makes any replacement possible',
  },
  text: (isRepaired) => `${entry('user')}
${isRepaired ? `${interruptOthers}\n${awaitOthers('stopped')}\n` : ''}${poke('site_line')}
${maintenance}
${set('go_on')}
    b done
user:
    bl site_line
    b done
site_line:
    mov w0, #1
    ret
// The stop: a signal, here an interrupt. Its return synchronises.
el1h_64_irq:
${saveAll}
${arrive('stopped')}
${awaitNonZero('go_on')}
${restoreAll}
${breakpointHandler(skipInstruction)}
${shared('stopped', 'go_on')}`,
};
