import { entry, poke, maintenance, breakpointHandler, skipInstruction } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A handler that contains what it handles. */
export const trapInTrap: Mechanism = {
  name: 'trap-in-trap',
  chapter: 'traps',
  origin: {
    commits: [],
    year: 2020,
    note: 'Linux, x86 (819f5f8cfbcf in the tip tree): poke_int3_handler() must not be instrumented; here on A64',
  },
  happened:
    'The handler of the patching breakpoint called functions that could be traced or probed. While one of them was patched, its breakpoint led to the handler, which called it. The handler and everything that it calls are noinstr since.',
  trace:
    'One CPU arms a probe on a helper and calls it. The handler calls the helper as well, takes the BRK again, and so on, until the stack is used up.',
  repair: 'The handler calls nothing that can be patched: a copy that no probe can be put on.',
  sites: [
    { label: 'site_helper', replacement: ['brk #0x4'], purpose: 'a probe on a helper: NOP becomes BRK' },
  ],
  least: 1,
  broken: {
    variant: 'the breakpoint handler calls the probed helper',
    shows: 'it traps inside the handler, for ever',
    outcomes: [[1, 'fault']],
  },
  repaired: {
    variant: 'the breakpoint handler calls a copy that cannot be probed',
    shows: 'what handles a breakpoint must not contain one',
  },
  text: (isRepaired) => `${entry('done')}
${poke('site_helper')}
${maintenance}
    isb
    bl helper
    b done
helper:
site_helper:
    nop
    ret
helper_noinstr:
    nop
    ret
${breakpointHandler(`    bl ${isRepaired ? 'helper_noinstr' : 'helper'}\n${skipInstruction}`)}
`,
};
