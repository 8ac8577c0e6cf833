import { entry, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A callback that fixes up a module must not be in the module. */
export const moduleCallback: Mechanism = {
  name: 'module-callback',
  chapter: 'self-patching',
  origin: {
    commits: [],
    year: 2025,
    note: 'Adrian Barnas: alternatives of a module may not have their callback in the module',
  },
  happened:
    'An alternative can name a callback that computes its new words. The loader applies the alternatives of a module before it maintains the memory of the module, so a callback in the module itself would run from text that is neither fixed up nor maintained. Such modules are refused.',
  trace: 'One CPU copies the text of a module and, before the maintenance, calls the callback in it.',
  repair: 'The callback is in the core kernel.',
  sites: [
    {
      label: 'site_callback',
      replacement: ['mov w9, #2'],
      purpose: 'text of the module, copied by the loader',
    },
  ],
  least: 1,
  broken: {
    variant: 'the loader calls into a module before its maintenance',
    shows: 'the text was written and never made visible',
    outcomes: [[1, 'cmodx']],
  },
  repaired: {
    variant: 'the loader calls a callback in the core kernel',
    shows: 'the module runs after its maintenance',
  },
  text: (isRepaired) => `${entry('done')}
${poke('site_callback')}
    bl ${isRepaired ? 'core_callback' : 'module_callback'}
${maintenance}
    isb
    bl module_callback
    b done
core_callback:
    mov w9, #2
    ret
    .balign 64
module_callback:
site_callback:
    mov w9, #1
    ret
`,
};
