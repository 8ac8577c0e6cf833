import { entry, poke, maintenance, breakpointHandler } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** The slot of a kprobe is written and maintained before the BRK that leads to it. */
export const kprobeSlot: Mechanism = {
  name: 'kprobe-slot',
  chapter: 'traps',
  origin: {
    commits: ['a0caebbd0460'],
    year: 2022,
    note: 'Linux 6.2: the single-step slot is written without stop_machine()',
  },
  happened:
    'Since 6.2 arm64 writes the slot of a kprobe, the displaced instruction and a BRK, without stopping anybody. The argument is the order: the slot is complete before the BRK is armed, and a CPU reaches it only through the exception of that BRK, which synchronises its context.',
  trace:
    'The order turned around: CPU 0 arms the BRK first. CPU 1 takes it and is sent to a slot that still holds the instruction of an earlier probe, just while CPU 0 replaces it.',
  repair: 'Slot, maintenance, then BRK. No stop is needed for the slot.',
  sites: [
    { label: 'site_slot', replacement: ['nop'], purpose: 'the slot, used before by another probe' },
    { label: 'site_probe', replacement: ['brk #0x4'], purpose: 'the probed word: NOP becomes BRK' },
  ],
  broken: {
    variant: 'the BRK is armed before its slot is written',
    shows: 'the handler sends a CPU to a slot that is being written',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'the slot is written and maintained before the BRK is armed',
    shows: 'exception entry is the synchronisation',
  },
  text: (isRepaired) => {
    const slot = `${poke('site_slot')}\n${maintenance}`;
    return `${entry('user')}
${isRepaired ? `${slot}\n` : ''}${poke('site_probe', 'patch_probe')}
${maintenance}
${isRepaired ? '' : `${slot}\n`}    b done
user:
    bl probed
    b done
probed:
site_probe:
    nop
probed_rest:
    ret
    .balign 64
site_slot:
    mov w0, #1
    b probed_rest
${breakpointHandler('    adr x0, site_slot\n    str x0, [sp, #32]')}
`;
  },
};
