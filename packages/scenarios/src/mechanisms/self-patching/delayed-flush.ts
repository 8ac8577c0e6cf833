import { entry, mapped, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Maintenance that is saved up for the end of a batch comes after the first use. */
export const delayedFlush: Mechanism = {
  name: 'delayed-flush',
  chapter: 'self-patching',
  origin: {
    commits: ['6ca445d8af0e', 'edf2d546bfd6'],
    year: 2024,
    note: 'Linux, riscv: the flush was moved to the end of the batch',
  },
  happened:
    'riscv moved the flush of patched text to the end, where one flush served the whole batch. A function of the batch was used in the batch, and the boot ended in an illegal instruction. The flush went back behind each write.',
  trace: 'One CPU writes the first word of its copy routine and then copies the next patch with it.',
  repair: 'Maintenance and ISB behind every write, before anything else is called.',
  sites: [
    {
      label: 'site_copy',
      replacement: ['add x3, x1, #0'],
      purpose: 'a word of the routine that writes patches',
    },
    { label: 'site_function', replacement: ['mov w0, #2'], purpose: 'the next patch of the batch' },
  ],
  least: 1,
  broken: {
    variant: 'a batch is flushed at its end',
    shows: 'a patched routine is used before the flush',
    outcomes: [[1, 'cmodx']],
  },
  repaired: { variant: 'each write of a batch is flushed at once', shows: 'what is used next is whole' },
  text: (isRepaired) => `${entry('done')}
${poke('site_copy')}
${isRepaired ? `${maintenance}\n    isb\n` : ''}${mapped('site_function')}
    adrp x2, site_function_new
    ldr w2, [x2, :lo12:site_function_new]
    bl site_copy
${maintenance}
${mapped('site_copy')}
${maintenance}
    isb
    bl site_function
    b done
    .balign 64
// copy_word(x1 = where, w2 = what)
site_copy:
    mov x3, x1
write_word:
    str w2, [x1]
    ret
    .balign 64
site_function:
    mov w0, #1
    ret
`,
};
