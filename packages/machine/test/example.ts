import { exploreSync } from '@quiesce/explore';
import { assemble } from '@quiesce/insn';
import { MachineSystem } from '@quiesce/machine';

// Every CPU overwrites MOV with NOP through an alias of the text, and executes it: no maintenance, no quiescence.
const { sections, symbols } = assemble(
  `start: adr x0, site
          movz w1, #0xd503, lsl #16
          movk w1, #0x201f
          str w1, [x0, #0x1000]
   site:  mov w2, #1
   done:  wfi`,
  { bases: { '.text': 0x10000 } },
);
const at = (label: string): number => symbols.get(label) ?? 0;
const bytes = sections.get('.text')?.bytes ?? new Uint8Array(0);
const system = new MachineSystem({
  cpus: 2,
  memory: {
    regions: [{ name: 'text', kind: 'text', base: 0x10000, bytes }],
    aliases: [{ name: 'alias', of: 'text', base: 0x11000 }],
    sites: [{ name: 'site', address: at('site'), words: 1 }],
  },
  entry: at('start'),
  done: at('done'),
  stackPointer: 0x20000,
});
const result = exploreSync(system, { all: true });
if (result.verdict === 'violated') {
  for (const { property, path } of result.violations) {
    console.log(property, system.schedule(path.choices).join(' '));
  }
}
