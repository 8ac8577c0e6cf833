import { maintenance, pointerProgram } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** The reader's ISB comes after the load that tells it. */
export const isbBeforeLoad: Mechanism = {
  name: 'isb-before-load',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2023,
    note: 'JDK-8310239: the fence of the nmethod entry barrier came before the call that it should follow',
  },
  happened:
    'In HotSpot the entry barrier of a compiled method may call into the VM, which patches the method. The ISB stood before the call, so the thread went on with what it had fetched before the patch. It stands behind the call now.',
  trace: 'CPU 1 executes its ISB, then learns that the code has changed, and runs it.',
  repair: 'Learn, branch on it, ISB, run.',
  sites: [{ label: 'site_code', replacement: ['mov w0, #2'], purpose: 'a compiled method' }],
  broken: {
    variant: 'the reader executes ISB, then loads the pointer',
    shows: 'an ISB synchronises with the past only',
    outcomes: [[2, 'cmodx']],
  },
  repaired: {
    variant: 'the reader loads the pointer, then executes ISB',
    shows: 'the ISB behind the load makes it fetch again',
  },
  text: (isRepaired) => pointerProgram(maintenance, isRepaired ? 'after' : 'before'),
};
