import { entry, mapped, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Nothing may be written after the invalidation. */
export const relocatedLate: Mechanism = {
  name: 'relocated-late',
  chapter: 'maintenance by hand',
  origin: {
    commits: [],
    year: 2026,
    note: 'JDK-8380710: code is relocated after its instructions were invalidated',
  },
  happened:
    'Compiled code was copied to its place and flushed, and its relocations, which change instructions, were applied afterwards. The order was turned around.',
  trace: 'One CPU copies two words and maintains them, and then changes the second one again.',
  repair: 'Copy, relocate, then maintain.',
  sites: [
    {
      label: 'site_code',
      replacement: ['mov w0, #2', 'mov w1, #2'],
      purpose: 'compiled code with a relocation in its second word',
    },
  ],
  least: 1,
  broken: {
    variant: 'copy, maintenance, relocation',
    shows: 'the last change was never made visible',
    outcomes: [[1, 'cmodx']],
  },
  repaired: { variant: 'copy, relocation, maintenance', shows: 'maintenance covers every change' },
  text: (isRepaired) => {
    const relocate = '    str w3, [x1, #4]\n';
    return `${entry('done')}
${mapped('site_code')}
    adrp x2, site_code_new
    add x2, x2, :lo12:site_code_new
    ldp w2, w3, [x2]
patch_store:
    str w2, [x1]
${isRepaired ? relocate : ''}${maintenance}
    isb
${isRepaired ? '' : relocate}    bl site_code
    b done
    .balign 64
site_code:
    mov w0, #1
    mov w1, #1
    ret
`;
  },
};
