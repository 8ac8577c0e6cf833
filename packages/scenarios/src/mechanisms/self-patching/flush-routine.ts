import { entry, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** The routine that makes a patch visible is patched itself. */
export const flushRoutine: Mechanism = {
  name: 'flush-routine',
  chapter: 'self-patching',
  origin: {
    commits: ['ef769e320863', 'edf2d546bfd6', 'ee9a68394b4b'],
    year: 2024,
    note: 'Linux, riscv: illegal instruction at boot; arm64 gave alternatives a private loop in 2018',
  },
  happened:
    'On riscv the flush of the instruction cache was reached through a function that could be traced. Patching it and then calling it to flush executed the new word before anything had flushed it. arm64 alternatives have a loop of their own without alternatives in it, because the usual routine contains some.',
  trace:
    'One CPU writes a word of the flush routine and calls the routine to maintain it. On its way to the first DC it comes to the word.',
  repair: 'A private copy of the routine that nothing patches.',
  sites: [
    { label: 'site_flush', replacement: ['mov x9, x30'], purpose: 'the first word of the flush routine' },
  ],
  least: 1,
  broken: {
    variant: 'a flush routine is patched and called to flush that',
    shows: 'the flush comes after the first use',
    outcomes: [[1, 'cmodx']],
  },
  repaired: {
    variant: 'a private flush routine flushes the patched one',
    shows: 'what maintains is not what is patched',
  },
  text: (isRepaired) => `${entry('done')}
${poke('site_flush')}
    bl ${isRepaired ? 'flush_private' : 'site_flush'}
    bl site_flush
    b done
    .balign 64
site_flush:
    nop
${maintenance}
    isb
    ret
flush_private:
${maintenance}
    isb
    ret
`,
};
