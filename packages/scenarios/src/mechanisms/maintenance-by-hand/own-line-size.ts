import { entry, pokePair } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** The line size of this core is not the line size of all cores. */
export const ownLineSize: Mechanism = {
  name: 'own-line-size',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2016,
    note: 'mono on big.LITTLE: the line size was read once, on the core where the process began',
  },
  happened:
    'A JIT read the size of the cache lines once and used it as its stride. On a phone with big and little cores of different lines it had read 128 bytes on one and ran on another with 64: every second line was left out. Crashes were rare and looked like anything. Linux shows a sanitised CTR_EL0 with the smallest line of the system since.',
  trace:
    'One CPU writes two words in neighbouring lines of 64 bytes and maintains them with a stride of 128. The second is never maintained.',
  repair: 'The stride is the smallest line of all cores, as the sanitised CTR_EL0 has it.',
  sites: [
    {
      label: 'site_code',
      replacement: ['mov w0, #2', 'mov w1, #2'],
      purpose: 'compiled code that crosses a line',
    },
  ],
  least: 1,
  broken: {
    variant: 'the stride is the line size of another core, 128',
    shows: 'every second line is left out',
    outcomes: [[1, 'stale']],
  },
  repaired: { variant: 'the stride is read from the sanitised CTR_EL0', shows: 'every line is maintained' },
  text: (isRepaired) => {
    const loop = (operation: string, field: number): string => `    mrs x3, ctr_el0
    ubfx x3, x3, #${field}, #4
    mov x4, #4
    lsl x4, x4, x3
${isRepaired ? '' : '    mov x4, #128\n'}    mov x5, x0
${operation}_line:
    ${operation === 'clean' ? 'dc cvau' : 'ic ivau'}, x5
    add x5, x5, x4
    cmp x5, x6
    b.lo ${operation}_line
    dsb ish`;
    return `${entry('done')}
${pokePair('site_code')}
    add x6, x0, #8
// Down to the beginning of the line.
    bic x0, x0, #63
${loop('clean', 16)}
${loop('invalidate', 0)}
    isb
    bl site_code
    b done
    .balign 128
    .skip 60
site_code:
    mov w0, #1
    mov w1, #1
    ret
`;
  },
};
