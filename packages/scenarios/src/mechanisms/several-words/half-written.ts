import { entry, maintenance, saveAll, restoreAll, pokePair } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** An interrupt on the patching CPU executes what is half written. */
export const halfWritten: Mechanism = {
  name: 'half-written',
  chapter: 'several words',
  origin: {
    commits: ['3ea1704a9296', '2dc419613805'],
    year: 2023,
    note: 'Linux, x86: alternatives patched a longer NOP with interrupts on; here on A64',
  },
  happened:
    'x86 replaced padding by longer NOPs at boot with interrupts on, and synchronised the core after they were on again. An interrupt whose handler ran the padding found it half written. Interrupts are off around both now.',
  trace:
    'The patcher has written the first of two words when an interrupt comes. Its handler calls the function.',
  repair: 'Interrupts are masked from before the first store until behind maintenance and ISB.',
  sites: [
    {
      label: 'site_padding',
      replacement: ['mov w0, #2', 'mov w1, #2'],
      purpose: 'two words that an interrupt handler executes',
    },
  ],
  least: 1,
  machine: { events: [{ kind: 'irq', budget: 'unlimited', cpus: [0] }] },
  broken: {
    variant: 'two words are written with interrupts on',
    shows: 'a handler runs one new and one old word',
    outcomes: [[1, 'stale']],
  },
  repaired: {
    variant: 'two words are written and maintained with interrupts masked',
    shows: 'a handler runs the site before or after',
  },
  text: (isRepaired) => `${entry('done')}
${isRepaired ? '    msr daifset, #0x2\n' : ''}${pokePair('site_padding')}
${maintenance}
    isb
${isRepaired ? '    msr daifclr, #0x2\n' : ''}    b done
el1h_64_irq:
${saveAll}
    bl site_padding
${restoreAll}
site_padding:
    mov w0, #1
    mov w1, #1
    ret
`,
};
