import { entry, poke, maintenance, breakpointHandler, skipInstruction } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** What a trap handler looks up may go only when no CPU can be between the trap and the look-up. */
export const trapMetadata: Mechanism = {
  name: 'trap-metadata',
  chapter: 'traps',
  origin: {
    commits: ['285a54efe386'],
    year: 2019,
    note: 'Linux, x86: NULL dereference in the INT3 handler; here on A64 with BRK',
  },
  happened:
    'x86 patches text through INT3, and its handler looks up what is being patched. The description was cleared when the last byte was written, while another CPU had taken the INT3 and not looked yet. The patcher now synchronises all cores in between. A kprobe on arm64 that were disarmed without stop_machine() would have the same gap.',
  trace:
    'CPU 1 executes the BRK. CPU 0 puts the original word back, maintains it, and drops the description. The handler on CPU 1 finds none.',
  repair:
    'All CPUs are interrupted between the restored word and the clearing. The handler runs with interrupts masked, so the answer also says that CPU 1 has left it; and afterwards CPU 1 cannot execute the old BRK any more.',
  sites: [
    { label: 'site_probe', replacement: ['nop'], purpose: 'a breakpoint that is removed: BRK becomes NOP' },
  ],
  interrupts: true,
  broken: {
    variant: 'the description goes right after the BRK',
    shows: 'a CPU between trap and look-up finds nothing',
    outcomes: [[2, 'assert']],
  },
  repaired: {
    variant: 'all CPUs are interrupted before the description goes',
    shows: 'the IPI waits for handlers and removes the old BRK',
  },
  text: (isRepaired) => `${entry('user')}
${poke('site_probe')}
${maintenance}
${isRepaired ? '    bl kick_all_cpus_sync\n' : ''}    adrp x1, description
    str xzr, [x1, :lo12:description]
    b done
user:
site_probe:
    brk #0x4
    b done
${breakpointHandler(`    adrp x1, description
    ldr x1, [x1, :lo12:description]
    cbz x1, bad_mode
${skipInstruction}`)}
    .data
    .balign 64
description:
    .quad 1
`,
};
